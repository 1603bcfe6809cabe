package bpf

import (
	"testing"
	"unsafe"
)

type packetHeader struct {
	Kind uint8
	Port Be16
}

func TestRunAborts(t *testing.T) {
	var list [4]uint32
	index := 9
	indexed := func(ctx *XDP) XDPAction { return XDPAction(list[index]) }
	if got := Run(indexed, &XDP{}); got != XDPAborted {
		t.Errorf("an index out of range gives %v", got)
	}
	divided := func(ctx *SKB) TCAction { return TCAction(1 / int(ctx.Mark)) }
	if got := Run(divided, &SKB{}); got != TCShot {
		t.Errorf("a division by zero gives %v", got)
	}
	if got := Run(divided, &SKB{Mark: 1}); got != TCReclassify {
		t.Errorf("a good division gives %v", got)
	}
	nilled := func(ctx *LSM) int32 { var p *int32; return *p }
	if got := Run(nilled, &LSM{}); got != -EPERM {
		t.Errorf("a nil dereference gives %v", got)
	}
	received := func(ctx *SockAddr) Verdict { panic("no") }
	if got := RunAs("cgroup/recvmsg4", received, &SockAddr{}); got != Allow {
		t.Errorf("recvmsg4 aborts with %v", got)
	}
	if got := RunAs("cgroup/connect4", received, &SockAddr{}); got != Deny {
		t.Errorf("connect4 aborts with %v", got)
	}
}

func TestRunChecksTheRange(t *testing.T) {
	program := func(ctx *SockAddr) Verdict { return 7 }
	if got := RunAs("cgroup/connect4", program, &SockAddr{}); got != Deny {
		t.Errorf("a result out of range gives %v", got)
	}
}

func TestAbortReleases(t *testing.T) {
	type event struct{ N uint32 }
	events := RingBuf[event]{Size: 4096}
	deferred := false
	type guarded struct {
		SpinLock
		N uint32
	}
	values := Array[guarded]{MaxEntries: 1}
	program := func(ctx *XDP) XDPAction {
		defer func() { deferred = true }()
		events.Reserve().N = 1
		values.Lookup(0).Lock()
		panic("stop")
	}
	if got := Run(program, &XDP{}); got != XDPAborted {
		t.Errorf("got %v", got)
	}
	if !deferred || len(events.open) != 0 || len(events.Drain()) != 0 {
		t.Error("the abort left something behind")
	}
	values.Lookup(0).Lock()
	values.Lookup(0).Unlock()
}

func TestTailCalls(t *testing.T) {
	table := ProgArray[func(*XDP) XDPAction]{MaxEntries: 2}
	second := func(ctx *XDP) XDPAction { return XDPTx }
	first := func(ctx *XDP) XDPAction { table.TailCall(ctx, 1); return XDPDrop }
	if got := Run(first, &XDP{}); got != XDPDrop {
		t.Errorf("an empty slot gives %v", got)
	}
	table.Set(1, second)
	if got := Run(first, &XDP{}); got != XDPTx {
		t.Errorf("a tail call gives %v", got)
	}
}

func TestPackets(t *testing.T) {
	ctx := &XDP{Buf: []byte{7, 0, 0, 53}}
	h := At[packetHeader](ctx, 0)
	if h == nil || h.Kind != 7 || h.Port.Host() != 53 {
		t.Errorf("header %v", h)
	}
	if At[packetHeader](ctx, 1) != nil || At[packetHeader](ctx, 0xffffffff) != nil {
		t.Error("a header beyond the packet")
	}
	if v, ok := Load[Be16](ctx, 2); !ok || v != HToN16(53) {
		t.Errorf("load gives %v %v", v, ok)
	}
	if _, ok := Load[Be32](ctx, 1); ok {
		t.Error("a load beyond the packet")
	}
	if !Store(ctx, 2, HToN16(80)) || h.Port.Host() != 80 {
		t.Error("store")
	}
	if len((&XDP{Buf: make([]byte, 70000)}).Packet()) != 65535 {
		t.Error("packet bytes past 65535 exist")
	}
	frame := &XDP{Buf: make([]byte, 20)}
	if XdpAdjustHead(frame, -2) != 0 || len(frame.Buf) != 22 || XdpAdjustHead(frame, 9) != -EINVAL || XdpAdjustTail(frame, -8) != 0 {
		t.Error("adjust head")
	}
}

func TestClockAndLog(t *testing.T) {
	ResetTest()
	start := KtimeGetNs()
	AdvanceTime(5)
	if KtimeGetNs() != start+5 {
		t.Error("clock")
	}
	SetCurrent(11, 12, "curl")
	pid, tgid := CurrentPidTgid()
	if pid != 11 || tgid != 12 || GetCurrentPidTgid() != 12<<32|11 {
		t.Error("pid and tgid")
	}
	Printk("%s %d\n", CurrentComm(), pid)
	if log := TestLog(); len(log) != 1 || log[0] != "curl 11\n" {
		t.Errorf("log %q", log)
	}
	SetRandom(5)
	a := GetPrandomU32()
	SetRandom(5)
	if a != GetPrandomU32() {
		t.Error("randomness does not repeat")
	}
}

func TestMemory(t *testing.T) {
	ResetTest()
	SetMemory(0x1000, []byte("name\x00rest"))
	var b [4]byte
	if n := ReadUserStr(b[:], 0x1000); n != 4 || string(b[:]) != "nam\x00" {
		t.Errorf("%d %q", n, b)
	}
	if n := ProbeReadUserStr(b[:], 0x1005); n != 4 {
		t.Errorf("%d", n)
	}
	if _, ok := ReadKernel[uint32](0x2000); ok {
		t.Error("a fault reads")
	}
	if v, ok := ReadKernel[uint8](0x1001); !ok || v != 'a' {
		t.Error("kernel read")
	}
}

func TestFake(t *testing.T) {
	ResetTest()
	defer func() {
		if _, ok := recover().(missing); !ok {
			t.Error("a helper without simulation does not say so")
		}
	}()
	Fake("GetNetnsCookie", func(args ...any) any { return 7 })
	if GetNetnsCookie(nil) != 7 {
		t.Error("the fake is not used")
	}
	Run(func(ctx *XDP) XDPAction { SkbVlanPop(ctx); return XDPPass }, &XDP{})
}

func TestNumbers(t *testing.T) {
	if Log2(0) != 0 || Log2(1) != 0 || Log2(1023) != 9 || Log2(1<<63) != 63 {
		t.Error("Log2")
	}
	if IP4(10, 0, 0, 1).Host() != 0x0a000001 || HToN64(1).Host() != 1 {
		t.Error("byte order")
	}
	if unsafe.Sizeof(Timer{}) != 16 || unsafe.Sizeof(SpinLock{}) != 4 || unsafe.Sizeof(Dynptr{}) != 16 {
		t.Error("sizes of the kernel's field types")
	}
	var v int64
	if n := Strtol([]byte("-0x1f!"), 0, &v); n != 5 || v != -31 {
		t.Errorf("Strtol gives %d, %d", n, v)
	}
	if Strncmp([]byte("abc\x00"), "abc") != 0 || Strncmp([]byte("abd"), "abc") <= 0 {
		t.Error("Strncmp")
	}
}

func TestStructSizes(t *testing.T) {
	sizes := map[string][2]uintptr{
		"bpf_sock_tuple.ipv4":  {unsafe.Sizeof(SockTuple4{}), 12},
		"bpf_sock_tuple.ipv6":  {unsafe.Sizeof(SockTuple6{}), 36},
		"bpf_fib_lookup":       {unsafe.Sizeof(FibParams{}), 64},
		"bpf_tunnel_key":       {unsafe.Sizeof(TunnelKey{}), 44},
		"bpf_xfrm_state":       {unsafe.Sizeof(XfrmState{}), 28},
		"bpf_pidns_info":       {unsafe.Sizeof(PidNSInfo{}), 8},
		"bpf_perf_event_value": {unsafe.Sizeof(PerfEventValue{}), 24},
		"bpf_redir_neigh":      {unsafe.Sizeof(RedirNeigh{}), 20},
		"btf_ptr":              {unsafe.Sizeof(BTFPtr{}), 16},
		"bpf_flow_keys":        {unsafe.Sizeof(FlowKeys{}), 56},
		"bpf_devmap_val":       {unsafe.Sizeof(DevMapValue{}), 8},
	}
	for name, size := range sizes {
		if size[0] != size[1] {
			t.Errorf("%s has %d bytes, not %d", name, size[1], size[0])
		}
	}
}

// stops always aborts.
//
//bpf:attach xdp
//bpf:panic 3
func stops(*XDP) XDPAction { panic("always") }

func TestAbortValueOfTheDirective(t *testing.T) {
	if got := Run(stops, &XDP{Buf: make([]byte, 14)}); got != 3 {
		t.Errorf("the program aborts with %v", got)
	}
}
