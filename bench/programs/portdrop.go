// Row 9: drops packets to listed TCP and UDP ports.
package portdrop

import (
	"sync/atomic"

	"bpfc/sdk/bpf"
)

type Eth struct {
	Dst, Src [6]byte
	Proto    bpf.Be16
}

type IPv4 struct {
	VerIHL, TOS      uint8
	TotLen, ID, Frag bpf.Be16
	TTL, Proto       uint8
	Check            bpf.Be16
	Src, Dst         bpf.Be32
}

type Ports struct{ Src, Dst bpf.Be16 }

var Listed = bpf.HashMap[uint16, uint64]{MaxEntries: 1024}

//bpf:attach xdp
func Portdrop(ctx *bpf.XDP) bpf.XDPAction {
	eth := bpf.At[Eth](ctx, 0)
	if eth == nil || eth.Proto != bpf.HToN16(0x0800) {
		return bpf.XDPPass
	}
	ip := bpf.At[IPv4](ctx, 14)
	if ip == nil || ip.Proto != 6 && ip.Proto != 17 {
		return bpf.XDPPass
	}
	words := uint32(ip.VerIHL & 15)
	if words < 5 {
		return bpf.XDPPass
	}
	l4 := bpf.At[Ports](ctx, 14+words*4)
	if l4 == nil {
		return bpf.XDPPass
	}
	hits := Listed.Lookup(l4.Dst.Host())
	if hits == nil {
		return bpf.XDPPass
	}
	atomic.AddUint64(hits, 1)
	return bpf.XDPDrop
}
