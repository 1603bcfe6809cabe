#include "bench.h"

struct arp_entry { __u64 mac; __u32 dst; };
struct direct { struct arp_entry arp; __u32 ifindex; __u64 mac; };
struct prefix { __u32 ifindex, metric; __u64 mac; __u32 gw; __u8 len; };
struct lpm_key { __u32 bits, data; };

MAP(exact, HASH, __u32, struct direct, 50);
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__type(key, struct lpm_key);
	__type(value, struct prefix);
	__uint(max_entries, 50);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} routes SEC(".maps");
MAP(arp, HASH, __u32, __u64, 50);
MAP(counts, PERCPU_ARRAY, __u32, __u64, 256);
MAP(tx_port, DEVMAP, __u32, __u32, 100);

SEC("xdp")
int xdprouter(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct eth *eth = data;
	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	__u64 offset = sizeof(*eth);
	__u16 kind = eth->proto;
	if (kind == bpf_htons(0x8100) || kind == bpf_htons(0x88A8)) {
		struct vlan *tag = data + offset;
		offset += sizeof(*tag);
		if (data + offset > end)
			return XDP_DROP;
		kind = tag->proto;
	}
	if (kind == bpf_htons(0x0806))
		return XDP_PASS;
	if (kind != bpf_htons(0x0800))
		return XDP_DROP;
	struct ipv4 *ip = data + offset;
	if ((void *)(ip + 1) > end)
		return XDP_DROP;
	__u32 dst = ip->dst, proto = ip->proto, port;
	__u64 source, dest;
	struct direct *direct = bpf_map_lookup_elem(&exact, &dst);
	if (direct && direct->arp.mac && direct->mac) {
		source = direct->mac;
		dest = direct->arp.mac;
		port = direct->ifindex;
	} else {
		struct lpm_key key = { 32, dst };
		struct prefix *prefix = bpf_map_lookup_elem(&routes, &key);
		if (!prefix)
			return XDP_DROP;
		source = prefix->mac;
		port = prefix->ifindex;
		__u64 *next = bpf_map_lookup_elem(&arp, &dst);
		if (!next) {
			__u32 gw = prefix->gw;
			if (!gw)
				return XDP_DROP;
			next = bpf_map_lookup_elem(&arp, &gw);
			if (!next)
				return XDP_DROP;
		}
		dest = *next;
	}
	__builtin_memcpy(eth->src, &source, 6);
	__builtin_memcpy(eth->dst, &dest, 6);
	__u64 *count = bpf_map_lookup_elem(&counts, &proto);
	if (count)
		*count += 1;
	return bpf_redirect_map(&tx_port, port, 0);
}
LICENSE;
