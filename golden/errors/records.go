package records

import "bpfc/sdk/bpf"

type Event struct {
	Kind  uint8
	Count uint32
	Name  [16]uint8
}

var events = bpf.RingBuf[Event]{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Reads(ctx *bpf.Tracepoint) int32 {
	e := events.Reserve()
	if e == nil {
		return 0
	}
	e.Count++
	bpf.GetCurrentComm(e.Name[:])
	if e.Name[0] == 3 {
		e.Kind = 1
	}
	if e.Kind == 1 {
		events.Discard(e)
		return 1
	}
	events.Submit(e)
	return 0
}
