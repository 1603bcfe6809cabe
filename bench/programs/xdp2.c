#include "bench.h"

MAP(counts, PERCPU_ARRAY, __u32, __u64, 256);

SEC("xdp")
int xdp2(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct eth *eth = data;
	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	__u64 offset = sizeof(*eth);
	__u16 type = eth->proto;
	if (type == bpf_htons(0x8100) || type == bpf_htons(0x88A8)) {
		struct vlan *tag = data + offset;
		offset += sizeof(*tag);
		if (data + offset > end)
			return XDP_DROP;
		type = tag->proto;
	}
	if (type == bpf_htons(0x8100) || type == bpf_htons(0x88A8)) {
		struct vlan *tag = data + offset;
		offset += sizeof(*tag);
		if (data + offset > end)
			return XDP_DROP;
		type = tag->proto;
	}
	__u32 proto = 0;
	if (type == bpf_htons(0x0800)) {
		struct ipv4 *ip = data + offset;
		if ((void *)(ip + 1) <= end)
			proto = ip->proto;
	} else if (type == bpf_htons(0x86DD)) {
		struct ipv6 *ip = data + offset;
		if ((void *)(ip + 1) <= end)
			proto = ip->next;
	}
	__u64 *count = bpf_map_lookup_elem(&counts, &proto);
	if (count)
		*count += 1;
	if (proto == 17) {
		swap_macs(data);
		return XDP_TX;
	}
	return XDP_DROP;
}
LICENSE;
