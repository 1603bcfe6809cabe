package longloops

// bpfc --target-kernel 6.1

type Args struct{ A, B, Result uint64 }

//go:noinline
func steps(n uint64, most *uint64) (count uint64) {
	for n != 1 {
		if n&1 == 0 {
			n >>= 1
		} else {
			n = 3*n + 1
		}
		if n > *most {
			*most = n
		}
		count++
	}
	return
}

//go:noinline
func both(a, b uint64, most *uint64) uint64 { return steps(a, most) + steps(b, most)*1000 }

// A loop without a bound in a function that cannot abort otherwise: its callers look for an abort then.
//
// run: Main(a=27, b=1) = 9232000000000112 ret=0
// run: Main(a=1, b=97) = 9232000000118001 ret=0
//
//bpf:attach syscall
//bpf:panic -9
func Main(ctx *Args) int32 {
	defer func() { ctx.Result++ }()
	var most uint64
	ctx.Result = both(ctx.A, ctx.B, &most)
	ctx.Result += most * 1000000000000
	return 0
}
