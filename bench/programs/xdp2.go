// Row 11: counts packets by protocol, behind up to two VLAN tags.
package xdp2

import "bpfc/sdk/bpf"

type Eth struct {
	Dst, Src [6]byte
	Proto    bpf.Be16
}

type VLAN struct{ TCI, Proto bpf.Be16 }

type IPv4 struct {
	VerIHL, TOS      uint8
	TotLen, ID, Frag bpf.Be16
	TTL, Proto       uint8
	Check            bpf.Be16
	Src, Dst         bpf.Be32
}

type IPv6 struct {
	Flow      bpf.Be32
	Len       bpf.Be16
	Next, Hop uint8
	Src, Dst  [4]bpf.Be32
}

var Counts = bpf.PerCPUArray[uint64]{MaxEntries: 256}

//bpf:attach xdp
func Main(ctx *bpf.XDP) bpf.XDPAction {
	eth := bpf.At[Eth](ctx, 0)
	if eth == nil {
		return bpf.XDPDrop
	}
	kind, offset := eth.Proto, uint32(14)
	if kind == bpf.HToN16(0x8100) || kind == bpf.HToN16(0x88A8) {
		tag := bpf.At[VLAN](ctx, 14)
		if tag == nil {
			return bpf.XDPDrop
		}
		kind, offset = tag.Proto, 18
		if kind == bpf.HToN16(0x8100) || kind == bpf.HToN16(0x88A8) {
			inner := bpf.At[VLAN](ctx, 18)
			if inner == nil {
				return bpf.XDPDrop
			}
			kind, offset = inner.Proto, 22
		}
	}
	var proto uint32
	if kind == bpf.HToN16(0x0800) {
		if ip := bpf.At[IPv4](ctx, offset); ip != nil {
			proto = uint32(ip.Proto)
		}
	} else if kind == bpf.HToN16(0x86DD) {
		if ip := bpf.At[IPv6](ctx, offset); ip != nil {
			proto = uint32(ip.Next)
		}
	}
	if count := Counts.Lookup(proto); count != nil {
		*count++
	}
	if proto == 17 {
		eth.Dst, eth.Src = eth.Src, eth.Dst
		return bpf.XDPTx
	}
	return bpf.XDPDrop
}
