package defers

type Args struct{ A, B, Result uint64 }

func note(r *uint64, digit uint64) { *r = *r*10 + digit }

func inner(r *uint64, a, b uint64) (q uint64) {
	defer note(r, 2)
	defer func() {
		note(r, 3)
		q *= 2
	}()
	q = a / b
	note(r, 1)
	return q + 1
}

//go:noinline
func called(r *uint64, a, b uint64) uint64 {
	defer note(r, 4)
	if a == 5 {
		return 0
	}
	return inner(r, a, b)
}

// Deferred calls run innermost first, on return and on abort, with the arguments of when they were deferred.
//
// run: Main(a=9, b=3) = 1324876 ret=0
// run: Main(a=5, b=0) = 406 ret=0
// run: Main(a=9, b=0) = 32476 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func Main(ctx *Args) int32 {
	var r uint64
	defer func() { ctx.Result = r }()
	n := uint64(6)
	defer note(&r, n)
	n = 7
	if ctx.A > 5 {
		defer note(&r, n)
	}
	q := called(&r, ctx.A, ctx.B)
	note(&r, q)
	return 0
}

// A deferred call that panics itself: the others run all the same.
//
// run: Twice(a=0, b=1) = 321 ret=-9
// run: Twice(a=1, b=1) = 321 ret=-9
// run: Twice(a=1, b=0) = 577 ret=0
//
//bpf:attach syscall
//bpf:panic -9
func Twice(ctx *Args) int32 {
	table := [4]uint64{1, 2, 3, 4}
	var r uint64
	defer func() { ctx.Result += r }()
	defer note(&r, 1)
	defer func() {
		note(&r, 2)
		ctx.Result += table[ctx.B*4] << 8
	}()
	defer note(&r, 3)
	if ctx.A == 0 {
		panic("none")
	}
	return 0
}

// Named results are what deferred functions leave in them.
//
// run: Named(a=4, b=2) = 4 ret=12
//
//bpf:attach syscall
func Named(ctx *Args) (verdict int32) {
	defer func() { verdict *= 3 }()
	defer func() {
		verdict += int32(ctx.B)
		ctx.Result = uint64(verdict)
	}()
	verdict = 100
	return int32(ctx.A) - 2
}
