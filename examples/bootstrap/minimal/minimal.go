// Package minimal prints a line for every write of one process.
package minimal

import "bpfc/sdk/bpf"

// PID is the process, set by the loader.
var PID uint32

//bpf:attach tp/syscalls/sys_enter_write
func Write(ctx *bpf.Tracepoint) int32 {
	_, tgid := bpf.CurrentPidTgid()
	if tgid != PID {
		return 0
	}
	bpf.Printk("BPF triggered from PID %d.\n", tgid)
	return 0
}
