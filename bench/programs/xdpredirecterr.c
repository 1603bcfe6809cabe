#include "bench.h"

struct args { __u64 pad; __u32 id, act; __s32 ifindex, err, to, map_id, index; };
MAP(counts, PERCPU_ARRAY, __u32, __u64, 2);

SEC("tracepoint/xdp/xdp_redirect_err")
int xdp_redirect_err(struct args *ctx)
{
	__u32 key = ctx->err ? 1 : 0;
	__u64 *value = bpf_map_lookup_elem(&counts, &key);
	if (!value)
		return 1;
	*value += 1;
	return 0;
}
LICENSE;
