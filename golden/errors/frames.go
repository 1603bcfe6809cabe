package frames

type Args struct{ A, B, Result uint64 }

//go:noinline
func f1(n uint64) uint64 { return f2(n) * 3 }

//go:noinline
func f2(n uint64) uint64 { return f3(n) * 3 }

//go:noinline
func f3(n uint64) uint64 { return f4(n) * 3 }

//go:noinline
func f4(n uint64) uint64 { return f5(n) * 3 }

//go:noinline
func f5(n uint64) uint64 { return f6(n) * 3 }

//go:noinline
func f6(n uint64) uint64 { return f7(n) * 3 }

//go:noinline
func f7(n uint64) uint64 { return f8(n) * 3 }

//go:noinline
func f8(n uint64) uint64 { return n + 1 }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	ctx.Result = f1(ctx.A)
	return 0
}
