package closures

type Args struct{ A, B, Result uint64 }

func apply(f func(uint64) uint64, n uint64) uint64 { return f(n) + 1 }

func adder(by uint64) func(uint64) uint64 { return func(x uint64) uint64 { return x + by } }

func upTo(n uint64) func(func(uint64) bool) {
	return func(yield func(uint64) bool) {
		for i := uint64(0); i < n; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

func pairs(yield func(int, uint8) bool) {
	_ = yield(1, 10) && yield(2, 20) && yield(3, 30)
}

// Closures capture by reference, are passed on and returned.
//
// run: Closures(a=3, b=4) = 38655492137
//
//bpf:attach syscall
func Closures(ctx *Args) int32 {
	count := ctx.A
	next := func() uint64 {
		count++
		return count
	}
	next()
	double := func(x uint64) uint64 { return x * 2 * next() }
	ctx.Result = apply(double, ctx.B) + adder(next())(count)<<16 + apply(adder(ctx.A), 5)<<32
	return 0
}

// Every round of a loop has its own variable.
//
// run: Rounds(a=3, b=4) = 1298
//
//bpf:attach syscall
func Rounds(ctx *Args) int32 {
	for i := uint64(0); i < 4; i++ {
		step := func() { i++ }
		if i == ctx.A-2 {
			step()
		}
		ctx.Result += i << 8
	}
	for i := range ctx.B & 7 {
		show := func() uint64 { return i }
		i *= 3
		ctx.Result += show()
	}
	return 0
}

// A range over functions that inline, left in every way.
//
// run: Ranges(a=3, b=9) = 128849022994 ret=0
// run: Ranges(a=3, b=5) = 1801 ret=5
// run: Ranges(a=12, b=20) = 128849024015 ret=0
//
//bpf:attach syscall
func Ranges(ctx *Args) int32 {
outer:
	for i := range upTo(8) {
		for j := range upTo(ctx.A) {
			switch {
			case j == 5:
				break outer
			case i == j:
				continue outer
			case i == ctx.B:
				return int32(i)
			}
			ctx.Result += 1 + j<<8
		}
	}
	for k, v := range pairs {
		if k == 3 {
			goto done
		}
		ctx.Result += uint64(v) << 32
	}
done:
	return 0
}
