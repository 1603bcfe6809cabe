// Division and remainder, signed and unsigned; division by zero aborts.
//
// run: Main(a=17, b=5) = 302
// run: Main(a=-17, b=5) = -302
// run: Main(a=-17, b=-5) = 298
// run: Main(a=1, b=0) = 0
// run: Main(a=0x8000000000000000, b=-1) = 0
package division

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	x, y := int64(ctx.A), int64(ctx.B)
	quotient := x / y
	remainder := x % y
	if quotient*y+remainder != x {
		return 1
	}
	if ctx.B == 5 && ctx.A/ctx.B*5+ctx.A%ctx.B != ctx.A {
		return 2
	}
	ctx.Result = uint64(quotient*100 + remainder)
	return 0
}
