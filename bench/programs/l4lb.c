#include "bench.h"

#define RING_SIZE 2
#define MAX_VIPS 12
#define MAX_REALS 5
#define RINGS_SIZE (MAX_VIPS * RING_SIZE)
#define SHOT 2
#define REAL_IPV6 1
#define VIP_NO_SRC_PORT 1
#define VIP_QUIC 4
#define PACKET_ICMP 1
#define PACKET_SYN 2

struct icmp { __u8 type, code; __u16 check; __u32 rest; };
struct tcp { __u16 src, dst; __u32 seq, ack; __u8 offset, flags; __u16 window, check, urgent; };
struct udp { __u16 src, dst, len, check; };
struct vip { union { __u32 v6[4], v4; }; __u16 dport, family; __u8 proto; };
struct vip_meta { __u32 flags, num; };
struct real { union { __u32 v6[4], v4; }; __u8 flags; };
struct vip_stats { __u64 bytes, pkts; };
struct control { __u32 ifindex, pad; };
struct flow {
	union { __u32 src6[4], src; };
	union { __u32 dst6[4], dst; };
	union { __u32 ports; __u16 port[2]; };
	__u8 proto, flags;
};
MAP(vips, HASH, struct vip, struct vip_meta, MAX_VIPS);
MAP(rings, ARRAY, __u32, __u32, RINGS_SIZE);
MAP(reals, ARRAY, __u32, struct real, MAX_REALS);
MAP(stats, PERCPU_ARRAY, __u32, struct vip_stats, MAX_VIPS);
MAP(controls, ARRAY, __u32, struct control, 16);
MAP(quic_servers, ARRAY, __u32, __u32, 4096);

static __always_inline __u32 rol(__u32 x, int n)
{
	return (x << n) | (x >> (32 - n));
}

#define MIX(a, b, c) { \
	a -= c; a ^= rol(c, 4); c += b; \
	b -= a; b ^= rol(a, 6); a += c; \
	c -= b; c ^= rol(b, 8); b += a; \
	a -= c; a ^= rol(c, 16); c += b; \
	b -= a; b ^= rol(a, 19); a += c; \
	c -= b; c ^= rol(b, 4); b += a; }

#define FINAL(a, b, c) { \
	c ^= b; c -= rol(b, 14); \
	a ^= c; a -= rol(c, 11); \
	b ^= a; b -= rol(a, 25); \
	c ^= b; c -= rol(b, 16); \
	a ^= c; a -= rol(c, 4); \
	b ^= a; b -= rol(a, 14); \
	c ^= b; c -= rol(b, 24); }

static __always_inline __u32 hash4(__u32 *k, __u32 init)
{
	__u32 a = 0xdeadbeef + 16 + init, b = a, c = a;
	a += k[0];
	b += k[1];
	c += k[2];
	MIX(a, b, c);
	a += k[3];
	FINAL(a, b, c);
	return c;
}

static __always_inline __u32 hash2(__u32 x, __u32 y, __u32 init)
{
	__u32 c = 0xdeadbeef + 8 + init, a = x + c, b = y + c;
	FINAL(a, b, c);
	return c;
}

/* Less than 0: go on. */
static __always_inline int icmp6(void *data, void *end, __u64 off, struct flow *f)
{
	struct icmp *icmp = data + off;
	if ((void *)(icmp + 1) > end)
		return SHOT;
	if (icmp->type != 2)
		return 0;
	struct ipv6 *ip = (void *)(icmp + 1);
	if ((void *)(ip + 1) > end)
		return SHOT;
	f->proto = ip->next;
	f->flags |= PACKET_ICMP;
	__builtin_memcpy(f->src6, ip->dst, 16);
	__builtin_memcpy(f->dst6, ip->src, 16);
	return -1;
}

static __always_inline int icmp4(void *data, void *end, __u64 off, struct flow *f)
{
	struct icmp *icmp = data + off;
	if ((void *)(icmp + 1) > end)
		return SHOT;
	if (icmp->type != 3 || icmp->code != 4)
		return 0;
	struct ipv4 *ip = (void *)(icmp + 1);
	if ((void *)(ip + 1) > end || (ip->ver_ihl & 15) != 5)
		return SHOT;
	f->proto = ip->proto;
	f->flags |= PACKET_ICMP;
	f->src = ip->dst;
	f->dst = ip->src;
	return -1;
}

static __always_inline void set_ports(struct flow *f, __u16 src, __u16 dst)
{
	f->port[0] = f->flags & PACKET_ICMP ? dst : src;
	f->port[1] = f->flags & PACKET_ICMP ? src : dst;
}

/* The server number that a QUIC connection id holds; 0: none. */
static __always_inline __u32 quic_server(void *data, void *end, __u64 off)
{
	__u8 *quic = data + off, *id;
	if ((void *)(quic + 9) > end)
		return 0;
	if (quic[0] & 0x80) {
		if ((void *)(quic + 14) > end || (quic[0] & 0x30) < 0x20 || quic[5] < 8)
			return 0;
		id = quic + 6;
	} else {
		id = quic + 1;
	}
	if (id[0] >> 6 != 1)
		return 0;
	return (id[0] & 0x3f) << 10 | id[1] << 2 | id[2] >> 6;
}

static __always_inline struct real *real_of_quic(void *data, void *end, __u64 off)
{
	__u32 server = quic_server(data, end, off);
	if (!server)
		return 0;
	__u32 *at = bpf_map_lookup_elem(&quic_servers, &server);
	if (!at || !*at)
		return 0;
	__u32 key = *at;
	return bpf_map_lookup_elem(&reals, &key);
}

static __always_inline struct real *real_of_hash(struct flow *f, struct vip_meta *meta, int v6)
{
	__u32 first = v6 ? hash4(f->src6, MAX_VIPS) : f->src;
	__u32 key = RING_SIZE * meta->num + hash2(first, f->ports, RINGS_SIZE) % RING_SIZE;
	__u32 *at = bpf_map_lookup_elem(&rings, &key);
	if (!at)
		return 0;
	key = *at;
	return bpf_map_lookup_elem(&reals, &key);
}

static __noinline int balance(struct __sk_buff *skb, void *data, void *end, int v6)
{
	__u64 off = sizeof(struct eth);
	struct flow f = {};
	__u16 bytes;
	if (v6) {
		struct ipv6 *ip = data + off;
		if ((void *)(ip + 1) > end)
			return SHOT;
		f.proto = ip->next;
		bytes = bpf_ntohs(ip->len);
		off += sizeof(*ip);
		if (f.proto == 44)
			return SHOT;
		if (f.proto == 58) {
			int action = icmp6(data, end, off, &f);
			if (action >= 0)
				return action;
			off += sizeof(struct icmp) + sizeof(*ip);
		} else {
			__builtin_memcpy(f.src6, ip->src, 16);
			__builtin_memcpy(f.dst6, ip->dst, 16);
		}
	} else {
		struct ipv4 *ip = data + off;
		if ((void *)(ip + 1) > end || (ip->ver_ihl & 15) != 5)
			return SHOT;
		f.proto = ip->proto;
		bytes = bpf_ntohs(ip->tot_len);
		off += sizeof(*ip);
		if (ip->frag & bpf_htons(0x3fff))
			return SHOT;
		if (f.proto == 1) {
			int action = icmp4(data, end, off, &f);
			if (action >= 0)
				return action;
			off += sizeof(struct icmp) + sizeof(*ip);
		} else {
			f.src = ip->src;
			f.dst = ip->dst;
		}
	}
	if (f.proto == 6) {
		struct tcp *tcp = data + off;
		if ((void *)(tcp + 1) > end)
			return SHOT;
		if (tcp->flags & 2)
			f.flags |= PACKET_SYN;
		set_ports(&f, tcp->src, tcp->dst);
	} else if (f.proto == 17) {
		struct udp *udp = data + off;
		if ((void *)(udp + 1) > end)
			return SHOT;
		set_ports(&f, udp->src, udp->dst);
	} else {
		return SHOT;
	}
	struct vip vip = {};
	if (v6)
		__builtin_memcpy(vip.v6, f.dst6, 16);
	else
		vip.v4 = f.dst;
	vip.dport = f.port[1];
	vip.proto = f.proto;
	struct vip_meta *meta = bpf_map_lookup_elem(&vips, &vip);
	if (!meta) {
		vip.dport = 0;
		meta = bpf_map_lookup_elem(&vips, &vip);
		if (!meta)
			return SHOT;
		f.port[1] = 0;
	}
	if (meta->flags & VIP_NO_SRC_PORT)
		f.port[0] = 0;
	struct real *real = 0;
	if (meta->flags & VIP_QUIC && f.proto == 17 && !(f.flags & PACKET_ICMP))
		real = real_of_quic(data, end, off + sizeof(struct udp));
	if (!real)
		real = real_of_hash(&f, meta, v6);
	if (!real)
		return SHOT;
	struct bpf_tunnel_key key = {};
	key.tunnel_ttl = 64;
	int flags = 0;
	__u32 which = 1;
	if (real->flags & REAL_IPV6) {
		which = 2;
		flags = BPF_F_TUNINFO_IPV6;
		__builtin_memcpy(key.remote_ipv6, real->v6, 16);
	} else {
		key.remote_ipv4 = real->v4;
	}
	struct control *control = bpf_map_lookup_elem(&controls, &which);
	if (!control)
		return SHOT;
	__u32 num = meta->num;
	struct vip_stats *s = bpf_map_lookup_elem(&stats, &num);
	if (!s)
		return SHOT;
	s->pkts++;
	s->bytes += bytes;
	bpf_skb_set_tunnel_key(skb, &key, sizeof(key), flags);
	*(__u32 *)data = key.remote_ipv4;
	return bpf_redirect(control->ifindex, 0);
}

SEC("tc")
int l4lb(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct eth *eth = data;
	if ((void *)(eth + 1) > end)
		return SHOT;
	if (eth->proto == bpf_htons(0x0800))
		return balance(skb, data, end, 0);
	if (eth->proto == bpf_htons(0x86DD))
		return balance(skb, data, end, 1);
	return SHOT;
}
LICENSE;
