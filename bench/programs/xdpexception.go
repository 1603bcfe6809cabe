// Row 3: counts XDP exceptions by action.
package xdpexception

import "bpfc/sdk/bpf"

type Args struct {
	Header       uint64
	Ifindex, Act uint32
	Other        uint32
}

var Counts = bpf.PerCPUArray[uint64]{MaxEntries: 6}

//bpf:attach tracepoint/xdp/xdp_exception
func XDPException(ctx *Args) int32 {
	key := ctx.Act
	if key > 4 {
		key = 5
	}
	value := Counts.Lookup(key)
	if value == nil {
		return 1
	}
	*value++
	return 0
}
