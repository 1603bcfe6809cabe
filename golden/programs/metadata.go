// Bytes before the packet, and sockets found in a map.
package metadata

import "bpfc/sdk/bpf"

var peers = bpf.SockHash[uint32]{MaxEntries: 8}

//bpf:attach xdp
func Stamp(ctx *bpf.XDP) bpf.XDPAction {
	if bpf.XdpAdjustMeta(ctx, -4) != 0 {
		return bpf.XDPPass
	}
	meta := ctx.Meta()
	if len(meta) < 4 {
		return bpf.XDPAborted
	}
	meta[0] = uint8(ctx.RxQueueIndex)
	meta[3] = 7
	return bpf.XDPPass
}

//bpf:attach sk_skb/stream_verdict
func Forward(ctx *bpf.SKB) bpf.SKAction {
	sk := peers.Lookup(ctx.LocalPort)
	if sk == nil {
		return bpf.SKDrop
	}
	family := sk.Family
	bpf.SkRelease(sk)
	if family != bpf.AFINet {
		return bpf.SKPass
	}
	return peers.RedirectSKB(ctx, ctx.LocalPort, 0)
}
