// Row 7: what the CPU map did, by the event xdp_cpumap_enqueue.
package cpumapenqueue

import "bpfc/sdk/bpf"

type Args struct {
	Header             uint64
	MapID              int32
	Act                uint32
	CPU                int32
	Dropped, Processed uint32
	ToCPU int32
}

type Counters struct{ Processed, Dropped, Info, Err uint64 }

var Stats = bpf.PerCPUArray[Counters]{MaxEntries: 64}

//bpf:attach tracepoint/xdp/xdp_cpumap_enqueue
func Main(ctx *Args) int32 {
	key := uint32(ctx.ToCPU)
	if key >= 64 {
		return 1
	}
	value := Stats.Lookup(key)
	if value == nil {
		return 0
	}
	value.Processed += uint64(ctx.Processed)
	value.Dropped += uint64(ctx.Dropped)
	if ctx.Processed > 0 {
		value.Info++
	}
	return 0
}
