// Six values live across a helper call, with five callee-saved registers at most.
//
// run: Main(a=1, b=2) = 159
// run: Main(a=10, b=0) = 461
package sixlive

import "bpfc/sdk/bpf"

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	a := ctx.A
	b := ctx.B
	c := a + b
	d := a * 3
	e := b ^ 0x55
	f := a - b
	now := bpf.KtimeGetNs()
	if now == 0 {
		return 1
	}
	ctx.Result = a + b*2 + c*4 + d*8 + e + f*5 + 36
	return 0
}
