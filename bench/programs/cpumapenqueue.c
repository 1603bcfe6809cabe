#include "bench.h"

struct args { __u64 pad; __s32 map_id; __u32 act; __s32 cpu; __u32 dropped, processed; __u32 to_cpu; };
struct counters { __u64 processed, dropped, info, err; };
MAP(stats, PERCPU_ARRAY, __u32, struct counters, 64);

SEC("tracepoint/xdp/xdp_cpumap_enqueue")
int cpumap_enqueue(struct args *ctx)
{
	__u32 key = ctx->to_cpu;
	if (ctx->to_cpu >= 64)
		return 1;
	struct counters *value = bpf_map_lookup_elem(&stats, &key);
	if (!value)
		return 0;
	value->processed += ctx->processed;
	value->dropped += ctx->dropped;
	if (ctx->processed > 0)
		value->info++;
	return 0;
}
LICENSE;
