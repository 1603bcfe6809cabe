package references

import "bpfc/sdk/bpf"

type Event struct{ A, B uint64 }

var events = bpf.RingBuf[Event]{Size: 4096}

type Locked struct {
	bpf.SpinLock
	N uint64
}

var locked = bpf.Array[Locked]{MaxEntries: 4}

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Lost(ctx *bpf.Tracepoint) int32 {
	e := events.Reserve()
	if e == nil {
		return 0
	}
	e.A = 1
	if bpf.KtimeGetNs() > 5 {
		return 1
	}
	events.Submit(e)
	return 0
}

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Twice(ctx *bpf.Tracepoint) int32 {
	e := events.Reserve()
	if e == nil {
		return 0
	}
	events.Submit(e)
	e.A = 3
	events.Discard(e)
	return 0
}

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Again(ctx *bpf.Tracepoint) int32 {
	for i := range 3 {
		e := events.Reserve()
		if e == nil {
			return 0
		}
		if i == 2 {
			events.Submit(e)
		}
	}
	return 0
}

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Sometimes(ctx *bpf.Tracepoint) int32 {
	e := events.Reserve()
	if e == nil {
		return 0
	}
	if bpf.KtimeGetNs() > 5 {
		events.Submit(e)
	}
	events.Submit(e)
	return 0
}

func take() *Event {
	return events.Reserve()
}

//go:noinline
func give(e *Event) {
	if e != nil {
		events.Submit(e)
	}
}

//bpf:attach tracepoint/syscalls/sys_enter_openat
func ThroughFunctions(ctx *bpf.Tracepoint) int32 {
	e := take()
	if bpf.KtimeGetNs() > 5 {
		return 1
	}
	give(e)
	if e != nil {
		e.B = 1
	}
	return 0
}

//bpf:attach xdp
func Holding(ctx *bpf.XDP) bpf.XDPAction {
	l := locked.Lookup(0)
	if l == nil {
		return bpf.XDPPass
	}
	l.Lock()
	l.N = bpf.KtimeGetNs()
	l.Lock()
	if l.N > 5 {
		return bpf.XDPDrop
	}
	l.Unlock()
	return bpf.XDPPass
}

var stages = bpf.ProgArray[func(*bpf.XDP) bpf.XDPAction]{MaxEntries: 2}

//bpf:attach xdp
func Leaves(ctx *bpf.XDP) bpf.XDPAction {
	e := events.Reserve()
	if e == nil {
		return bpf.XDPPass
	}
	stages.TailCall(ctx, 1)
	events.Discard(e)
	return bpf.XDPDrop
}
