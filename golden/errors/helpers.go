package helpers

import "bpfc/sdk/bpf"

//bpf:license MIT

var counts = bpf.Array[uint32]{MaxEntries: 4}
var rules = bpf.LPMTrie[bpf.Be32, uint32]{MaxEntries: 4}

type Locked struct {
	bpf.SpinLock
	N uint64
}

var locked = bpf.Array[Locked]{MaxEntries: 4}

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Grow(ctx *bpf.Tracepoint) int32 {
	bpf.XdpAdjustHead(ctx, 4)
	var b [8]byte
	bpf.CopyFromUser(&b, 64)
	if l := locked.Lookup(0); l != nil {
		l.Lock()
		l.N++
		l.Unlock()
	}
	return shared()
}

//bpf:attach xdp
func Licensed(ctx *bpf.XDP) bpf.XDPAction {
	var k uint32
	bpf.ProbeReadKernel(&k, 64)
	bpf.MapPushElem(&counts, &k, 0)
	bpf.MapDeleteElem(&counts, &k)
	bpf.KtimeGetTaiNs()
	shared()
	return bpf.XDPPass
}

//go:noinline
func shared() int32 {
	return int32(bpf.SendSignal(9))
}

func unused(ctx *bpf.XDP) {
	bpf.XdpAdjustTail(ctx, 1)
}
