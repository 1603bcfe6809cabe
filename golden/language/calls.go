package calls

type Args struct{ A, B, Result uint64 }

type big struct {
	list [5]uint64
	n    uint8
}

//go:noinline
func five(a, b, c, d, e uint64) uint64 { return a + b*2 + c*3 + d*4 + e*5 }

//go:noinline
func eight(a uint8, b, c uint64, d int8, e bool, f, g uint64, h big) (uint64, int8, big) {
	h.list[d] += g
	h.n += a
	if e {
		return a64(a) + b + c + f, d - 10, h
	}
	return f, d, h
}

func a64(a uint8) uint64 { return uint64(a) }

//go:noinline
func even(n uint64) (yes bool, half uint64) {
	half = n / 2
	yes = half*2 == n
	return
}

// Five arguments go in registers, more of them and structs by value through memory; results too.
//
// run: Main(a=3, b=4) = 4410931414046 ret=0
// run: Main(a=2, b=400) = 440869803002858 ret=0
// run: Main(a=5, b=4) = 0 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func Main(ctx *Args) int32 {
	before := big{list: [5]uint64{1, 2, 3, 4, 5}, n: 250}
	yes, half := even(ctx.A)
	sum, d, after := eight(uint8(ctx.A), ctx.B, half, int8(ctx.A), yes, 7, ctx.B, before)
	ctx.Result = five(ctx.A, ctx.B, sum, uint64(after.n), before.list[1]) + uint64(uint8(d))<<32
	ctx.Result += (after.list[ctx.A] - before.list[ctx.A]) << 40
	return 0
}
