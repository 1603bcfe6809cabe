// Package tc prints length and time to live of the IPv4 packets that come in through an interface.
package tc

import "bpfc/sdk/bpf"

// IPv4 is the header of a packet without options.
type IPv4 struct {
	VersionLen, TOS uint8
	Len, ID, Frag   bpf.Be16
	TTL, Proto      uint8
	Check           uint16
	Src, Dst        bpf.Be32
}

//bpf:attach tc
func Ingress(ctx *bpf.SKB) bpf.TCAction {
	if ctx.Protocol != bpf.HToN16(0x0800) {
		return bpf.TCOk
	}
	ip := bpf.At[IPv4](ctx, 14)
	if ip == nil {
		return bpf.TCOk
	}
	bpf.Printk("Got IP packet: tot_len: %d, ttl: %d\n", ip.Len.Host(), ip.TTL)
	return bpf.TCOk
}
