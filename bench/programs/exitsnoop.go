// Row 12: reports what programs end, and how long they ran.
package exitsnoop

import "bpfc/sdk/bpf"

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
	Exit                bool
}

var Started = bpf.HashMap[uint32, uint64]{MaxEntries: 8192}

var Events = bpf.RingBuf[Event]{Size: 256 << 10}

//bpf:config
var MinDuration uint64

//bpf:attach tracepoint/sched/sched_process_exit
func Main(ctx *bpf.Tracepoint) int32 {
	pid, tgid := bpf.CurrentPidTgid()
	if pid != tgid {
		return 0
	}
	var duration uint64
	if start := Started.Lookup(tgid); start != nil {
		duration = bpf.KtimeGetNs() - *start
	}
	Started.Delete(tgid)
	if duration < MinDuration {
		return 0
	}
	e := Events.Reserve()
	if e == nil {
		return 0
	}
	task := bpf.CurrentTask[Task]()
	e.Exit = true
	e.Duration = duration
	e.PID = tgid
	e.PPID = uint32(task.RealParent.TGID)
	e.ExitCode = uint32(task.ExitCode>>8) & 0xff
	e.Comm = bpf.CurrentComm()
	Events.Submit(e)
	return 0
}
