// Package bootstrap tells of processes that start a program and that end, with how long they lived.
package bootstrap

import (
	"unsafe"

	"bpfc/sdk/bpf"
	"examples/kernel"
)

// Event is a start or an end.
type Event struct {
	PID, PPID  uint32
	ExitCode   uint32
	DurationNs uint64
	Comm       bpf.Comm
	Filename   [127]byte
	Exit       bool
}

var (
	started = bpf.HashMap[uint32, uint64]{MaxEntries: 8192}
	events  = bpf.RingBuf[Event]{Size: 256 << 10}
)

// MinDurationNs leaves out starts, and processes that lived shorter.
//
//bpf:config
var MinDurationNs uint64

//bpf:attach tp/sched/sched_process_exec
func Exec(ctx *kernel.SchedExec) int32 {
	_, tgid := bpf.CurrentPidTgid()
	started.Update(tgid, bpf.KtimeGetNs(), bpf.Any)
	if MinDurationNs != 0 {
		return 0
	}
	e := events.ReserveZeroed()
	if e == nil {
		return 0
	}
	e.PID = tgid
	e.PPID = uint32(bpf.CurrentTask[kernel.Task]().RealParent.TGID)
	e.Comm = bpf.CurrentComm()
	bpf.ReadKernelStr(e.Filename[:], uintptr(unsafe.Pointer(ctx))+uintptr(ctx.Filename&0xffff))
	events.Submit(e)
	return 0
}

//bpf:attach tp/sched/sched_process_exit
func Exit(ctx *bpf.Tracepoint) int32 {
	pid, tgid := bpf.CurrentPidTgid()
	if pid != tgid { // a thread's end
		return 0
	}
	var duration uint64
	if start := started.Lookup(tgid); start != nil {
		duration = bpf.KtimeGetNs() - *start
	} else if MinDurationNs != 0 {
		return 0
	}
	started.Delete(tgid)
	if duration < MinDurationNs {
		return 0
	}
	e := events.ReserveZeroed()
	if e == nil {
		return 0
	}
	task := bpf.CurrentTask[kernel.Task]()
	e.Exit = true
	e.DurationNs = duration
	e.PID = tgid
	e.PPID = uint32(task.RealParent.TGID)
	e.ExitCode = uint32(task.ExitCode>>8) & 0xff
	e.Comm = bpf.CurrentComm()
	events.Submit(e)
	return 0
}
