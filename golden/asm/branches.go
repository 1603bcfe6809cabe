// bpfc --cpu v1
package branches

type Args struct{ A, B, Result uint64 }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	narrow := uint32(ctx.A)
	if int32(narrow) < 10 || ctx.B <= 0x1_0000_0000 {
		ctx.Result = uint64(narrow) * 3
	}
	return 0
}
