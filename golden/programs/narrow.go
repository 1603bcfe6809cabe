// Narrow integers wrap at their own width; conversions truncate and extend.
//
// run: Main(a=200, b=100) = 0x2c
// run: Main(a=0x17f, b=1) = 0xffffffffffffff80
// run: Main(a=0xffff, b=2) = 1
package narrow

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	sum := uint8(ctx.A) + uint8(ctx.B)
	signed := int8(ctx.A)
	signed += int8(ctx.B)
	short := uint16(ctx.A)
	short += uint16(ctx.B)
	if ctx.B == 1 {
		ctx.Result = uint64(int64(signed))
	} else if ctx.B == 2 {
		ctx.Result = uint64(short)
	} else {
		ctx.Result = uint64(sum)
	}
	return 0
}
