// Package ringbuffer tells of every program that is about to be started, and who starts it.
package ringbuffer

import "bpfc/sdk/bpf"

// Event is a start.
type Event struct {
	PID  uint32
	Comm [80]byte
}

var events = bpf.RingBuf[Event]{Size: 1 << 24}

//bpf:attach ksyscall/execve
func Execve(ctx *bpf.Kprobe) int32 {
	e := events.ReserveZeroed()
	if e == nil {
		return 0
	}
	_, e.PID = bpf.CurrentPidTgid()
	bpf.GetCurrentComm(e.Comm[:])
	events.Submit(e)
	return 0
}
