// bpfc --target-kernel 6.12
//
// Functions that give back what they are passed: none of their callers passes nil, which no parameter says. Panics run
// deferred calls, and give back what is open.
package releases

import "bpfc/sdk/bpf"

//bpf:core task_struct
type Task struct {
	PID  int32 `btf:"pid"`
	TGID int32 `btf:"tgid"`
}

type It struct{ s uint64 }

//bpf:kfunc bpf_iter_num_new
func numNew(it *It, a, b int32) int32 { return 0 }

//bpf:kfunc bpf_iter_num_next
func numNext(it *It) *int32 { return nil }

//bpf:kfunc bpf_iter_num_destroy
func numDestroy(it *It) {}

//bpf:kfunc bpf_task_from_pid
func taskFromPid(pid int32) *Task { return nil }

//bpf:kfunc bpf_task_release
func taskRelease(t *Task) {}

//bpf:kfunc bpf_task_acquire
func taskAcquire(t *Task) *Task { return t }

var table [7]uint64
var total uint64

//go:noinline
func find(pid int32) *Task {
	t := taskFromPid(pid)
	if t == nil {
		return nil
	}
	total += uint64(t.TGID)
	return t
}

func done(t *Task, n uint64) {
	table[n]++
	taskRelease(t)
}

func each(n int32) func(yield func(int32) bool) {
	return func(yield func(int32) bool) {
		var it It
		numNew(&it, 0, n)
		defer numDestroy(&it)
		for {
			p := numNext(&it)
			if p == nil {
				return
			}
			if !yield(*p) {
				return
			}
		}
	}
}

//bpf:attach tp_btf/sched_switch
func Switch(ctx *bpf.TpBTF, preempt bool, prev *Task, next *Task) {
	t := find(next.PID)
	if t == nil {
		return
	}
	done(t, uint64(next.PID)&15)
	for i := range each(100) {
		if i == next.PID {
			break
		}
		q := find(i)
		if q == nil {
			continue
		}
		table[i&7] += uint64(q.PID)
		taskRelease(q)
		if i == prev.PID {
			return
		}
	}
}

type Ev struct{ N uint64 }

var ring = bpf.RingBuf[Ev]{Size: 4096}

//go:noinline
func submit(e *Ev) {
	if e == nil {
		return
	}
	ring.Submit(e)
}

//go:noinline
func fin(e *Ev) {
	ring.Submit(e)
}

//bpf:attach tracepoint/syscalls/sys_enter_write
func A(ctx *bpf.Tracepoint) int32 {
	e := ring.Reserve()
	if e == nil {
		return 0
	}
	e.N = 4
	if e.N&bpf.KtimeGetNs() == 4 {
		fin(e)
		return 0
	}
	submit(e)
	return 0
}

var left uint64

// B has a deferred call that runs on panics with the record open and without.
//
//bpf:attach tracepoint/syscalls/sys_enter_write
func B(ctx *bpf.Tracepoint) int32 {
	defer func() { left++ }()
	k := bpf.KtimeGetNs()
	e := ring.Reserve()
	if e == nil {
		return 0
	}
	e.N = table[k&7]
	ring.Submit(e)
	table[k>>3&7]++
	return 0
}
