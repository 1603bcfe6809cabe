#include "bench.h"

MAP(tx_port, DEVMAP, __u32, __u32, 64);

SEC("xdp")
int xdpfwd(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct eth *eth = data;
	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	struct bpf_fib_lookup fib;
	__builtin_memset(&fib, 0, sizeof(fib));
	struct ipv4 *v4 = data + sizeof(*eth);
	struct ipv6 *v6 = data + sizeof(*eth);
	__u16 kind = eth->proto;
	if (kind == bpf_htons(0x0800)) {
		if ((void *)(v4 + 1) > end)
			return XDP_DROP;
		if (v4->ttl <= 1)
			return XDP_PASS;
		fib.family = 2;
		fib.tos = v4->tos;
		fib.l4_protocol = v4->proto;
		fib.tot_len = bpf_ntohs(v4->tot_len);
		fib.ipv4_src = v4->src;
		fib.ipv4_dst = v4->dst;
	} else if (kind == bpf_htons(0x86DD)) {
		if ((void *)(v6 + 1) > end)
			return XDP_DROP;
		if (v6->hop <= 1)
			return XDP_PASS;
		fib.family = 10;
		fib.flowinfo = v6->flow & bpf_htonl(0x0fffffff);
		fib.l4_protocol = v6->next;
		fib.tot_len = bpf_ntohs(v6->len);
		__builtin_memcpy(fib.ipv6_src, v6->src, 16);
		__builtin_memcpy(fib.ipv6_dst, v6->dst, 16);
	} else {
		return XDP_PASS;
	}
	fib.ifindex = ctx->ingress_ifindex;
	if (bpf_fib_lookup(ctx, &fib, sizeof(fib), 0))
		return XDP_PASS;
	if (!bpf_map_lookup_elem(&tx_port, &fib.ifindex))
		return XDP_PASS;
	if (kind == bpf_htons(0x0800)) {
		__u32 check = v4->check;
		check += bpf_htons(0x0100);
		v4->check = check + (check >> 16);
		v4->ttl--;
	} else {
		v6->hop--;
	}
	__builtin_memcpy(eth->dst, fib.dmac, 6);
	__builtin_memcpy(eth->src, fib.smac, 6);
	return bpf_redirect_map(&tx_port, fib.ifindex, 0);
}
LICENSE;
