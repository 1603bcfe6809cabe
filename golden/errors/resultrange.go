package resultrange

import "bpfc/sdk/bpf"

//bpf:attach cgroup_skb/ingress
func Ingress(ctx *bpf.SKB) bpf.Verdict { return 2 }

//bpf:attach cgroup/recvmsg4
func Recv(ctx *bpf.SockAddr) bpf.Verdict { return bpf.Deny }

//bpf:attach cgroup/connect4
func Connect(ctx *bpf.SockAddr) bpf.Verdict { return bpf.Allow }

//bpf:attach lsm/file_open
func Open(ctx *bpf.LSM) int32 { return 5 }

//bpf:attach xdp
func Free(ctx *bpf.XDP) bpf.XDPAction { return 77 }
