// Row 17: forwards IPv4 and IPv6 packets by the kernel's routing table.
package xdpfwd

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
	Src, Dst         bpf.Be32
}

type IPv6 struct {
	Flow      bpf.Be32
	Len       bpf.Be16
	Next, Hop uint8
	Src, Dst  [4]bpf.Be32
}

// FIB is struct bpf_fib_lookup.
type FIB struct {
	Family, L4      uint8
	SPort, DPort    bpf.Be16
	TotLen          uint16
	Ifindex         uint32
	TOSFlow         bpf.Be32
	Src, Dst        [4]bpf.Be32
	VLANProto, VLAN bpf.Be16
	SMAC, DMAC      [6]byte
}

var TxPort = bpf.DevMap{MaxEntries: 64}

//bpf:attach xdp
func Forward(ctx *bpf.XDP) bpf.XDPAction {
	eth := bpf.At[Eth](ctx, 0)
	if eth == nil {
		return bpf.XDPDrop
	}
	var fib FIB
	var v4 *IPv4
	var v6 *IPv6
	switch eth.Proto {
	case bpf.HToN16(0x0800):
		v4 = bpf.At[IPv4](ctx, 14)
		if v4 == nil {
			return bpf.XDPDrop
		}
		if v4.TTL <= 1 {
			return bpf.XDPPass
		}
		fib.Family = 2
		fib.TOSFlow = bpf.Be32(v4.TOS)
		fib.L4 = v4.Proto
		fib.TotLen = v4.TotLen.Host()
		fib.Src[0], fib.Dst[0] = v4.Src, v4.Dst
	case bpf.HToN16(0x86DD):
		v6 = bpf.At[IPv6](ctx, 14)
		if v6 == nil {
			return bpf.XDPDrop
		}
		if v6.Hop <= 1 {
			return bpf.XDPPass
		}
		fib.Family = 10
		fib.TOSFlow = v6.Flow & bpf.HToN32(0x0fffffff)
		fib.L4 = v6.Next
		fib.TotLen = v6.Len.Host()
		fib.Src, fib.Dst = v6.Src, v6.Dst
	default:
		return bpf.XDPPass
	}
	fib.Ifindex = ctx.IngressIfindex
	if bpf.FibLookup(ctx, &fib, 0) != 0 || TxPort.Lookup(fib.Ifindex) == nil {
		return bpf.XDPPass
	}
	if v4 != nil {
		check := uint32(v4.Check) + uint32(bpf.HToN16(0x0100))
		v4.Check = uint16(check + check>>16)
		v4.TTL--
	} else if v6 != nil {
		v6.Hop--
	}
	eth.Dst, eth.Src = fib.DMAC, fib.SMAC
	return TxPort.Redirect(fib.Ifindex, 0)
}
