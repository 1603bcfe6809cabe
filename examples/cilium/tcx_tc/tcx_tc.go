// Package tcx_tc is package tcx for loaders and kernels that know only classifiers, whose direction the loader chooses.
package tcx_tc

import (
	"sync/atomic"

	"bpfc/sdk/bpf"
)

var (
	Ingress uint64
	Egress  uint64
)

//bpf:attach tc
func CountIngress(ctx *bpf.SKB) bpf.TCAction {
	atomic.AddUint64(&Ingress, 1)
	return bpf.TCUnspec
}

//bpf:attach tc
func CountEgress(ctx *bpf.SKB) bpf.TCAction {
	atomic.AddUint64(&Egress, 1)
	return bpf.TCUnspec
}
