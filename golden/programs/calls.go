// Functions: several arguments, several results, a method, calls inside calls.
//
// run: Main(a=3, b=4) = 85
// run: Main(a=0, b=0) = 0
package calls

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

type Pair struct{ X, Y uint64 }

func (p Pair) Sum() uint64 { return p.X + p.Y }

//go:noinline
func mix(a, b, c, d, e uint64) uint64 {
	return a + 2*b + 3*c + 4*d + 5*e
}

//go:noinline
func twice(x uint64) (uint64, bool) {
	return 2 * x, x > 2
}

func square(x uint64) uint64 { return x * x }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	doubled, big := twice(ctx.A)
	result := mix(ctx.A, ctx.B, square(ctx.A), doubled, 0) + Pair{ctx.A, ctx.B}.Sum()
	if big {
		result += square(ctx.B)
	}
	ctx.Result = result
	return 0
}
