// Package tcx counts the packets that come in through an interface and that leave through it.
package tcx

import (
	"sync/atomic"

	"bpfc/sdk/bpf"
)

//bpf:target-kernel 6.6

var (
	Ingress uint64
	Egress  uint64
)

//bpf:attach tcx/ingress
func CountIngress(ctx *bpf.SKB) bpf.TCAction {
	atomic.AddUint64(&Ingress, 1)
	return bpf.TCXPass
}

//bpf:attach tcx/egress
func CountEgress(ctx *bpf.SKB) bpf.TCAction {
	atomic.AddUint64(&Egress, 1)
	return bpf.TCXPass
}
