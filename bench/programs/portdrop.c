#include "bench.h"

MAP(listed, HASH, __u16, __u64, 1024);

SEC("xdp")
int portdrop(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct eth *eth = data;
	if ((void *)(eth + 1) > end || eth->proto != bpf_htons(0x0800))
		return XDP_PASS;
	struct ipv4 *ip = (void *)(eth + 1);
	if ((void *)(ip + 1) > end || (ip->proto != 6 && ip->proto != 17))
		return XDP_PASS;
	__u32 ihl = ip->ver_ihl & 15;
	if (ihl < 5)
		return XDP_PASS;
	struct ports *l4 = (void *)ip + ihl * 4;
	if ((void *)(l4 + 1) > end)
		return XDP_PASS;
	__u16 port = bpf_ntohs(l4->dst);
	__u64 *hits = bpf_map_lookup_elem(&listed, &port);
	if (!hits)
		return XDP_PASS;
	__sync_fetch_and_add(hits, 1);
	return XDP_DROP;
}
LICENSE;
