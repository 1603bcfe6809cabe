package kfunccalls

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
func Field(ctx *bpf.TpBTF, task *Task, flags uint64) {
	q := taskAcquire(task.Old)
	if q != nil {
		taskRelease(q)
	}
	q = taskAcquire(task.Parent.Old)
	if q != nil {
		taskRelease(q)
	}
}

//bpf:attach tp_btf/task_newtask
func Sleeps(ctx *bpf.TpBTF, task *Task, flags uint64) {
	var b [8]byte
	copyUser(&b, 8, nil, 0)
}

//bpf:attach socket
func Sock(ctx *bpf.SKB) int32 {
	p := taskFromPid(2)
	if p != nil {
		taskRelease(p)
	}
	return 0
}
