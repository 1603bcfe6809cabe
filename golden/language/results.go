package results

import "bpfc/sdk/bpf"

// An out-of-range result of a program type with a range aborts; 2 and 3 are egress results only.
//
// run: Egress data=000000000000000000000000080045000014000000000000000000000000000000000000 => ret=0
// run: Egress data=000000000000000000000000080046000014000000000000000000000000000000000000 => ret=1
// run: Egress data=000000000000000000000000080048000014000000000000000000000000000000000000 => ret=3
// run: Egress data=000000000000000000000000080049000014000000000000000000000000000000000000 => ret=0
//
//bpf:attach cgroup_skb/egress
func Egress(ctx *bpf.SKB) bpf.Verdict {
	first := bpf.At[uint8](ctx, 0)
	if first == nil {
		return 0
	}
	return bpf.Verdict(*first - 0x45)
}

// run: Ingress data=000000000000000000000000080046000014000000000000000000000000000000000000 => ret=1
// run: Ingress data=000000000000000000000000080047000014000000000000000000000000000000000000 => ret=0
//
//bpf:attach cgroup_skb/ingress
func Ingress(ctx *bpf.SKB) bpf.Verdict {
	first := bpf.At[uint8](ctx, 0)
	if first == nil {
		return 0
	}
	return bpf.Verdict(*first - 0x45)
}

// Types without a range give what they say, at its full width.
//
// run: XDP data=0a0b0c0d0000000000000000080045000014 => ret=168496141
//
//bpf:attach xdp
func XDP(ctx *bpf.XDP) bpf.XDPAction {
	v := bpf.At[bpf.Be32](ctx, 0)
	if v == nil {
		return bpf.XDPDrop
	}
	return bpf.XDPAction(v.Host())
}

// A program without result gives its type's default; when it aborts, its type's abort value.
//
// run: Silent data=010b0c0d0000000000000000080045000014 => ret=2
//
//bpf:attach xdp
func Silent(ctx *bpf.XDP) {
	v := bpf.At[uint8](ctx, 0)
	if v == nil {
		return
	}
	*v = 12 / *v
}
