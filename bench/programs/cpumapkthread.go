// Row 7: what the CPU map did, by the event xdp_cpumap_kthread.
package cpumapkthread

import "bpfc/sdk/bpf"

type Args struct {
	Header             uint64
	MapID              int32
	Act                uint32
	CPU                int32
	Dropped, Processed uint32
	Sched int32
}

type Counters struct{ Processed, Dropped, Info, Err uint64 }

var Stats = bpf.PerCPUArray[Counters]{MaxEntries: 1}

//bpf:attach tracepoint/xdp/xdp_cpumap_kthread
func Main(ctx *Args) int32 {
	value := Stats.Lookup(0)
	if value == nil {
		return 0
	}
	value.Processed += uint64(ctx.Processed)
	value.Dropped += uint64(ctx.Dropped)
	if ctx.Sched != 0 {
		value.Info++
	}
	return 0
}
