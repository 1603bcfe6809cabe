package tailstack

import "bpfc/sdk/bpf"

var jumps = bpf.ProgArray[func(*bpf.XDP) bpf.XDPAction]{MaxEntries: 2}

//go:noinline
func jump(ctx *bpf.XDP, n uint32) uint32 {
	jumps.TailCall(ctx, n)
	return n
}

//bpf:attach xdp
func Main(ctx *bpf.XDP) bpf.XDPAction {
	var above [300]uint8
	above[ctx.IngressIfindex&255] = 1
	n := jump(ctx, ctx.RxQueueIndex&1)
	return bpf.XDPAction(above[n&255]) + 1
}
