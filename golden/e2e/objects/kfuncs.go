package main

import "bpfc/sdk/bpf"

type IterNum struct{ state uint64 }

//bpf:kfunc bpf_iter_num_new
func iterNumNew(it *IterNum, start, end int32) int32 { return 0 }

//bpf:kfunc bpf_iter_num_next
func iterNumNext(it *IterNum) *int32 { return nil }

//bpf:kfunc bpf_iter_num_destroy
func iterNumDestroy(it *IterNum) {}

var sum uint64

//bpf:attach raw_tracepoint/sys_enter
func Sum(ctx *bpf.RawTracepoint) {
	var it IterNum
	iterNumNew(&it, 3, 10)
	for {
		p := iterNumNext(&it)
		if p == nil {
			break
		}
		sum += uint64(*p)
	}
	iterNumDestroy(&it)
}

//bpf:core task_struct
type Task struct {
	PID    int32 `btf:"pid"`
	TGID   int32 `btf:"tgid"`
	Parent *Task `btf:"real_parent"`
	Old    *Task `btf:"parent"`
}

//bpf:kfunc bpf_task_acquire
func taskAcquire(t *Task) *Task { return t }

//bpf:kfunc bpf_task_release
func taskRelease(t *Task) {}

//bpf:kfunc bpf_task_from_pid
func taskFromPid(pid int32) *Task { return nil }

//bpf:kfunc bpf_rcu_read_lock
func rcuLock() {}

//bpf:kfunc bpf_rcu_read_unlock
func rcuUnlock() {}

var seen [4]uint64

//bpf:attach tp_btf/task_newtask
func New(ctx *bpf.TpBTF, task *Task, flags uint64) {
	init := taskFromPid(1)
	if init == nil {
		return
	}
	defer taskRelease(init)
	p := taskAcquire(task)
	if p != nil {
		seen[0] = uint64(p.TGID)
		taskRelease(p)
	}
	rcuLock()
	q := taskAcquire(task.Parent)
	rcuUnlock()
	if q != nil {
		seen[1] = uint64(q.PID)
		taskRelease(q)
	}
	seen[2] = uint64(init.PID)
	var i = flags & 7
	seen[i]++
}

// Held owns a task.
type Held struct {
	Owner bpf.Kptr[Task]
}

var held = bpf.HashMap[int32, Held]{MaxEntries: 64}
var table [9]uint32

//bpf:attach tp_btf/task_newtask
func Keep(ctx *bpf.TpBTF, task *Task, flags uint64) {
	held.Init(task.PID, func(*Held) {})
	h := held.Lookup(task.PID)
	if h == nil {
		return
	}
	p := taskAcquire(task)
	if p == nil {
		return
	}
	// A panic gives back what is held at the time.
	table[flags&15]++
	if old := h.Owner.Xchg(p); old != nil {
		table[flags>>8&15]++
		taskRelease(old)
	}
}
