// Package xdp_live_frame sends frames that a test run makes: one program answers each with a transmission, the other
// stands at the interface, as transmitting demands.
package xdp_live_frame

import "bpfc/sdk/bpf"

//bpf:attach xdp
func Transmit(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPTx }

//bpf:attach xdp
func Stand(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
