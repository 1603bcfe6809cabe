// Row 18: sends packets for virtual addresses through IPv4 and IPv6 tunnels.
package iptunnel

import "bpfc/sdk/bpf"

type Eth struct {
	Dst, Src [6]byte
	Proto    bpf.Be16
}

type IPv4 struct {
	VerIHL, TOS      uint8
	TotLen, ID, Frag bpf.Be16
	TTL, Proto       uint8
	Check            uint16
	Src, Dst         uint32
}

type IPv6 struct {
	Flow      bpf.Be32
	Len       bpf.Be16
	Next, Hop uint8
	Src, Dst  [4]uint32
}

type TCP struct {
	Src, Dst                     uint16
	Seq, Ack                     uint32
	Flags, Window, Check, Urgent uint16
}

type UDP struct{ Src, Dst, Len, Check uint16 }

// VIP is a virtual address; of an IPv4 one only the first word is used.
type VIP struct {
	Addr          [4]uint32
	DPort, Family uint16
	Proto         uint8
}

type Tunnel struct {
	Src, Dst [4]uint32
	Family   uint16
	DMAC     [6]byte
}

var Tunnels = bpf.HashMap[VIP, Tunnel]{MaxEntries: 256}

var Counts = bpf.PerCPUArray[uint64]{MaxEntries: 256}

// port returns the destination port, 0 for protocols without ports; false: cut short.
func port(ctx *bpf.XDP, offset uint32, proto uint8) (uint16, bool) {
	switch proto {
	case 6:
		if tcp := bpf.At[TCP](ctx, offset); tcp != nil {
			return tcp.Dst, true
		}
		return 0, false
	case 17:
		if udp := bpf.At[UDP](ctx, offset); udp != nil {
			return udp.Dst, true
		}
		return 0, false
	}
	return 0, true
}

func count(proto uint8) {
	if n := Counts.Lookup(uint32(proto)); n != nil {
		*n++
	}
}

func tunnel4(ctx *bpf.XDP) bpf.XDPAction {
	inner := bpf.At[IPv4](ctx, 14)
	if inner == nil {
		return bpf.XDPDrop
	}
	proto, length := inner.Proto, inner.TotLen.Host()
	dport, ok := port(ctx, 34, proto)
	if !ok {
		return bpf.XDPDrop
	}
	t := Tunnels.Lookup(VIP{Addr: [4]uint32{inner.Dst}, DPort: dport, Family: 2, Proto: proto})
	if t == nil || t.Family != 2 {
		return bpf.XDPPass
	}
	if bpf.XdpAdjustHead(ctx, -20) != 0 {
		return bpf.XDPDrop
	}
	to, from := bpf.At[Eth](ctx, 0), bpf.At[Eth](ctx, 20)
	ip, words := bpf.At[IPv4](ctx, 14), bpf.At[[10]uint16](ctx, 14)
	if to == nil || from == nil || ip == nil || words == nil {
		return bpf.XDPDrop
	}
	to.Dst, to.Src, to.Proto = t.DMAC, from.Dst, bpf.HToN16(0x0800)
	*ip = IPv4{VerIHL: 0x45, TotLen: bpf.HToN16(length + 20), TTL: 8, Proto: 4, Src: t.Src[0], Dst: t.Dst[0]}
	var sum uint32
	for _, word := range words {
		sum += uint32(word)
	}
	ip.Check = ^uint16(sum&0xffff + sum>>16)
	count(proto)
	return bpf.XDPTx
}

func tunnel6(ctx *bpf.XDP) bpf.XDPAction {
	inner := bpf.At[IPv6](ctx, 14)
	if inner == nil {
		return bpf.XDPDrop
	}
	proto, length := inner.Next, inner.Len.Host()
	dport, ok := port(ctx, 54, proto)
	if !ok {
		return bpf.XDPDrop
	}
	t := Tunnels.Lookup(VIP{Addr: inner.Dst, DPort: dport, Family: 10, Proto: proto})
	if t == nil || t.Family != 10 {
		return bpf.XDPPass
	}
	if bpf.XdpAdjustHead(ctx, -40) != 0 {
		return bpf.XDPDrop
	}
	to, from := bpf.At[Eth](ctx, 0), bpf.At[Eth](ctx, 40)
	ip := bpf.At[IPv6](ctx, 14)
	if to == nil || from == nil || ip == nil {
		return bpf.XDPDrop
	}
	to.Dst, to.Src, to.Proto = t.DMAC, from.Dst, bpf.HToN16(0x86DD)
	*ip = IPv6{Flow: bpf.HToN32(0x60000000), Len: bpf.HToN16(length + 40), Next: 41, Hop: 8, Src: t.Src, Dst: t.Dst}
	count(proto)
	return bpf.XDPTx
}

//bpf:attach xdp
func Main(ctx *bpf.XDP) bpf.XDPAction {
	eth := bpf.At[Eth](ctx, 0)
	if eth == nil {
		return bpf.XDPDrop
	}
	switch eth.Proto {
	case bpf.HToN16(0x0800):
		return tunnel4(ctx)
	case bpf.HToN16(0x86DD):
		return tunnel6(ctx)
	}
	return bpf.XDPDrop
}
