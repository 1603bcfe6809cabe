// Row 15: answers UDP packets with their own payload.
package udpecho

import "bpfc/sdk/bpf"

type Eth struct {
	DstMAC, SrcMAC [6]byte
	EtherType      bpf.Be16
}

// Datagram is what follows, in a struct of its own: in one with Eth its addresses would be moved to a multiple of four.
type Datagram struct {
	VerIHL, TOS      uint8
	TotLen, ID, Frag bpf.Be16
	TTL, Proto       uint8
	Check            uint16
	Src, Dst         bpf.Be32
	SrcPort, DstPort bpf.Be16
	Len, UDPCheck    bpf.Be16
}

//bpf:attach xdp
func Echo(ctx *bpf.XDP) bpf.XDPAction {
	eth := bpf.At[Eth](ctx, 0)
	if eth == nil || eth.EtherType != bpf.HToN16(0x0800) {
		return bpf.XDPPass
	}
	p := bpf.At[Datagram](ctx, 14)
	if p == nil || p.VerIHL != 0x45 || p.Proto != 17 {
		return bpf.XDPPass
	}
	eth.DstMAC, eth.SrcMAC = eth.SrcMAC, eth.DstMAC
	p.Src, p.Dst = p.Dst, p.Src
	p.SrcPort, p.DstPort = p.DstPort, p.SrcPort
	p.TTL = 64
	p.Check = 0
	p.UDPCheck = 0
	words := bpf.At[[10]uint16](ctx, 14)
	if words == nil {
		return bpf.XDPPass
	}
	var sum uint32
	for i := range 10 {
		sum += uint32(words[i])
	}
	sum = sum>>16 + sum&0xffff
	sum += sum >> 16
	p.Check = uint16(^sum)
	return bpf.XDPTx
}
