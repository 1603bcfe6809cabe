// What a task is, and who started it: the test compares it with the truth.
package task

import "bpfc/sdk/bpf"

//bpf:core task_struct
type Task struct {
	TGID       int32    `btf:"tgid"`
	RealParent *Task    `btf:"real_parent"`
	Comm       [16]byte `btf:"comm"`
}

//bpf:core task_struct
type Moved struct {
	Missing int64 `btf:"no_such_field"`
}

type Args struct {
	TGID, PPID uint32
	Comm       [16]byte
	Missing    uint32
	RingBuf    uint32
}

//bpf:attach syscall
func Who(ctx *Args) int32 {
	task := bpf.CurrentTask[Task]()
	ctx.TGID = uint32(task.TGID)
	parent := task.RealParent
	ctx.PPID = uint32(parent.TGID)
	ctx.Comm = task.Comm
	var moved *Moved
	if !bpf.FieldExists(&moved.Missing) {
		ctx.Missing = 1
	}
	ctx.RingBuf = uint32(bpf.EnumValue("bpf_map_type", "BPF_MAP_TYPE_RINGBUF"))
	return 0
}
