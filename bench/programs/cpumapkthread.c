#include "bench.h"

struct args { __u64 pad; __s32 map_id; __u32 act; __s32 cpu; __u32 dropped, processed; __s32 sched; };
struct counters { __u64 processed, dropped, info, err; };
MAP(stats, PERCPU_ARRAY, __u32, struct counters, 1);

SEC("tracepoint/xdp/xdp_cpumap_kthread")
int cpumap_kthread(struct args *ctx)
{
	__u32 key = 0;
	struct counters *value = bpf_map_lookup_elem(&stats, &key);
	if (!value)
		return 0;
	value->processed += ctx->processed;
	value->dropped += ctx->dropped;
	if (ctx->sched)
		value->info++;
	return 0;
}
LICENSE;
