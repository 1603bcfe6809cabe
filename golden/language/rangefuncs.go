package rangefuncs

type Args struct{ A, B, Result uint64 }

type Seq[T any] func(yield func(T) bool)

func count(n uint64) Seq[uint64] {
	return func(yield func(uint64) bool) {
		for i := range n & 15 {
			if !yield(i) {
				return
			}
		}
	}
}
func filter[T any](s Seq[T], keep func(T) bool) Seq[T] {
	return func(yield func(T) bool) {
		for v := range s {
			if keep(v) && !yield(v) {
				return
			}
		}
	}
}

// Iterators of iterators, generic ones, left by labels.
//
// run: Filtered(a=1, b=2) = 0
// run: Filtered(a=5, b=13) = 175
// run: Filtered(a=9, b=9) = 175
//
//bpf:attach syscall
//bpf:panic -9
func Filtered(ctx *Args) int32 {
outer:
	for i := range count(ctx.A) {
		for j := range filter(count(ctx.B), func(x uint64) bool { return x%2 == i%2 }) {
			if j > 5 {
				continue outer
			}
			if i*j > 12 {
				break outer
			}
			ctx.Result += i*10 + j
		}
	}
	return 0
}

func firstOver(s func(func(int, uint8) bool), n uint8) (at int) {
	defer func() { at += 100 }()
	for i, v := range s {
		if v > n {
			return i
		}
	}
	return -1
}

// A return out of the body of a range over a function, past a deferred call.
//
// run: Deferred(a=1, b=2) = 101
// run: Deferred(a=5, b=3) = 101
// run: Deferred(a=0, b=9) = 99
//
//bpf:attach syscall
//bpf:panic -9
func Deferred(ctx *Args) int32 {
	arr := [5]uint8{1, 9, 3, uint8(ctx.A), 7}
	all := func(yield func(int, uint8) bool) {
		for i, v := range arr {
			if !yield(i, v) {
				break
			}
		}
	}
	ctx.Result = uint64(firstOver(all, uint8(ctx.B)))
	return 0
}
