#include "bench.h"

struct args { __u64 pad; __u32 ifindex, act, other; };
MAP(counts, PERCPU_ARRAY, __u32, __u64, 6);

SEC("tracepoint/xdp/xdp_exception")
int xdp_exception(struct args *ctx)
{
	__u32 key = ctx->act;
	if (key > 4)
		key = 5;
	__u64 *value = bpf_map_lookup_elem(&counts, &key);
	if (!value)
		return 1;
	*value += 1;
	return 0;
}
LICENSE;
