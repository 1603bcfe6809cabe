// A congestion control that keeps the window as it is, and counts what the kernel asks it.
package congestion

import "bpfc/sdk/bpf"

// Sock is struct sock; the operations do not look into it.
//
//bpf:core sock
type Sock struct{}

// Ops is struct tcp_congestion_ops, as far as this one goes.
//
//bpf:core tcp_congestion_ops
type Ops struct {
	Init      func(ctx *bpf.StructOps, sk *Sock)                    `btf:"init"`
	Ssthresh  func(ctx *bpf.StructOps, sk *Sock) uint32             `btf:"ssthresh"`
	CongAvoid func(ctx *bpf.StructOps, sk *Sock, ack, acked uint32) `btf:"cong_avoid"`
	UndoCwnd  func(ctx *bpf.StructOps, sk *Sock) uint32             `btf:"undo_cwnd"`
	Name      [16]byte                                              `btf:"name"`
}

var steady = bpf.StructOpsMap[Ops]{
	Ops: Ops{
		Init:      Init,
		Ssthresh:  Ssthresh,
		CongAvoid: CongAvoid,
		UndoCwnd:  UndoCwnd,
		Name:      [16]byte{'b', 'p', 'f', 'c', '_', 's', 't', 'e', 'a', 'd', 'y'},
	},
	Link: true,
}

var started, acknowledged uint64

//bpf:attach struct_ops/init
func Init(ctx *bpf.StructOps, sk *Sock) { started++ }

//bpf:attach struct_ops/ssthresh
func Ssthresh(ctx *bpf.StructOps, sk *Sock) uint32 { return 10 }

//bpf:attach struct_ops/cong_avoid
func CongAvoid(ctx *bpf.StructOps, sk *Sock, ack, acked uint32) { acknowledged += uint64(acked) }

//bpf:attach struct_ops/undo_cwnd
func UndoCwnd(ctx *bpf.StructOps, sk *Sock) uint32 { return 10 }
