// Package minimal_ns prints a line for every write of one process, known by its number in its own PID namespace.
package minimal_ns

import "bpfc/sdk/bpf"

// PID is the process; Dev and Ino name the file of its namespace. Set by the loader.
var (
	PID uint32
	Dev uint64
	Ino uint64
)

//bpf:attach tp/syscalls/sys_enter_write
func Write(ctx *bpf.Tracepoint) int32 {
	var inside bpf.PidNSInfo
	if bpf.GetNsCurrentPidTgid(Dev, Ino, &inside) != 0 || inside.PID != PID {
		return 0
	}
	bpf.Printk("BPF triggered from PID %d.\n", inside.PID)
	return 0
}
