// Records of a ring buffer: submitted on every path, discarded where a panic ends the program.
package ringrecords

import "bpfc/sdk/bpf"

type Args struct{ A, B, Result uint64 }

type Event struct {
	Kind  uint8
	Value uint64
	Bytes [8]uint8
}

var events = bpf.RingBuf[Event]{Size: 4096}

//go:noinline
func finish(e *Event, keep bool) {
	if keep {
		events.Submit(e)
	} else {
		events.Discard(e)
	}
}

func deferred(ctx *Args) {
	e := events.ReserveZeroed()
	if e == nil {
		return
	}
	defer events.Submit(e)
	e.Value += ctx.A / ctx.B
}

//bpf:attach syscall
func Main(ctx *Args) int32 {
	var e *Event
	if ctx.A > 3 {
		e = events.Reserve()
	}
	quotient := ctx.A / ctx.B
	if e != nil {
		e.Kind = 3
		e.Value = quotient
		e.Bytes[ctx.B] = 4
		events.Submit(e)
	}
	keep := quotient > 2
	if last := events.Reserve(); last != nil {
		last.Value = quotient
		finish(last, keep)
	}
	deferred(ctx)
	ctx.Result = quotient
	return int32(quotient) + 1
}
