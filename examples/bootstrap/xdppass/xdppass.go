// Package xdppass prints how long every packet is.
package xdppass

import "bpfc/sdk/bpf"

//bpf:attach xdp
func Pass(ctx *bpf.XDP) bpf.XDPAction {
	bpf.Printk("packet size: %d\n", len(ctx.Packet()))
	return bpf.XDPPass
}
