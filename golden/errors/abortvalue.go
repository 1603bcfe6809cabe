package abortvalue

import "bpfc/sdk/bpf"

//bpf:attach cgroup/connect4
//bpf:panic 7
func Connect(ctx *bpf.SockAddr) bpf.Verdict { return bpf.Allow }

//bpf:attach xdp
//bpf:panic 7
func Free(ctx *bpf.XDP) bpf.XDPAction { return 77 }
