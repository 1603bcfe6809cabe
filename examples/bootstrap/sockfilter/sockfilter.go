// Package sockfilter tells the addresses, ports and protocol of the IPv4 packets that a raw socket sees.
package sockfilter

import "bpfc/sdk/bpf"

// Event is a packet.
type Event struct {
	Src, Dst bpf.Be32
	Ports    [2]bpf.Be16
	Proto    uint8
	PktType  uint32
	Ifindex  uint32
}

// IPv4 is the header of a packet without options.
type IPv4 struct {
	VersionLen, TOS uint8
	Len, ID, Frag   bpf.Be16
	TTL, Proto      uint8
	Check           uint16
	Src, Dst        bpf.Be32
}

const (
	ethLen   = 14
	ethIPv4  = 0x0800
	moreFrag = 0x2000
	fragOff  = 0x1fff
	protoGRE = 47
)

var events = bpf.RingBuf[Event]{Size: 256 << 10}

//bpf:attach socket
func Packet(ctx *bpf.SKB) int32 {
	etherType, ok := bpf.Load[bpf.Be16](ctx, 12)
	if !ok || etherType != bpf.HToN16(ethIPv4) {
		return 0
	}
	ip, ok := bpf.Load[IPv4](ctx, ethLen)
	if !ok || ip.Frag.Host()&(moreFrag|fragOff) != 0 {
		return 0
	}
	e := events.ReserveZeroed()
	if e == nil {
		return 0
	}
	e.Proto = ip.Proto
	if ip.Proto != protoGRE {
		e.Src, e.Dst = ip.Src, ip.Dst
	}
	e.Ports, _ = bpf.Load[[2]bpf.Be16](ctx, ethLen+uint32(ip.VersionLen&0xf)<<2)
	e.PktType = ctx.PktType
	e.Ifindex = ctx.Ifindex
	events.Submit(e)
	return int32(ctx.Len)
}
