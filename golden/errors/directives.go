package directives

import "bpfc/sdk/bpf"

//bpf:atach xdp
func First(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }

//bpf:attach nowhere
func Second(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }

//bpf:attach xdp
func Third(ctx *bpf.SKB) bpf.XDPAction { return bpf.XDPPass }
