// Row 12: reports what programs are started, and remembers when.
package execsnoop

import (
	"unsafe"

	"bpfc/sdk/bpf"
)

type Args struct {
	Header      uint64
	Filename    uint32
	PID, OldPID int32
}

//bpf:core task_struct
type Task struct {
	RealParent *Task `btf:"real_parent"`
	TGID       int32 `btf:"tgid"`
	ExitCode   int32 `btf:"exit_code"`
}

type Event struct {
	PID, PPID, ExitCode uint32
	Duration            uint64
	Comm                bpf.Comm
	Filename            [127]byte
	Exit                bool
}

var Started = bpf.HashMap[uint32, uint64]{MaxEntries: 8192}

var Events = bpf.RingBuf[Event]{Size: 256 << 10}

//bpf:config
var MinDuration uint64

//bpf:attach tracepoint/sched/sched_process_exec
func Main(ctx *Args) int32 {
	_, tgid := bpf.CurrentPidTgid()
	Started.Update(tgid, bpf.KtimeGetNs(), bpf.Any)
	if MinDuration != 0 {
		return 0
	}
	e := Events.Reserve()
	if e == nil {
		return 0
	}
	e.PID = tgid
	e.PPID = uint32(bpf.CurrentTask[Task]().RealParent.TGID)
	e.Comm = bpf.CurrentComm()
	bpf.ReadKernelStr(e.Filename[:], uintptr(unsafe.Pointer(ctx))+uintptr(ctx.Filename&0xffff))
	Events.Submit(e)
	return 0
}
