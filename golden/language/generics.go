package generics

type Args struct{ A, B, Result uint64 }

type unsigned interface {
	~uint8 | ~uint16 | ~uint32 | ~uint64
}

type port uint16

type ring[T any, N unsigned] struct {
	data [4]T
	next N
}

func (r *ring[T, N]) push(v T) {
	r.data[r.next%4] = v
	r.next++
}

func (r ring[T, _]) sum(add func(T, T) T) (total T) {
	for _, v := range r.data {
		total = add(total, v)
	}
	return total
}

type holder[T unsigned] struct{ inner ring[T, T] }

func reduce[T, A any](list []T, start A, f func(A, T) A) A {
	for _, v := range list {
		start = f(start, v)
	}
	return start
}

func largest[T unsigned](a, b T) T {
	if a > b {
		return a
	}
	return b
}

func double[T interface{ ~[]E }, E unsigned](list T) {
	for i := range list {
		list[i] *= 2
	}
}

type shower interface{ show() uint64 }

func (p port) show() uint64 { return uint64(p) + 1 }

func show[T shower](v T) uint64 { return v.show() }

// Functions and types with type parameters, inferred and given.
//
// run: Main(a=300, b=5) = 84442514488733630
// run: Main(a=5, b=70000) = 1256804943749391906
//
//bpf:attach syscall
func Main(ctx *Args) int32 {
	var h holder[uint8]
	for i := range 6 {
		h.inner.push(uint8(ctx.A) + uint8(i))
	}
	bytes := h.inner.sum(func(a, b uint8) uint8 { return a + b })
	var r ring[uint32, uint8]
	r.push(uint32(ctx.B))
	numbers := [3]port{port(ctx.A), 2, largest(port(ctx.B), 3)}
	double(numbers[1:])
	total := reduce(numbers[:], uint64(0), func(a uint64, p port) uint64 { return a*3 + show(p) })
	ctx.Result = uint64(bytes) + total<<8 + uint64(r.sum(largest))<<32 + largest(ctx.A, ctx.B)<<48
	return 0
}
