#include "bench.h"

MAP(targets, ARRAY, __u32, __s32, 1);
MAP(counts, PERCPU_ARRAY, __u32, __u64, 1);

SEC("xdp")
int redirect(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct eth *eth = data;
	__u32 key = 0;
	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	__s32 *ifindex = bpf_map_lookup_elem(&targets, &key);
	if (!ifindex)
		return XDP_DROP;
	__u64 *count = bpf_map_lookup_elem(&counts, &key);
	if (count)
		*count += 1;
	swap_macs(eth);
	return bpf_redirect(*ifindex, 0);
}
LICENSE;
