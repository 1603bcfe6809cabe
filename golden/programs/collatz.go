// bpfc --target-kernel 5.17
package collatz

type Args struct{ A, B, Result uint64 }

// No bound that the verifier sees: the loop becomes a function for bpf_loop.
//
//bpf:attach syscall
//bpf:panic 0x7fffffff
func Main(ctx *Args) int32 {
	n := ctx.A
	steps := uint64(0)
	for n != 1 {
		if n%2 == 0 {
			n /= 2
		} else {
			n = 3*n + 1
		}
		steps++
		if steps == 1000 {
			ctx.Result = 7
			return 3
		}
	}
	ctx.Result = steps
	return 0
}

// run: Main(a=27, b=0) = 111
// run: Main(a=1, b=0) = 0
// run: Main(a=0, b=0) = 7 ret=3
