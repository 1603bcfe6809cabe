package contextcalls

import "bpfc/sdk/bpf"

type Args struct {
	A, B   uint32
	List   [4]uint32
	Result uint64
}

//go:noinline
func bump(n *uint32) { *n++ }

//go:noinline
func outer(c *Args) { bump(&c.A) }

//go:noinline
func element(c *Args, i uint32) uint32 { return c.List[i&3] }

//go:noinline
func sliced(c *Args) uint32 { return c.List[:][1] }

func through(c *Args) { outer(c) }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	through(ctx)
	local := Args{B: 4}
	outer(&local)
	ctx.Result = uint64(element(ctx, 1) + element(&local, ctx.B) + sliced(&local) + sliced(ctx))
	bpf.Loop(ctx.B, func(i uint32) bool {
		bump(&ctx.B)
		return true
	})
	return 0
}
