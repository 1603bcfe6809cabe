#include "bench.h"

struct packet {
	struct eth eth;
	struct ipv4 ip;
	struct ports ports;
	__u16 len, check;
} __attribute__((packed));

SEC("xdp")
int udpecho(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct packet *p = data;
	if ((void *)(p + 1) > end)
		return XDP_PASS;
	if (p->eth.proto != bpf_htons(0x0800) || p->ip.ver_ihl != 0x45 || p->ip.proto != 17)
		return XDP_PASS;
	swap_macs(&p->eth);
	__u32 address = p->ip.src;
	p->ip.src = p->ip.dst;
	p->ip.dst = address;
	__u16 port = p->ports.src;
	p->ports.src = p->ports.dst;
	p->ports.dst = port;
	p->ip.ttl = 64;
	p->ip.check = 0;
	p->check = 0;
	__u16 *words = (__u16 *)&p->ip;
	__u32 sum = 0;
#pragma unroll
	for (int i = 0; i < 10; i++)
		sum += words[i];
	sum = (sum >> 16) + (sum & 0xffff);
	sum += sum >> 16;
	p->ip.check = ~sum;
	return XDP_TX;
}
LICENSE;
