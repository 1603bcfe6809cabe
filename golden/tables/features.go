// A program that needs each feature of the machine, the verifier and the loader that is no helper, map or program type,
// in the order of the feature table (src/bpf/kernels.ts). golden/tables/rows.ts compiles each by itself: a part is what
// stands between two lines `// ---- FEATURE`.
package tables

import (
	"bpfc/sdk/bpf"
	"sync/atomic"
)

// Every part uses both packages.
var ticks uint64

func tick() uint64 { return atomic.LoadUint64(&ticks) }

type enter struct {
	Header    uint64
	Number    int64
	Directory int64
}

// ---- bpf_to_bpf_calls

//go:noinline
func half(n uint32) uint32 { return n / 2 }

//bpf:attach socket
func BpfToBpfCalls(ctx *bpf.SKB) int32 { return int32(half(ctx.Len)) }

// ---- btf

var typed = bpf.HashMap[uint32, enter]{MaxEntries: 4}

//bpf:attach socket
func Btf(ctx *bpf.SKB) int32 {
	if v := typed.Lookup(ctx.Len); v != nil {
		v.Number++
	}
	return 0
}

// ---- global_data

//bpf:attach socket
func GlobalData(ctx *bpf.SKB) int32 {
	ticks += uint64(ctx.Len)
	return 0
}

// ---- jmp32

//bpf:attach socket
func Jmp32(ctx *bpf.SKB) int32 {
	if int32(ctx.Len) < -1 {
		return 1
	}
	return 0
}

// ---- bounded_loops

//bpf:attach socket
func BoundedLoops(ctx *bpf.SKB) int32 {
	sum := uint32(0)
	for i := uint32(0); i < 100; i++ {
		sum = sum*3 + ctx.Len
	}
	return int32(sum)
}

// ---- spin_lock

type locked struct {
	lock bpf.SpinLock
	n    uint64
}

var guarded = bpf.Array[locked]{MaxEntries: 1}

//bpf:attach tc
func SpinLock(ctx *bpf.SKB) {
	if v := guarded.Lookup(0); v != nil {
		v.lock.Lock()
		v.n++
		v.lock.Unlock()
	}
}

// ---- btf_tracing

//bpf:core task_struct
type task struct {
	PID int32 `btf:"pid"`
}

//bpf:attach tp_btf/sched_process_exec
func BtfTracing(ctx *bpf.TpBTF, t *task) { ticks = uint64(t.PID) }

// ---- ringbuf

var events = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func Ringbuf(ctx *enter) { events.Output(uint64(ctx.Directory), 0) }

// ---- sleepable

//bpf:attach lsm.s/file_open
func Sleepable(ctx *bpf.LSM, file uintptr) int32 { return 0 }

// ---- tail_calls_in_subprograms

var jumps = bpf.ProgArray[func(*bpf.XDP) bpf.XDPAction]{MaxEntries: 1}

//go:noinline
func leap(ctx *bpf.XDP) { jumps.TailCall(ctx, 0) }

//bpf:attach xdp
func TailCallsInSubprograms(ctx *bpf.XDP) bpf.XDPAction {
	leap(ctx)
	return bpf.XDPPass
}

// ---- fetching_atomics

//bpf:attach socket
func FetchingAtomics(ctx *bpf.SKB) int32 { return int32(atomic.AddUint64(&ticks, 2)) }

// ---- callbacks

var numbers = bpf.Array[uint64]{MaxEntries: 4}

//bpf:attach socket
func Callbacks(ctx *bpf.SKB) int32 {
	numbers.ForEach(func(k *uint32, v *uint64) bool {
		ticks += *v
		return true
	})
	return 0
}

// ---- kfuncs

//bpf:kfunc bpf_rcu_read_lock
func rcuLock() {}

//bpf:kfunc bpf_rcu_read_unlock
func rcuUnlock() {}

//bpf:attach tp_btf/sys_enter
func Kfuncs(ctx *bpf.TpBTF) {
	rcuLock()
	ticks++
	rcuUnlock()
}

// ---- timers

type timed struct {
	timer bpf.Timer
	n     uint64
}

var timers = bpf.Array[timed]{MaxEntries: 1}

//bpf:attach tc
func Timers(ctx *bpf.SKB) {
	if v := timers.Lookup(0); v != nil {
		v.timer.Init(&timers, 1)
		bpf.TimerSetCallback(&v.timer, func(k *uint32, v *timed) { v.n++ })
		v.timer.Start(1000, 0)
	}
}

// ---- attach_cookies

//bpf:attach uprobe
func AttachCookies(ctx *bpf.Uprobe) { ticks = ctx.Cookie() }

// ---- bpf_loop

//bpf:attach socket
func BpfLoop(ctx *bpf.SKB) int32 {
	bpf.Loop(ctx.Len, func(i uint32) bool {
		ticks += uint64(i)
		return true
	})
	return 0
}

// ---- xdp_frags

//bpf:attach xdp.frags
func XdpFrags(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }

// ---- dynptrs

var records = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func Dynptrs(ctx *enter) {
	var record bpf.Dynptr
	bpf.RingbufReserveDynptr(&records, 64, 0, &record)
	bpf.RingbufDiscardDynptr(&record, 0)
}

// ---- struct_ops_links

//bpf:core sock
type sock struct{}

//bpf:core tcp_congestion_ops
type congestion struct {
	Ssthresh  func(ctx *bpf.StructOps, sk *sock) uint32             `btf:"ssthresh"`
	CongAvoid func(ctx *bpf.StructOps, sk *sock, ack, acked uint32) `btf:"cong_avoid"`
	UndoCwnd  func(ctx *bpf.StructOps, sk *sock) uint32             `btf:"undo_cwnd"`
	Name      [16]byte                                              `btf:"name"`
}

var linked = bpf.StructOpsMap[congestion]{
	Ops: congestion{
		Ssthresh:  Ssthresh,
		CongAvoid: CongAvoid,
		UndoCwnd:  UndoCwnd,
		Name:      [16]byte{'b', 'p', 'f', 'c', '_', 'l', 'n', 'k'},
	},
	Link: true,
}

//bpf:attach struct_ops/ssthresh
func Ssthresh(ctx *bpf.StructOps, sk *sock) uint32 { return 10 }

//bpf:attach struct_ops/cong_avoid
func CongAvoid(ctx *bpf.StructOps, sk *sock, ack, acked uint32) {}

//bpf:attach struct_ops/undo_cwnd
func UndoCwnd(ctx *bpf.StructOps, sk *sock) uint32 { return 10 }

// ---- tcx

//bpf:attach tcx/ingress
func Tcx(ctx *bpf.SKB) bpf.TCAction { return bpf.TCXNext }

// ---- arena

var arena = bpf.Arena{MaxEntries: 4}
