// Row 8: what a device map sent and dropped.
package devmapxmit

import "bpfc/sdk/bpf"

type Args struct {
	Header           uint64
	From             int32
	Act              uint32
	To, Drops, Sent  int32
	Err              int32
}

type Counters struct{ Processed, Dropped, Info, Err uint64 }

var Stats = bpf.PerCPUArray[Counters]{MaxEntries: 1}

//bpf:attach tracepoint/xdp/xdp_devmap_xmit
func Main(ctx *Args) int32 {
	value := Stats.Lookup(0)
	if value == nil {
		return 0
	}
	value.Processed += uint64(ctx.Sent)
	value.Dropped += uint64(ctx.Drops)
	value.Info++
	if ctx.Err != 0 {
		value.Err++
	}
	if ctx.Drops < 0 {
		value.Err++
	}
	return 1
}
