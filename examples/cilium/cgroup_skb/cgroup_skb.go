// Package cgroup_skb counts the packets that the processes of a cgroup send.
package cgroup_skb

import (
	"sync/atomic"

	"bpfc/sdk/bpf"
)

var packets = bpf.Array[uint64]{MaxEntries: 1}

//bpf:attach cgroup_skb/egress
func CountEgress(ctx *bpf.SKB) bpf.Verdict {
	if n := packets.Lookup(0); n != nil {
		atomic.AddUint64(n, 1)
	}
	return bpf.Allow
}
