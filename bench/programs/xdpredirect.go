// Row 10: sends every packet to one interface, MAC addresses swapped.
package xdpredirect

import "bpfc/sdk/bpf"

type Eth struct {
	Dst, Src [6]byte
	Proto    bpf.Be16
}

var (
	Targets = bpf.Array[int32]{MaxEntries: 1}
	Counts  = bpf.PerCPUArray[uint64]{MaxEntries: 1}
)

//bpf:attach xdp
func Redirect(ctx *bpf.XDP) bpf.XDPAction {
	eth := bpf.At[Eth](ctx, 0)
	if eth == nil {
		return bpf.XDPDrop
	}
	ifindex := Targets.Lookup(0)
	if ifindex == nil {
		return bpf.XDPDrop
	}
	if count := Counts.Lookup(0); count != nil {
		*count++
	}
	eth.Dst, eth.Src = eth.Src, eth.Dst
	return bpf.XDPAction(bpf.Redirect(uint32(*ifindex), 0))
}
