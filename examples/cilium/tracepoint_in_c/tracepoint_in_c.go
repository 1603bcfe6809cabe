// Package tracepoint_in_c counts how often the kernel takes memory pages.
package tracepoint_in_c

import (
	"sync/atomic"

	"bpfc/sdk/bpf"
	"examples/kernel"
)

var allocations = bpf.Array[uint64]{MaxEntries: 1}

//bpf:attach tracepoint/kmem/mm_page_alloc
func Count(ctx *kernel.PageAlloc) int32 {
	if n := allocations.Lookup(0); n != nil {
		atomic.AddUint64(n, 1)
	}
	return 0
}
