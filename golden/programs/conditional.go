// Branches: the smaller, clamped to a limit, with signed and unsigned comparisons.
//
// run: Main(a=3, b=9) = 3
// run: Main(a=9, b=3) = 3
// run: Main(a=5000, b=6000) = 1000
// run: Main(a=-1, b=1) = 2001
// run: Main(a=-1, b=-2) = 2002
package conditional

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

const limit = 1000

//bpf:attach syscall
func Main(ctx *Args) int32 {
	smaller := ctx.A
	if ctx.B < smaller {
		smaller = ctx.B
	}
	if int64(ctx.A) < 0 {
		if int64(ctx.B) < 0 {
			ctx.Result = 2002
		} else {
			ctx.Result = 2001
		}
	} else if smaller > limit {
		ctx.Result = limit
	} else {
		ctx.Result = smaller
	}
	return 0
}
