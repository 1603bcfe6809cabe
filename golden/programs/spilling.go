// More values live at once than there are registers.
//
// run: Main(a=1, b=2) = 791
// run: Main(a=0, b=0) = 650
package spilling

import "bpfc/sdk/bpf"

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	v0 := ctx.A + 0
	v1 := ctx.A + 1
	v2 := ctx.A + 2
	v3 := ctx.A + 3
	v4 := ctx.A + 4
	v5 := ctx.A + 5
	v6 := ctx.B + 6
	v7 := ctx.B + 7
	v8 := ctx.B + 8
	v9 := ctx.B + 9
	v10 := ctx.B + 10
	v11 := ctx.B + 11
	v12 := ctx.B + 12
	if bpf.KtimeGetNs() == 0 {
		return 1
	}
	ctx.Result = v0*0 + v1*1 + v2*2 + v3*3 + v4*4 + v5*5 + v6*6 + v7*7 + v8*8 + v9*9 + v10*10 + v11*11 + v12*12
	return 0
}
