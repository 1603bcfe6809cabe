// The place of a kernel structure's field is the displacement of a load, or the number that an addition adds.
package corefield

import "bpfc/sdk/bpf"

//bpf:core task_struct
type Task struct {
	TGID       int32    `btf:"tgid"`
	RealParent *Task    `btf:"real_parent"`
	Comm       [16]byte `btf:"comm"`
}

type Args struct {
	TGID, PPID uint32
	Comm       [16]byte
}

//bpf:attach syscall
func Who(ctx *Args) int32 {
	task := bpf.CurrentTask[Task]()
	ctx.TGID = uint32(task.TGID)
	ctx.PPID = uint32(task.RealParent.TGID)
	ctx.Comm = task.Comm
	return 0
}
