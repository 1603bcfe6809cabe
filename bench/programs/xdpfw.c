#include "bench.h"

struct flow { __u16 proto, sport, dport; __u32 src, dst; };
struct leaf { __u8 out, in; };

MAP(flows, HASH, struct flow, struct leaf, 1024);
MAP(tx_port, DEVMAP, __u32, __u32, 10);

SEC("xdp")
int xdpfw(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct eth *eth = data;
	if ((void *)(eth + 1) > end || eth->proto != bpf_htons(0x0800))
		return XDP_DROP;
	struct ipv4 *ip = data + sizeof(*eth);
	if ((void *)(ip + 1) > end || ip->ver_ihl != 0x45)
		return XDP_DROP;
	if (ip->proto != 6 && ip->proto != 17)
		return XDP_DROP;
	struct ports *l4 = (void *)(ip + 1);
	if ((void *)(l4 + 1) > end)
		return XDP_DROP;
	struct flow flow;
	__builtin_memset(&flow, 0, sizeof(flow));
	flow.proto = ip->proto;
	if (ip->src < ip->dst) {
		flow.src = ip->src;
		flow.dst = ip->dst;
	} else {
		flow.src = ip->dst;
		flow.dst = ip->src;
	}
	if (l4->src < l4->dst) {
		flow.sport = l4->src;
		flow.dport = l4->dst;
	} else {
		flow.sport = l4->dst;
		flow.dport = l4->src;
	}
	struct leaf *leaf = bpf_map_lookup_elem(&flows, &flow);
	if (ctx->ingress_ifindex == 7) {
		if (!leaf)
			return XDP_DROP;
		return bpf_redirect_map(&tx_port, leaf->out, 0);
	}
	if (!leaf) {
		struct leaf fresh = { 6, 7 };
		bpf_map_update_elem(&flows, &flow, &fresh, BPF_ANY);
	}
	return bpf_redirect_map(&tx_port, 7, 0);
}
LICENSE;
