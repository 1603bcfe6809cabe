package sections

import "bpfc/sdk/bpf"

type Key struct {
	PID  uint32
	Kind uint16
}

var hits = bpf.HashMap[Key, uint64]{MaxEntries: 64}
var stages = bpf.ProgArray[func(*bpf.XDP) bpf.XDPAction]{MaxEntries: 2}

//bpf:config
var Limit uint64 = 100

var total uint64
var table = [2]uint32{1, 2}

//go:noinline
func add(a, b uint64) uint64 { return a + b*3 }

//bpf:attach xdp
func First(ctx *bpf.XDP) bpf.XDPAction {
	total = add(total, uint64(table[1]))
	if total > Limit {
		bpf.TracePrintk("more than the limit\n")
	}
	hits.Update(Key{PID: 1}, total, bpf.Any)
	stages.TailCall(ctx, 1)
	return bpf.XDPPass
}

//bpf:attach xdp
//bpf:slot stages 1
func Second(ctx *bpf.XDP) bpf.XDPAction {
	return bpf.XDPDrop
}
