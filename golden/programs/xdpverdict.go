// An XDP program: a counter per verdict, and the verdict.
//
// run: Main data=000000000000000000000000080000000000 => ret=2
package xdpverdict

import "bpfc/sdk/bpf"

var Verdicts = bpf.Array[uint64]{MaxEntries: 8}

//bpf:attach xdp
func Main(ctx *bpf.XDP) bpf.XDPAction {
	verdict := bpf.XDPPass
	count := Verdicts.Lookup(uint32(verdict))
	if count != nil {
		*count++
	}
	return verdict
}
