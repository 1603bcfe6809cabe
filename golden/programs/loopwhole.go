// bpfc --target-kernel 5.17
package loopwhole

type Args struct{ A, B, Result uint64 }

type pair struct{ even, odd uint64 }

//go:noinline
func digit(x uint64) uint64 { return x%10 + 1 }

// Loops in loops, an array of the frame shared with the loop, calls in it, several ways out, aborts.
//
//bpf:attach syscall
//bpf:panic 0x7fffffff
func Main(ctx *Args) int32 {
	var seen [10]uint8
	var sums pair
	limit := ctx.B
outer:
	for i := uint64(0); i < ctx.A; i++ {
		seen[i%10]++
		x := i
		for x > 9 {
			x /= 3
			sums.odd += digit(x)
			if sums.odd == limit {
				break outer
			}
		}
		if i == 300 {
			panic("too far")
		}
		if x&1 == 0 {
			continue
		}
		sums.even += uint64(seen[x])
	}
	ctx.Result = sums.even*1000 + sums.odd + uint64(seen[3])
	return 0
}

// run: Main(a=0, b=0) = 0
// run: Main(a=20, b=0) = 13057
// run: Main(a=20, b=4) = 5005
// run: Main(a=1000, b=0) = 0 ret=0x7fffffff
