package expressions

type Args struct{ A, B, Result uint64 }

type pair struct {
	a uint8
	b uint32
}

type wide struct {
	pairs [3]pair
	_     uint8
	rest  [5]uint16
}

func loud(r *uint64, b bool) bool {
	*r = *r<<1 | 1
	return b
}

// Every operator, on values of which some are negative and some narrow.
//
// run: Operators(a=7, b=3) = 2165561338
// run: Operators(a=18446744073709551609, b=3) = 21635003488
// run: Operators(a=200, b=18446744073709551615) = 2144442677
//
//bpf:attach syscall
func Operators(ctx *Args) int32 {
	a, b := int64(ctx.A), int64(ctx.B)
	x, y := int8(ctx.A), int8(ctx.B)
	u, v := uint16(ctx.A), uint16(ctx.B)
	r := uint64(a+b) ^ uint64(a-b)<<1 ^ uint64(a*b)<<2 ^ uint64(a/b)<<3 ^ uint64(a%b)<<4
	r ^= uint64(a&b)<<5 ^ uint64(a|b)<<6 ^ uint64(a^b)<<7 ^ uint64(a&^b)<<8
	r += uint64(x/y)<<9 + uint64(x%y)<<10 + uint64(-x)<<11 + uint64(^x)<<12 + uint64(+y)
	r += uint64(u/v)<<13 + uint64(u%v)<<14 + uint64(^u)<<15
	r += uint64(x<<(b&15))<<16 + uint64(x>>(b&15))<<17 + uint64(u<<v)<<18 + uint64(u>>v)<<19
	if a < b == (x < y) && u >= v || !(a == b) {
		r++
	}
	ctx.Result = r
	return 0
}

// && and || stop as soon as they know.
//
// run: Short(a=1, b=0) = 8589934655
// run: Short(a=0, b=1) = 17179869215
// run: Short(a=1, b=1) = 25769803791
//
//bpf:attach syscall
func Short(ctx *Args) int32 {
	var seen uint64
	r := &seen
	a, b := ctx.A == 1, ctx.B == 1
	if loud(r, a) && loud(r, b) || loud(r, b) && !loud(r, a) {
		*r |= 1 << 32
	}
	c := loud(r, a) == (loud(r, b) || loud(r, true))
	if c {
		*r |= 1 << 33
	}
	ctx.Result = seen
	return 0
}

// Arrays, structs and pointers are compared; blank fields do not count.
//
// run: Equal(a=1, b=2) = 30
// run: Equal(a=3, b=3) = 15
//
//bpf:attach syscall
func Equal(ctx *Args) int32 {
	var x, y wide
	x.pairs[ctx.A%3] = pair{uint8(ctx.A), 9}
	y.pairs[ctx.B%3] = pair{uint8(ctx.B), 9}
	if x == y {
		ctx.Result = 1
	}
	if x.pairs[0] == y.pairs[0] {
		ctx.Result |= 2
	}
	x.rest[ctx.A] = 5
	if x.rest != y.rest {
		ctx.Result |= 4
	}
	p, q := &x.pairs[0], &y.pairs[0]
	if p != q && p == &x.pairs[0] && q != nil {
		ctx.Result |= 8
	}
	if [2]uint8{uint8(ctx.A), 3} == [...]uint8{1: 3, 0: 1} {
		ctx.Result |= 16
	}
	return 0
}

// Composite literals of every form, selectors through pointers, conversions.
//
// run: Literals(a=1, b=258) = 18446604435850347138
//
//bpf:attach syscall
func Literals(ctx *Args) int32 {
	w := &wide{pairs: [3]pair{1: {a: uint8(ctx.B)}, 2: {4, uint32(ctx.B)}}, rest: [...]uint16{4: 7}}
	nested := [...][2]pair{{{1, 2}, {3, 4}}, {1: {5, uint32(int16(ctx.B << 7))}}}
	pointers := []*pair{{9, 8}, &w.pairs[2]}
	same := struct {
		a uint8
		b uint32
	}(nested[1][1])
	ctx.Result = uint64(w.pairs[1].a) + uint64(w.pairs[2].b)<<8 + uint64(w.rest[4])<<24 + uint64(same.b)<<32
	ctx.Result ^= uint64(pointers[0].b)<<4 + uint64(pointers[1].a)<<12
	return 0
}
