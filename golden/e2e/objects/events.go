// Events of one process through a ring buffer and through perf buffers, counted in a map, in a library's function too.
package events

import "bpfc/sdk/bpf"

type Open struct {
	PID   uint32
	Comm  [16]byte
	Flags uint64
}

type Count struct {
	TGID uint32
}

//bpf:tracepoint syscalls/sys_enter_openat
type OpenAt struct {
	_        [16]byte
	DFD      uint64
	Filename uint64
	Flags    uint64
	Mode     uint64
}

var (
	opens   = bpf.RingBuf[Open]{Size: 65536}
	samples = bpf.PerfEventArray[Count]{}
	totals  = bpf.HashMap[Count, uint64]{MaxEntries: 16}
	mallocs = bpf.Array[uint64]{MaxEntries: 1}
)

//bpf:config
var Wanted uint32

//bpf:config
var Quiet bool

//bpf:config
var Name [16]byte

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Enter(ctx *OpenAt) {
	tgid := uint32(bpf.GetCurrentPidTgid() >> 32)
	if tgid != Wanted {
		return
	}
	n := totals.LookupOrInit(Count{TGID: tgid}, 0)
	if n != nil {
		*n++
	}
	if Quiet {
		return
	}
	samples.Output(ctx, Count{TGID: tgid})
	open := opens.Reserve()
	if open == nil {
		return
	}
	open.PID = tgid
	open.Comm = Name
	open.Flags = ctx.Flags
	opens.Submit(open)
}

//bpf:attach uprobe/malloc
func Malloc() {
	n := mallocs.Lookup(0)
	if n != nil {
		*n++
	}
}
