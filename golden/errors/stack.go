package stack

type Args struct{ A, B, Result uint64 }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	var big [600]uint8
	var small [64]uint8
	for i := range big {
		big[i] = uint8(ctx.A)
	}
	small[ctx.A&63] = big[ctx.B%600]
	ctx.Result = uint64(small[ctx.B&63])
	return 0
}
