#include "bench.h"

struct args { __u64 pad; __s32 from; __u32 act; __s32 to, drops, sent, err; };
struct counters { __u64 processed, dropped, info, err; };
MAP(stats, PERCPU_ARRAY, __u32, struct counters, 1);

SEC("tracepoint/xdp/xdp_devmap_xmit")
int devmap_xmit(struct args *ctx)
{
	__u32 key = 0;
	struct counters *value = bpf_map_lookup_elem(&stats, &key);
	if (!value)
		return 0;
	value->processed += ctx->sent;
	value->dropped += ctx->drops;
	value->info += 1;
	if (ctx->err)
		value->err++;
	if (ctx->drops < 0)
		value->err++;
	return 1;
}
LICENSE;
