// One program of many kinds; each counts its runs.
package kinds

import "bpfc/sdk/bpf"

var runs = bpf.Array[uint64]{MaxEntries: 16}
var sockets = bpf.SockMap{MaxEntries: 2}

func count(kind uint32) {
	n := runs.Lookup(kind)
	if n != nil {
		*n++
	}
}

//bpf:attach socket
func Socket(ctx *bpf.SKB) int32 {
	count(0)
	return -1
}

//bpf:attach perf_event
func Sample(ctx *bpf.PerfEvent) { count(1) }

//bpf:attach netfilter
func Hook(ctx *bpf.Netfilter) bpf.NFVerdict {
	count(2)
	return bpf.NFAccept
}

//bpf:attach sk_lookup
func Lookup(ctx *bpf.SkLookup) bpf.SKAction {
	count(3)
	return bpf.SKPass
}

//bpf:attach cgroup/skb
func Group(ctx *bpf.SKB) bpf.Verdict {
	count(4)
	return bpf.Allow
}

//bpf:attach cgroup/connect4
func Connect(ctx *bpf.SockAddr) bpf.Verdict {
	count(5)
	return bpf.Allow
}

//bpf:attach xdp
func Packet(ctx *bpf.XDP) bpf.XDPAction {
	count(6)
	return bpf.XDPPass
}

//bpf:attach raw_tracepoint/sys_enter
func Raw() { count(7) }

//bpf:attach sk_skb/stream_verdict
func Verdict(ctx *bpf.SKB) bpf.SKAction {
	count(8)
	return bpf.SKPass
}

//bpf:attach uretprobe/malloc
func Malloc() { count(9) }

//bpf:attach iter/task
func Tasks(ctx *bpf.Iter) { count(10) }
