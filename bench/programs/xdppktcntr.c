#include "bench.h"

MAP(flags, ARRAY, __u32, __u32, 2);
MAP(counts, PERCPU_ARRAY, __u32, __u64, 512);

SEC("xdp")
int pktcntr(struct xdp_md *ctx)
{
	__u32 key = 0;
	__u32 *flag = bpf_map_lookup_elem(&flags, &key);
	if (!flag || *flag == 0)
		return XDP_PASS;
	__u64 *count = bpf_map_lookup_elem(&counts, &key);
	if (count)
		*count += 1;
	return XDP_PASS;
}
LICENSE;
