// Row 5: counts packets while a flag is set.
package xdppktcntr

import "bpfc/sdk/bpf"

var (
	Flags  = bpf.Array[uint32]{MaxEntries: 2}
	Counts = bpf.PerCPUArray[uint64]{MaxEntries: 512}
)

//bpf:attach xdp
func Pktcntr(ctx *bpf.XDP) bpf.XDPAction {
	if flag := Flags.Lookup(0); flag == nil || *flag == 0 {
		return bpf.XDPPass
	}
	if count := Counts.Lookup(0); count != nil {
		*count++
	}
	return bpf.XDPPass
}
