// Package task_iter lists all threads with their state and what they do in the kernel.
package task_iter

import (
	"unsafe"

	"bpfc/sdk/bpf"
	"examples/kernel"
)

const depth = 127

// Thread is one row of the list; StackLen counts the frames, or is a negated error number.
type Thread struct {
	TGID, PID uint32
	StackLen  int32
	State     uint32
	Comm      bpf.Comm
	Stack     [depth]uint64
}

var rows = bpf.PerCPUArray[Thread]{MaxEntries: 1}

func stateOf(task *kernel.Task) uint32 {
	before := (*kernel.TaskBefore514)(unsafe.Pointer(task))
	if bpf.FieldExists(&before.State) {
		return uint32(before.State)
	}
	return (*kernel.TaskSince514)(unsafe.Pointer(task)).State
}

//bpf:attach iter/task
func List(ctx *bpf.Iter, task *kernel.Task) int32 {
	if task == nil {
		return 0
	}
	row := rows.Lookup(0)
	if row == nil {
		return 0
	}
	row.TGID = uint32(task.TGID)
	row.PID = uint32(task.PID)
	row.State = stateOf(task)
	row.Comm = bpf.Comm(task.Comm)
	size := bpf.GetTaskStack(task, row.Stack[:], 0)
	if size > 0 {
		size /= 8
	}
	row.StackLen = int32(size)
	ctx.Write(row)
	return 0
}
