package structops

import (
	"bpfc/sdk/bpf"
	"unsafe"
)

//bpf:target-kernel 6.1

type Sock struct{}

type Unnamed struct {
	Init func(ctx *bpf.StructOps, sk *Sock)
}

//bpf:core tcp_congestion_ops
type Ops struct {
	Init  func(ctx *bpf.StructOps, sk *Sock) `btf:"init"`
	Flags uint32                             `btf:"flags"`
	Owner unsafe.Pointer                     `btf:"owner"`
}

var flags = uint32(bits())

func bits() int { return 4 }

var first = bpf.StructOpsMap[Unnamed]{Ops: Unnamed{Init: Init}}

var second = bpf.StructOpsMap[Ops]{Ops: Ops{Init: Plain, Flags: flags}}

var third = bpf.StructOpsMap[Ops]{Ops: Ops{Init: func(ctx *bpf.StructOps, sk *Sock) {}}}

//bpf:attach struct_ops/init
func Init(ctx *bpf.StructOps, sk *Sock) {}

func Plain(ctx *bpf.StructOps, sk *Sock) {}
