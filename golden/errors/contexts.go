package contexts

import "bpfc/sdk/bpf"

type Args struct {
	N     uint32
	Bytes [16]uint8
}

//bpf:core task_struct
type Task struct {
	TGID int32    `btf:"tgid"`
	Comm [16]byte `btf:"comm"`
	SE   Entity   `btf:"se"`
}

//bpf:core sched_entity
type Entity struct {
	VRuntime uint64 `btf:"vruntime"`
}

//bpf:attach syscall
func Index(ctx *Args) int32 {
	ctx.Bytes[3] = 1
	ctx.Bytes[ctx.N&15] = 2
	task := bpf.CurrentTask[Task]()
	task.TGID = 4
	se := task.SE
	if se.VRuntime > 5 || task.Comm[ctx.N&15] == 3 {
		return 1
	}
	var local Args
	if bpf.FieldExists(&local.N) {
		return 2
	}
	return 0
}

//bpf:attach socket
func Writes(ctx *bpf.SKB) int32 {
	ctx.Len = 5
	ctx.TCClassid = 1
	if bpf.At[uint8](ctx, 0) != nil {
		return 1
	}
	return int32(ctx.Family)
}
