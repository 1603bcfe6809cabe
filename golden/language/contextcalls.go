package contextcalls

type Args struct{ A, B, Result uint64 }

//go:noinline
func add(c *Args, n uint64) uint64 {
	c.A += n
	return c.A + c.B
}

func twice(c *Args) uint64 { return add(c, 1) + add(c, 10) }

// A function takes the context and a variable of the same type.
//
// run: Main ctx=030000000000000005000000000000000000000000000000 => ret=0 ctx=0e0000000000000005000000000000000a0f000000000000
//
//bpf:attach syscall
func Main(ctx *Args) int32 {
	local := Args{A: 100, B: ctx.A}
	bump := add(&local, 7)
	ctx.Result = twice(ctx) + twice(&local)<<4 + bump
	return 0
}
