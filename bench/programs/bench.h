/* What the C versions share: types, helpers and map declarations as libbpf spells them. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define MAP(NAME, TYPE, KEY, VALUE, ENTRIES) \
	struct { \
		__uint(type, BPF_MAP_TYPE_##TYPE); \
		__type(key, KEY); \
		__type(value, VALUE); \
		__uint(max_entries, ENTRIES); \
	} NAME SEC(".maps")

#define LICENSE char _license[] SEC("license") = "GPL"

struct eth { __u8 dst[6], src[6]; __u16 proto; } __attribute__((packed));
struct vlan { __u16 tci, proto; };
struct ipv4 { __u8 ver_ihl, tos; __u16 tot_len, id, frag; __u8 ttl, proto; __u16 check; __u32 src, dst; };
struct ipv6 { __u32 flow; __u16 len; __u8 next, hop; __u32 src[4], dst[4]; };
struct ports { __u16 src, dst; };

static __always_inline void swap_macs(struct eth *e)
{
	__u16 *p = (__u16 *)e, a = p[0], b = p[1], c = p[2];
	p[0] = p[3]; p[1] = p[4]; p[2] = p[5];
	p[3] = a; p[4] = b; p[5] = c;
}
