// Package profile samples what processors do: who runs, and the stacks in the kernel and in the program.
package profile

import "bpfc/sdk/bpf"

const depth = 128

// Sample is a moment of a processor; the sizes of the stacks are in bytes, or negated error numbers.
type Sample struct {
	PID, CPU               uint32
	Comm                   bpf.Comm
	KernelSize, UserSize   int32
	KernelStack, UserStack [depth]uint64
}

var events = bpf.RingBuf[Sample]{Size: 256 << 10}

//bpf:attach perf_event
func Profile(ctx *bpf.PerfEvent) int32 {
	e := events.Reserve()
	if e == nil {
		return 1
	}
	_, e.PID = bpf.CurrentPidTgid()
	e.CPU = bpf.GetSmpProcessorId()
	e.Comm = bpf.CurrentComm()
	e.KernelSize = int32(bpf.GetStack(ctx, e.KernelStack[:], 0))
	e.UserSize = int32(bpf.GetStack(ctx, e.UserStack[:], bpf.UserStack))
	events.Submit(e)
	return 0
}
