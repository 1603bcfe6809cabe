package kfuncs

import "bpfc/sdk/bpf"

//bpf:target-kernel 6.18

//bpf:core task_struct
type Task struct {
	PID    int32 `btf:"pid"`
	Parent *Task `btf:"real_parent"`
	Old    *Task `btf:"parent"`
}

type IterNum struct{ state [2]uint64 }

//bpf:kfunc bpf_task_acquire
func taskAcquire(t *Task) *Task { return t }

//bpf:kfunc bpf_task_release
func taskRelease(t *Task) {}

//bpf:kfunc bpf_cgroup_release
func cgroupRelease(t *Task) {}

//bpf:kfunc bpf_iter_num_new
func iterNumNew(it *IterNum, start, end int32) int32 { return 0 }

//bpf:kfunc bpf_iter_num_next
func iterNumNext(it *uint64) *int64 { return nil }

//bpf:kfunc bpf_iter_num_destroy
func iterNumDestroy(it *IterNum) int32 { return 0 }

//bpf:kfunc bpf_nothing
func nothing(n uint64) uint64 { return n }

//bpf:kfunc bpf_wq_set_callback_impl
func setCallback() {}

//bpf:kfunc bpf_rcu_read_lock
func rcuLock(n int32) {}

//bpf:attach tp_btf/task_newtask
func New(ctx *bpf.TpBTF, task *Task, flags uint64) {
	nothing(1)
	taskRelease(task)
}
