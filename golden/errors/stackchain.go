package stackchain

type Args struct{ A, B, Result uint64 }

//go:noinline
func leaf(n uint64) uint64 {
	var inLeaf [200]uint8
	inLeaf[n&127] = 1
	return uint64(inLeaf[(n>>8)&127])
}

//go:noinline
func middle(n uint64) uint64 {
	var inMiddle [200]uint8
	inMiddle[n&127] = 1
	return leaf(n) + uint64(inMiddle[(n>>8)&127])
}

//bpf:attach syscall
func Chain(ctx *Args) int32 {
	var inChain [200]uint8
	inChain[ctx.A&127] = 1
	ctx.Result = middle(ctx.A) + uint64(inChain[ctx.B&127])
	return 0
}
