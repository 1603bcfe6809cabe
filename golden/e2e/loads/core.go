// Partial structs of the kernel: direct reads of the current task, probed reads of other pointers, questions.
package core

import "bpfc/sdk/bpf"

//bpf:core task_struct
type Task struct {
	TGID       int32    `btf:"tgid"`
	RealParent *Task    `btf:"real_parent"`
	Comm       [16]byte `btf:"comm"`
	MM         *MM      `btf:"mm"`
	ExitCode   int32    `btf:"exit_code"`
}

//bpf:core mm_struct
type MM struct {
	MapCount int32 `btf:"map_count"`
}

//bpf:core task_struct___before
type TaskBefore struct {
	State int64 `btf:"state"`
}

//bpf:core file
type File struct {
	Path Path `btf:"f_path"`
}

//bpf:core path
type Path struct {
	Dentry *Dentry `btf:"dentry"`
}

//bpf:core dentry
type Dentry struct {
	Name Qstr `btf:"d_name"`
}

//bpf:core qstr
type Qstr struct {
	Name uintptr `btf:"name"`
}

type Event struct {
	PID, PPID, TypeSize, Maps uint32
	Comm, Parent              [16]byte
	Name                      [32]byte
	State                     int64
	Running                   uint64
}

var events = bpf.RingBuf[Event]{Size: 4096}

func fill(e *Event, task *Task) {
	e.PID = uint32(task.TGID)
	e.PPID = uint32(task.RealParent.RealParent.TGID)
	e.Comm = task.Comm
	e.Parent = task.RealParent.Comm
	e.Maps = uint32(task.MM.MapCount)
}

//bpf:attach tracepoint/syscalls/sys_enter_execve
func Current(ctx *bpf.Tracepoint) int32 {
	e := events.ReserveZeroed()
	if e == nil {
		return 0
	}
	defer events.Submit(e)
	fill(e, bpf.CurrentTask[Task]())
	e.TypeSize = bpf.TypeSize[Task]() + bpf.FieldSize(&bpf.CurrentTask[Task]().Comm)
	var before *TaskBefore
	if bpf.FieldExists(&before.State) {
		e.State = 1
	}
	if bpf.TypeExists[MM]() {
		e.Running = bpf.EnumValue("bpf_map_type", "BPF_MAP_TYPE_RINGBUF")
	}
	return 0
}

//bpf:attach kprobe/vfs_read
func Read(ctx *bpf.Kprobe, file *File) int32 {
	e := events.ReserveZeroed()
	if e == nil {
		return 0
	}
	bpf.ReadKernelStr(e.Name[:], file.Path.Dentry.Name.Name)
	for task, i := bpf.CurrentTask[Task](), 0; i < 4 && task.TGID != 1; i++ {
		e.PPID = uint32(task.TGID)
		task = task.RealParent
	}
	events.Submit(e)
	return 0
}
