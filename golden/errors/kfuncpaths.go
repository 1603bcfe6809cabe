package kfuncpaths

import "bpfc/sdk/bpf"

//bpf:target-kernel 6.18

//bpf:core task_struct
type Task struct {
	PID    int32 `btf:"pid"`
	Parent *Task `btf:"real_parent"`
	Old    *Task `btf:"parent"`
}
type IterNum struct{ state uint64 }

//bpf:kfunc bpf_iter_num_new
func iterNumNew(it *IterNum, start, end int32) int32 { return 0 }

//bpf:kfunc bpf_iter_num_next
func iterNumNext(it *IterNum) *int32 { return nil }

//bpf:kfunc bpf_iter_num_destroy
func iterNumDestroy(it *IterNum) {}

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

//bpf:kfunc bpf_copy_from_user_str
func copyUser(dst *[8]byte, size uint32, from *byte, flags uint64) int32 { return 0 }

//bpf:attach tp_btf/task_newtask
func Leak(ctx *bpf.TpBTF, task *Task, flags uint64) {
	p := taskAcquire(task)
	if p == nil {
		return
	}
}

//bpf:attach tp_btf/task_newtask
func Nil(ctx *bpf.TpBTF, task *Task, flags uint64) {
	p := taskFromPid(2)
	taskRelease(p)
}

//bpf:attach tp_btf/task_newtask
func NilArg(ctx *bpf.TpBTF, task *Task, flags uint64) {
	p := taskFromPid(2)
	q := taskAcquire(p)
	if q != nil {
		taskRelease(q)
	}
	if p != nil {
		taskRelease(p)
	}
}

//bpf:attach tp_btf/task_newtask
func Open(ctx *bpf.TpBTF, task *Task, flags uint64) {
	rcuLock()
	if flags == 3 {
		return
	}
	rcuUnlock()
}

//bpf:attach tp_btf/task_newtask
func Iter(ctx *bpf.TpBTF, task *Task, flags uint64) {
	var it IterNum
	iterNumNew(&it, 0, 4)
	if flags == 3 {
		return
	}
	iterNumDestroy(&it)
	iterNumNext(&it)
}
