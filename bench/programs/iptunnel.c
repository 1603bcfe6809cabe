#include "bench.h"

struct vip { union { __u32 v6[4], v4; }; __u16 dport, family; __u8 proto; };
struct tunnel { union { __u32 v6[4], v4; } src, dst; __u16 family; __u8 dmac[6]; };
struct tcp { __u16 src, dst; __u32 seq, ack; __u16 flags, window, check, urgent; };
struct udp { __u16 src, dst, len, check; };
MAP(tunnels, HASH, struct vip, struct tunnel, 256);
MAP(counts, PERCPU_ARRAY, __u32, __u64, 256);

static __always_inline int port_of(void *l4, void *end, __u8 proto)
{
	if (proto == 6) {
		struct tcp *tcp = l4;
		return (void *)(tcp + 1) > end ? -1 : tcp->dst;
	}
	if (proto == 17) {
		struct udp *udp = l4;
		return (void *)(udp + 1) > end ? -1 : udp->dst;
	}
	return 0;
}

static __always_inline void outer_eth(struct eth *to, struct eth *from, struct tunnel *t, __u16 proto)
{
	__builtin_memcpy(to->src, from->dst, 6);
	__builtin_memcpy(to->dst, t->dmac, 6);
	to->proto = proto;
}

static __always_inline void count(__u32 proto)
{
	__u64 *n = bpf_map_lookup_elem(&counts, &proto);
	if (n)
		*n += 1;
}

static __always_inline int tunnel4(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ipv4 *ip = data + sizeof(struct eth);
	if ((void *)(ip + 1) > end)
		return XDP_DROP;
	int port = port_of(ip + 1, end, ip->proto);
	if (port == -1)
		return XDP_DROP;
	struct vip vip = {};
	vip.proto = ip->proto;
	vip.family = 2;
	vip.v4 = ip->dst;
	vip.dport = port;
	__u16 len = bpf_ntohs(ip->tot_len);
	struct tunnel *t = bpf_map_lookup_elem(&tunnels, &vip);
	if (!t || t->family != 2)
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*ip)))
		return XDP_DROP;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	struct eth *to = data, *from = data + sizeof(*ip);
	ip = data + sizeof(*to);
	if ((void *)(to + 1) > end || (void *)(from + 1) > end || (void *)(ip + 1) > end)
		return XDP_DROP;
	outer_eth(to, from, t, bpf_htons(0x0800));
	ip->ver_ihl = 0x45;
	ip->tos = 0;
	ip->tot_len = bpf_htons(len + sizeof(*ip));
	ip->id = 0;
	ip->frag = 0;
	ip->ttl = 8;
	ip->proto = 4;
	ip->check = 0;
	ip->src = t->src.v4;
	ip->dst = t->dst.v4;
	__u16 *words = (__u16 *)ip;
	__u32 sum = 0;
#pragma clang loop unroll(full)
	for (int i = 0; i < 10; i++)
		sum += words[i];
	ip->check = ~((sum & 0xffff) + (sum >> 16));
	count(vip.proto);
	return XDP_TX;
}

static __always_inline int tunnel6(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ipv6 *ip = data + sizeof(struct eth);
	if ((void *)(ip + 1) > end)
		return XDP_DROP;
	int port = port_of(ip + 1, end, ip->next);
	if (port == -1)
		return XDP_DROP;
	struct vip vip = {};
	vip.proto = ip->next;
	vip.family = 10;
	__builtin_memcpy(vip.v6, ip->dst, 16);
	vip.dport = port;
	__u16 len = bpf_ntohs(ip->len);
	struct tunnel *t = bpf_map_lookup_elem(&tunnels, &vip);
	if (!t || t->family != 10)
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*ip)))
		return XDP_DROP;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	struct eth *to = data, *from = data + sizeof(*ip);
	ip = data + sizeof(*to);
	if ((void *)(to + 1) > end || (void *)(from + 1) > end || (void *)(ip + 1) > end)
		return XDP_DROP;
	outer_eth(to, from, t, bpf_htons(0x86DD));
	ip->flow = bpf_htonl(0x60000000);
	ip->len = bpf_htons(len + sizeof(*ip));
	ip->next = 41;
	ip->hop = 8;
	__builtin_memcpy(ip->src, t->src.v6, 16);
	__builtin_memcpy(ip->dst, t->dst.v6, 16);
	count(vip.proto);
	return XDP_TX;
}

SEC("xdp")
int iptunnel(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct eth *eth = data;
	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	if (eth->proto == bpf_htons(0x0800))
		return tunnel4(ctx);
	if (eth->proto == bpf_htons(0x86DD))
		return tunnel6(ctx);
	return XDP_DROP;
}
LICENSE;
