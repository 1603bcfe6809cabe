// Row 19: a consistent-hash balancer for TCP and UDP that follows ICMP errors and QUIC connection ids.
package l4lb

import (
	"math/bits"

	"bpfc/sdk/bpf"
)

const (
	ringSize  = 2
	maxVIPs   = 12
	ringsSize = maxVIPs * ringSize

	shot = 2

	realIPv6     = 1
	vipNoSrcPort = 1
	vipQUIC      = 4
	packetICMP   = 1
	packetSYN    = 2
)

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

type ICMP struct {
	Type, Code uint8
	Check      uint16
	Rest       uint32
}

type TCP struct {
	Src, Dst              uint16
	Seq, Ack              uint32
	Offset, Flags         uint8
	Window, Check, Urgent uint16
}

type UDP struct{ Src, Dst, Len, Check uint16 }

// Of an IPv4 address only the first word is used.
type VIP struct {
	Addr          [4]uint32
	DPort, Family uint16
	Proto         uint8
}

type VIPMeta struct{ Flags, Num uint32 }

type Real struct {
	Addr  [4]uint32
	Flags uint8
}

type VIPStats struct{ Bytes, Packets uint64 }

type Control struct{ Ifindex, Pad uint32 }

// Flow is what is known of a packet; of one in an ICMP error, seen from the other side.
type Flow struct {
	Src, Dst         [4]uint32
	SrcPort, DstPort uint16
	Proto, Flags     uint8
}

var VIPs = bpf.HashMap[VIP, VIPMeta]{MaxEntries: maxVIPs}

var Rings = bpf.Array[uint32]{MaxEntries: ringsSize}

var Reals = bpf.Array[Real]{MaxEntries: 5}

var Stats = bpf.PerCPUArray[VIPStats]{MaxEntries: maxVIPs}

var Controls = bpf.Array[Control]{MaxEntries: 16}

var QUICServers = bpf.Array[uint32]{MaxEntries: 4096}

func mix(a, b, c uint32) (uint32, uint32, uint32) {
	a = (a - c) ^ bits.RotateLeft32(c, 4)
	c += b
	b = (b - a) ^ bits.RotateLeft32(a, 6)
	a += c
	c = (c - b) ^ bits.RotateLeft32(b, 8)
	b += a
	a = (a - c) ^ bits.RotateLeft32(c, 16)
	c += b
	b = (b - a) ^ bits.RotateLeft32(a, 19)
	a += c
	c = (c - b) ^ bits.RotateLeft32(b, 4)
	b += a
	return a, b, c
}

func final(a, b, c uint32) uint32 {
	c = (c ^ b) - bits.RotateLeft32(b, 14)
	a = (a ^ c) - bits.RotateLeft32(c, 11)
	b = (b ^ a) - bits.RotateLeft32(a, 25)
	c = (c ^ b) - bits.RotateLeft32(b, 16)
	a = (a ^ c) - bits.RotateLeft32(c, 4)
	b = (b ^ a) - bits.RotateLeft32(a, 14)
	return (c ^ b) - bits.RotateLeft32(b, 24)
}

func hash4(k *[4]uint32, init uint32) uint32 {
	start := 0xdeadbeef + 16 + init
	a, b, c := mix(start+k[0], start+k[1], start+k[2])
	return final(a+k[3], b, c)
}

func hash2(x, y, init uint32) uint32 {
	start := 0xdeadbeef + 8 + init
	return final(start+x, start+y, start)
}

// icmp6 looks into an error; true: go on with the packet in it, false: the verdict.
func icmp6(ctx *bpf.SKB, f *Flow) (bpf.TCAction, bool) {
	icmp := bpf.At[ICMP](ctx, 54)
	if icmp == nil {
		return shot, false
	}
	if icmp.Type != 2 {
		return 0, false
	}
	ip := bpf.At[IPv6](ctx, 62)
	if ip == nil {
		return shot, false
	}
	f.Proto = ip.Next
	f.Flags |= packetICMP
	f.Src, f.Dst = ip.Dst, ip.Src
	return 0, true
}

func icmp4(ctx *bpf.SKB, f *Flow) (bpf.TCAction, bool) {
	icmp := bpf.At[ICMP](ctx, 34)
	if icmp == nil {
		return shot, false
	}
	if icmp.Type != 3 || icmp.Code != 4 {
		return 0, false
	}
	ip := bpf.At[IPv4](ctx, 42)
	if ip == nil || ip.VerIHL&15 != 5 {
		return shot, false
	}
	f.Proto = ip.Proto
	f.Flags |= packetICMP
	f.Src[0], f.Dst[0] = ip.Dst, ip.Src
	return 0, true
}

func (f *Flow) setPorts(src, dst uint16) {
	if f.Flags&packetICMP != 0 {
		src, dst = dst, src
	}
	f.SrcPort, f.DstPort = src, dst
}

// serverOf is the server number in a connection id; 0: none.
func serverOf(id *[3]uint8) uint32 {
	if id[0]>>6 != 1 {
		return 0
	}
	return uint32(id[0]&0x3f)<<10 | uint32(id[1])<<2 | uint32(id[2])>>6
}

// quicServer is the server number in the connection id of a QUIC packet; 0: none.
func quicServer(ctx *bpf.SKB, offset uint32) uint32 {
	short := bpf.At[[9]uint8](ctx, offset)
	if short == nil {
		return 0
	}
	if short[0]&0x80 == 0 {
		return serverOf((*[3]uint8)(short[1:4]))
	}
	long := bpf.At[[14]uint8](ctx, offset)
	if long == nil || long[0]&0x30 < 0x20 || long[5] < 8 {
		return 0
	}
	return serverOf((*[3]uint8)(long[6:9]))
}

func realOfQUIC(ctx *bpf.SKB, offset uint32) *Real {
	server := quicServer(ctx, offset)
	if server == 0 {
		return nil
	}
	at := QUICServers.Lookup(server)
	if at == nil || *at == 0 {
		return nil
	}
	return Reals.Lookup(*at)
}

func realOfHash(f *Flow, meta *VIPMeta, v6 bool) *Real {
	first := f.Src[0]
	if v6 {
		first = hash4(&f.Src, maxVIPs)
	}
	ports := uint32(f.SrcPort) | uint32(f.DstPort)<<16
	at := Rings.Lookup(ringSize*meta.Num + hash2(first, ports, ringsSize)%ringSize)
	if at == nil {
		return nil
	}
	return Reals.Lookup(*at)
}

func balance(ctx *bpf.SKB, v6 bool) bpf.TCAction {
	var f Flow
	var bytes uint16
	offset := uint32(14)
	if v6 {
		ip := bpf.At[IPv6](ctx, 14)
		if ip == nil {
			return shot
		}
		f.Proto, bytes, offset = ip.Next, ip.Len.Host(), 54
		if f.Proto == 44 {
			return shot
		}
		if f.Proto == 58 {
			action, inner := icmp6(ctx, &f)
			if !inner {
				return action
			}
			offset = 102
		} else {
			f.Src, f.Dst = ip.Src, ip.Dst
		}
	} else {
		ip := bpf.At[IPv4](ctx, 14)
		if ip == nil || ip.VerIHL&15 != 5 || ip.Frag&bpf.HToN16(0x3fff) != 0 {
			return shot
		}
		f.Proto, bytes, offset = ip.Proto, ip.TotLen.Host(), 34
		if f.Proto == 1 {
			action, inner := icmp4(ctx, &f)
			if !inner {
				return action
			}
			offset = 62
		} else {
			f.Src[0], f.Dst[0] = ip.Src, ip.Dst
		}
	}
	switch f.Proto {
	case 6:
		tcp := bpf.At[TCP](ctx, offset)
		if tcp == nil {
			return shot
		}
		if tcp.Flags&2 != 0 {
			f.Flags |= packetSYN
		}
		f.setPorts(tcp.Src, tcp.Dst)
	case 17:
		udp := bpf.At[UDP](ctx, offset)
		if udp == nil {
			return shot
		}
		f.setPorts(udp.Src, udp.Dst)
	default:
		return shot
	}
	vip := VIP{Addr: f.Dst, DPort: f.DstPort, Proto: f.Proto}
	meta := VIPs.Lookup(vip)
	if meta == nil {
		vip.DPort = 0
		meta = VIPs.Lookup(vip)
		if meta == nil {
			return shot
		}
		f.DstPort = 0
	}
	if meta.Flags&vipNoSrcPort != 0 {
		f.SrcPort = 0
	}
	var real *Real
	if meta.Flags&vipQUIC != 0 && f.Proto == 17 && f.Flags&packetICMP == 0 {
		real = realOfQUIC(ctx, offset+8)
	}
	if real == nil {
		real = realOfHash(&f, meta, v6)
		if real == nil {
			return shot
		}
	}
	key := bpf.TunnelKey{TTL: 64}
	which, flags := uint32(1), uint64(0)
	if real.Flags&realIPv6 != 0 {
		which, flags = 2, bpf.TunnelIPv6
		key.Remote = real.Addr
	} else {
		key.Remote[0] = real.Addr[0]
	}
	control := Controls.Lookup(which)
	if control == nil {
		return shot
	}
	stats := Stats.Lookup(meta.Num)
	if stats == nil {
		return shot
	}
	stats.Packets++
	stats.Bytes += uint64(bytes)
	bpf.SkbSetTunnelKey(ctx, &key, flags)
	if eth := bpf.At[uint32](ctx, 0); eth != nil {
		*eth = key.Remote[0]
	}
	return bpf.TCAction(bpf.Redirect(control.Ifindex, 0))
}

//bpf:attach tc
func Main(ctx *bpf.SKB) bpf.TCAction {
	eth := bpf.At[Eth](ctx, 0)
	if eth == nil {
		return shot
	}
	switch eth.Proto {
	case bpf.HToN16(0x0800):
		return balance(ctx, false)
	case bpf.HToN16(0x86DD):
		return balance(ctx, true)
	}
	return shot
}
