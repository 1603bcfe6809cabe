package nested

type Args struct{ A, B, Result uint64 }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	s := uint64(0)
	for i := range 3000 {
		for j := range 3000 {
			s += ctx.A ^ uint64(i*j)
		}
	}
	ctx.Result = s
	return 0
}
