// Row 13: reports unfragmented IPv4 packets to user space.
package sockfilter

import "bpfc/sdk/bpf"

type Event struct {
	Src, Dst bpf.Be32
	Ports    [4]byte
	Proto    uint32
	PktType  uint32
	Ifindex  uint32
}

var Events = bpf.RingBuf[Event]{Size: 256 << 10}

//bpf:attach socket
func Filter(ctx *bpf.SKB) int32 {
	kind, ok := bpf.Load[bpf.Be16](ctx, 12)
	if !ok || kind.Host() != 0x0800 {
		return 0
	}
	frag, ok := bpf.Load[bpf.Be16](ctx, 14+6)
	if !ok || frag.Host()&0x3fff != 0 {
		return 0
	}
	e := Events.Reserve()
	if e == nil {
		return 0
	}
	proto, _ := bpf.Load[uint8](ctx, 14+9)
	e.Proto = uint32(proto)
	if proto != 47 {
		e.Src, _ = bpf.Load[bpf.Be32](ctx, 14+12)
		e.Dst, _ = bpf.Load[bpf.Be32](ctx, 14+16)
	}
	first, _ := bpf.Load[uint8](ctx, 14)
	e.Ports, _ = bpf.Load[[4]byte](ctx, 14+uint32(first&15)*4)
	e.PktType = ctx.PktType
	e.Ifindex = ctx.Ifindex
	Events.Submit(e)
	return int32(ctx.Len)
}
