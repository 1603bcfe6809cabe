// Row 14: a stateful firewall between the interfaces 6 (outside) and 7 (inside).
package xdpfw

import "bpfc/sdk/bpf"

type Eth struct {
	Dst, Src [6]byte
	Proto    bpf.Be16
}

type IPv4 struct {
	VerIHL, TOS      uint8
	TotLen, ID, Frag bpf.Be16
	TTL, Proto       uint8
	Check            bpf.Be16
	Src, Dst         uint32
}

type Ports struct{ Src, Dst uint16 }

type Flow struct {
	Proto, SPort, DPort uint16
	Src, Dst            uint32
}

type Leaf struct{ Out, In uint8 }

var Flows = bpf.HashMap[Flow, Leaf]{MaxEntries: 1024}

var TxPort = bpf.DevMap{MaxEntries: 10}

//bpf:attach xdp
func Firewall(ctx *bpf.XDP) bpf.XDPAction {
	eth := bpf.At[Eth](ctx, 0)
	if eth == nil || eth.Proto != bpf.HToN16(0x0800) {
		return bpf.XDPDrop
	}
	ip := bpf.At[IPv4](ctx, 14)
	if ip == nil || ip.VerIHL != 0x45 || ip.Proto != 6 && ip.Proto != 17 {
		return bpf.XDPDrop
	}
	l4 := bpf.At[Ports](ctx, 34)
	if l4 == nil {
		return bpf.XDPDrop
	}
	low, high := ip.Src, ip.Dst
	if low > high {
		low, high = high, low
	}
	lowPort, highPort := l4.Src, l4.Dst
	if lowPort > highPort {
		lowPort, highPort = highPort, lowPort
	}
	flow := Flow{Proto: uint16(ip.Proto), Src: low, Dst: high, SPort: lowPort, DPort: highPort}
	leaf := Flows.Lookup(flow)
	if ctx.IngressIfindex == 7 {
		if leaf == nil {
			return bpf.XDPDrop
		}
		return TxPort.Redirect(uint32(leaf.Out), 0)
	}
	if leaf == nil {
		Flows.Update(flow, Leaf{Out: 6, In: 7}, bpf.Any)
	}
	return TxPort.Redirect(7, 0)
}
