package bpf

import (
	"errors"
	"fmt"
	"sync"
)

// kind is what Run must know of a program type; the rows are generated from the compiler's table.
type kind struct {
	low, high, fallback, abort int64
	ranged                     bool
}

type kindRow struct {
	attach string
	kind   kind
}

// kindOfAttach finds a row by its attach kind, without target.
func kindOfAttach(attach string) kind {
	for _, row := range kindRows {
		if row.attach == attach {
			return row.kind
		}
	}
	panic(missing("bpf: no attach kind " + attach))
}

// running is the program under Run, if any.
var running struct {
	sync.Mutex
	current *execution
}

type execution struct {
	// release undoes, in reverse order, what the program holds: open records, locks, references.
	release []func()
}

// Integer is what a program may return.
type Integer interface {
	~int | ~int32 | ~int64 | ~uint | ~uint32 | ~uint64
}

// Run runs a program on a context as the kernel would. A Go panic aborts it: deferred calls run, open records are
// discarded, locks are released, and the result is that of the program's //bpf:panic directive, which is read from its
// source file, or the abort value of the program's type. Tail calls continue with the program in the slot. A result
// out of the program type's range aborts too.
//
//bpf:native
func Run[C any, R Integer](program func(C) R, ctx C) R {
	return runKind(kindOf[C, R](ctx), program, ctx)
}

// RunAs is Run for an attach kind that the types alone do not tell: bpf.RunAs("cgroup/recvmsg4", Recv, ctx).
//
//bpf:native
func RunAs[C any, R Integer](attach string, program func(C) R, ctx C) R {
	return runKind(kindOfAttach(attach), program, ctx)
}

// RunVoid is Run for a program without result.
//
//bpf:native
func RunVoid[C any](program func(C), ctx C) {
	runKind(kind{}, func(c C) int64 { program(c); return 0 }, ctx)
}

func runKind[C any, R Integer](k kind, program func(C) R, ctx C) R {
	running.Lock()
	defer running.Unlock()
	for tails := 0; ; tails++ {
		result, next := runOnce(k, program, ctx)
		if next == nil {
			return result
		}
		following, ok := next.(func(C) R)
		if !ok {
			panic(missing(fmt.Sprintf("bpf: tail call from a program %T to %T", program, next)))
		}
		program = following
	}
}

// runOnce runs up to the end, an abort or a tail call.
func runOnce[C any, R Integer](k kind, program func(C) R, ctx C) (result R, next any) {
	e := &execution{}
	running.current = e
	defer func() {
		running.current = nil
		switch p := recover().(type) {
		case nil:
		case missing:
			panic(p)
		case tailCall:
			result, next = 0, p.program
		default:
			for i := len(e.release) - 1; i >= 0; i-- {
				e.release[i]()
			}
			result = R(k.abort)
			if value, found := directivePanic(program); found {
				result = R(value)
			}
		}
	}()
	result = program(ctx)
	if k.ranged && (int64(result) < k.low || int64(result) > k.high) {
		panic(errors.New("result out of range"))
	}
	return result, nil
}

// kindOf finds the row by the context's and the result's type.
func kindOf[C, R any](ctx C) kind {
	var r R
	switch any(r).(type) {
	case XDPAction:
		return kindOfAttach("xdp")
	case TCAction:
		return kindOfAttach("tc")
	case Verdict:
		return kindOfAttach("cgroup/sock")
	case SKAction:
		return kindOfAttach("sk_skb")
	case LWTAction:
		return kindOfAttach("lwt_xmit")
	case NFVerdict:
		return kindOfAttach("netfilter")
	}
	switch any(ctx).(type) {
	case *XDP:
		return kindOfAttach("xdp")
	case *SKB:
		return kindOfAttach("socket")
	case *SockAddr:
		return kindOfAttach("cgroup/connect4")
	case *LSM:
		return kindOfAttach("lsm")
	case *SkMsg:
		return kindOfAttach("sk_msg")
	case *SkLookup:
		return kindOfAttach("sk_lookup")
	case *CgroupDevice:
		return kindOfAttach("cgroup/dev")
	case *Sysctl:
		return kindOfAttach("cgroup/sysctl")
	default:
		return kind{}
	}
}

// tailCall leaves a program for another; Run catches it.
type tailCall struct{ program any }

// hold registers what an abort must undo, and returns the call that says it is done.
func hold(undo func()) (done func()) {
	e := running.current
	if e == nil {
		return func() {}
	}
	at := len(e.release)
	e.release = append(e.release, undo)
	return func() { e.release[at] = func() {} }
}
