// Pointers to locals, handed to a function that is not inlined.
//
// run: Main(a=3, b=4) = 43
// run: Main(a=0, b=1) = 10
package pointers

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

//go:noinline
func swap(x, y *uint64) {
	*x, *y = *y, *x
}

//bpf:attach syscall
func Main(ctx *Args) int32 {
	a, b := ctx.A, ctx.B
	p := &a
	swap(p, &b)
	*p *= 10
	ctx.Result = a + b
	return 0
}
