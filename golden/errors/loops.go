package loops

type Args struct{ A, B, Result uint64 }

//bpf:attach syscall
func Unbounded(ctx *Args) int32 {
	for i := uint64(0); i < ctx.A; i++ {
		ctx.Result += i
	}
	return 0
}
