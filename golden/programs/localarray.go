// A local array with a variable index: inside the bounds it works, outside it aborts.
//
// run: Main(a=2, b=7) = 143
// run: Main(a=0, b=1) = 141
// run: Main(a=7, b=0) = 91
// run: Main(a=8, b=1) = 0
// run: Main(a=-1, b=1) = 0
package localarray

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	var squares [8]uint32
	for i := range squares {
		squares[i] = uint32(i * i)
	}
	squares[ctx.A] = uint32(ctx.B)
	sum := uint32(0)
	for _, square := range squares {
		sum += square
	}
	ctx.Result = uint64(sum)
	return 0
}
