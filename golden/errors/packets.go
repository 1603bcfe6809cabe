package packets

import "bpfc/sdk/bpf"

type Eth struct {
	Dst, Src [6]byte
	Proto    bpf.Be16
}

//bpf:attach xdp
func Grow(ctx *bpf.XDP) bpf.XDPAction {
	eth := bpf.At[Eth](ctx, 0)
	if eth == nil {
		return bpf.XDPPass
	}
	old := *eth
	packet := ctx.Packet()
	if bpf.XdpAdjustHead(ctx, -4) != 0 {
		eth.Proto = 0
		return bpf.XDPDrop
	}
	eth.Proto = old.Proto
	packet[0] = 1
	eth = bpf.At[Eth](ctx, 0)
	if eth != nil {
		*eth = old
	}
	return bpf.XDPPass
}

//go:noinline
func shrink(ctx *bpf.XDP) int {
	return bpf.XdpAdjustTail(ctx, -4)
}

//bpf:attach xdp
func Loops(ctx *bpf.XDP) bpf.XDPAction {
	for range 4 {
		eth := bpf.At[Eth](ctx, 0)
		if eth == nil {
			break
		}
		shrink(ctx)
		if eth.Proto == bpf.HToN16(0x800) {
			break
		}
	}
	return bpf.XDPPass
}

//bpf:attach sk_msg
func Message(ctx *bpf.SkMsg) bpf.SKAction {
	first := bpf.At[uint8](ctx, 0)
	if first == nil || bpf.MsgPullData(ctx, 0, 20, 0) != 0 {
		return bpf.SKDrop
	}
	if *first == 3 {
		return bpf.SKDrop
	}
	return bpf.SKPass
}
