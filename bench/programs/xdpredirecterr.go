// Row 4: counts redirections and those that failed.
package xdpredirecterr

import "bpfc/sdk/bpf"

type Args struct {
	Header           uint64
	ID, Act          uint32
	Ifindex, Err     int32
	To, MapID, Index int32
}

var Counts = bpf.PerCPUArray[uint64]{MaxEntries: 2}

//bpf:attach tracepoint/xdp/xdp_redirect_err
func XDPRedirectErr(ctx *Args) int32 {
	key := uint32(0)
	if ctx.Err != 0 {
		key = 1
	}
	value := Counts.Lookup(key)
	if value == nil {
		return 1
	}
	*value++
	return 0
}
