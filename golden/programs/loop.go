// Bounded loops: a sum with continue and break, and a nested one.
//
// run: Main(a=10, b=100) = 12045
// run: Main(a=10, b=20) = 12021
// run: Main(a=0, b=0) = 12000
// run: Main(a=200, b=1000000) = 14016
package loop

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	sum := uint64(0)
	for i := uint64(0); i < 64; i++ {
		if i >= ctx.A {
			break
		}
		sum += i
		if sum > ctx.B {
			break
		}
	}
	pairs := uint64(0)
	for i := 0; i < 4; i++ {
		for j := 0; j < 4; j++ {
			if i == j {
				continue
			}
			pairs++
		}
	}
	ctx.Result = sum + pairs*1000
	return 0
}
