// Package minimal_legacy prints a line for every write of one process, on kernels without global variables.
package minimal_legacy

import "bpfc/sdk/bpf"

var pids = bpf.Array[uint32]{MaxEntries: 1}

//bpf:attach tp/syscalls/sys_enter_write
func Write(ctx *bpf.Tracepoint) int32 {
	_, tgid := bpf.CurrentPidTgid()
	pid := pids.Lookup(0)
	if pid == nil || *pid != tgid {
		return 0
	}
	bpf.Printk("BPF triggered from PID %d.\n", tgid)
	return 0
}
