package regions

type Args struct{ A, B, Result uint64 }

type view struct {
	data  []uint32
	first *uint32
	f     func(uint32) uint32
}

func sum(s []uint32) (total uint32) {
	for _, v := range s {
		total += v
	}
	return total
}

func set(p *uint32, v uint32) *uint32 {
	*p = v
	return p
}

func tail(s []uint32, n uint64) []uint32 { return s[n:] }

// Pointers, slices and functions in locals, parameters, results, captures and fields of local structs; local arrays of
// pointers take constant indexes.
//
// run: Local(a=1, b=2) = 124554051712 ret=0
// run: Local(a=3, b=4) = 133143986306 ret=0
// run: Local(a=4, b=4) = 0 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func Local(ctx *Args) int32 {
	var numbers [6]uint32
	v := view{data: numbers[1:5], first: &numbers[0], f: func(x uint32) uint32 { return x * 3 }}
	*set(&v.data[ctx.A], uint32(ctx.B)) += 5
	*v.first = v.f(7)
	add := func(n uint32) { v.data[0] += n + *v.first }
	add(100)
	pointers := [2]*uint32{v.first, &numbers[5]}
	*pointers[1] = *pointers[0] + 1
	whole := v.data[:5]
	ctx.Result = uint64(sum(tail(whole, ctx.A)))<<32 | uint64(sum(v.data))
	return 0
}

// Functions that take slices and pointers are compiled for each region they are given.
//
// run: Specialised(a=2, b=3) = 51559923721 ret=0
// run: Specialised(a=6, b=0) = 0 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func Specialised(ctx *Args) int32 {
	four := [4]uint32{1, 2, 3, 4}
	eight := [8]uint32{10, 20, 30, 40, 50, 60, 70, 80}
	set(&four[3], 9)
	set(&eight[7], 90)
	ctx.Result = uint64(sum(four[ctx.B:])) + uint64(sum(eight[ctx.B:]))<<16 + uint64(sum(tail(four[:], ctx.A)))<<32
	return 0
}

// Go checks 0 <= low <= high <= max <= cap; a view shares its array.
//
// run: Bounds(a=1, b=3) = 158913922818 ret=0
// run: Bounds(a=3, b=1) = 0 ret=-9
// run: Bounds(a=0, b=8) = 562640848904 ret=0
// run: Bounds(a=0, b=9) = 0 ret=-9
// run: Bounds(a=18446744073709551615, b=2) = 0 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func Bounds(ctx *Args) int32 {
	numbers := [8]uint32{1, 2, 3, 4, 5, 6, 7, 8}
	s := numbers[ctx.A:ctx.B:8]
	t := s[:cap(s)]
	if len(s) > 0 {
		s[len(s)-1] = 99
	}
	n := copy(t, numbers[6:])
	clear(numbers[7:])
	ctx.Result = uint64(len(s)) + uint64(cap(s))<<8 + uint64(n)<<16 + uint64(sum(t))<<32
	return 0
}
