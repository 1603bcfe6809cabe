package control

type Args struct{ A, B, Result uint64 }

func smaller(x, y uint64) uint64 {
	if x < y {
		return x
	}
	return y
}

//bpf:attach syscall
func Main(ctx *Args) int32 {
	for i := uint32(0); i < 4; i++ {
		if i == 2 {
			continue
		}
		ctx.Result += smaller(ctx.A, uint64(i))
	}
	return int32(ctx.B / 3)
}
