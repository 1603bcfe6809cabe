package endless

type Args struct{ A, B, Result uint64 }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	for {
		ctx.Result++
	}
}
