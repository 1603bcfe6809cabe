// Counts the packets that a classifier sees.
package classifier

import "bpfc/sdk/bpf"

var seen = bpf.Array[uint64]{MaxEntries: 2}

//bpf:attach tc
func Count(ctx *bpf.SKB) bpf.TCAction {
	n := seen.Lookup(0)
	if n != nil {
		*n++
	}
	return bpf.TCOk
}

//bpf:attach tcx/egress
func CountOut(ctx *bpf.SKB) bpf.TCAction {
	n := seen.Lookup(1)
	if n != nil {
		*n++
	}
	return bpf.TCOk
}
