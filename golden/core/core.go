// Package core reads kernel structs through every kind of relocation: see core.test.ts.
package core

import "bpfc/sdk/bpf"

//bpf:target-kernel 5.15

// Task is what newer kernels and the made-up one of the test have in common.
//
//bpf:core task_struct
type Task struct {
	PID        int32    `btf:"pid"`
	TGID       int32    `btf:"tgid"`
	RealParent *Task    `btf:"real_parent"`
	Comm       [16]byte `btf:"comm"`
	InExecve   uint32   `btf:"in_execve"`
}

// OldTask is of kernels before 5.14, and of the made-up one.
//
//bpf:core task_struct___old
type OldTask struct {
	State int64 `btf:"state"`
	Level int32 `btf:"level"`
}

// NewTask is of kernels from 5.14 on.
//
//bpf:core task_struct___new
type NewTask struct {
	State uint32 `btf:"__state"`
}

// Absent is in the made-up kernel only.
//
//bpf:core bpfc_absent
type Absent struct {
	A uint64 `btf:"a"`
}

// Seen is what the program found out.
type Seen struct {
	PID, TGID, PPID int32
	HasOld          uint32
	State           uint64
	Execve          uint32
	Level           int32
	AbsentSize      uint32
	RingBuf         uint32
	PIDSize         uint32
	HasRingBuf      uint32
	Comm            [16]byte
}

var Found Seen

//bpf:attach raw_tracepoint/sys_enter
func Read(ctx *bpf.RawTracepoint) int32 {
	task := bpf.CurrentTask[Task]()
	Found.PID = task.PID
	Found.TGID = task.TGID
	Found.PPID = task.RealParent.TGID
	Found.Comm = task.Comm
	Found.Execve = bpf.BitField(&task.InExecve)
	Found.PIDSize = bpf.FieldSize(&task.PID)
	old := bpf.CurrentTask[OldTask]()
	if bpf.FieldExists(&old.State) {
		Found.HasOld = 1
		Found.State = uint64(old.State)
	} else {
		Found.State = uint64(bpf.CurrentTask[NewTask]().State)
	}
	if bpf.FieldExists(&old.Level) {
		Found.Level = bpf.BitField(&old.Level)
	}
	if bpf.TypeExists[Absent]() {
		Found.AbsentSize = bpf.TypeSize[Absent]()
	}
	if bpf.EnumExists("bpf_map_type", "BPF_MAP_TYPE_RINGBUF") {
		Found.HasRingBuf = 1
		Found.RingBuf = uint32(bpf.EnumValue("bpf_map_type", "BPF_MAP_TYPE_RINGBUF"))
	}
	return 0
}

// Probed gets its task from a register: the verifier does not know what it is.
//
//bpf:attach kprobe/wake_up_new_task
func Probed(ctx *bpf.Kprobe, task *Task) int32 {
	Found.PID = task.PID
	Found.PPID = task.RealParent.TGID
	Found.Comm = task.Comm
	Found.Execve = bpf.BitField(&task.InExecve)
	return 0
}
