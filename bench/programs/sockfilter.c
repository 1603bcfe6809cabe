#include "bench.h"

struct event { __u32 src, dst; __u8 ports[4]; __u32 proto, pkt_type, ifindex; };

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

SEC("socket")
int sockfilter(struct __sk_buff *skb)
{
	__u16 kind, frag;
	if (bpf_skb_load_bytes(skb, 12, &kind, 2) || bpf_ntohs(kind) != 0x0800)
		return 0;
	if (bpf_skb_load_bytes(skb, 14 + 6, &frag, 2) || (bpf_ntohs(frag) & 0x3fff))
		return 0;
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	__builtin_memset(e, 0, sizeof(*e));
	__u8 proto = 0, first = 0;
	bpf_skb_load_bytes(skb, 14 + 9, &proto, 1);
	e->proto = proto;
	if (proto != 47) {
		bpf_skb_load_bytes(skb, 14 + 12, &e->src, 4);
		bpf_skb_load_bytes(skb, 14 + 16, &e->dst, 4);
	}
	bpf_skb_load_bytes(skb, 14, &first, 1);
	bpf_skb_load_bytes(skb, 14 + (first & 15) * 4, e->ports, 4);
	e->pkt_type = skb->pkt_type;
	e->ifindex = skb->ifindex;
	bpf_ringbuf_submit(e, 0);
	return skb->len;
}
LICENSE;
