package types

type Args struct{ A, B, Result uint64 }

type celsius int32

type alias = celsius

type vector[T any] = [3]T

func (c celsius) twice() alias { return c * 2 }

// Named types and aliases of them.
//
// run: Named(a=21, b=1) = 281474976710740
// run: Named(a=4294967295, b=2) = 18446181123756130300
//
//bpf:attach syscall
func Named(ctx *Args) int32 {
	var c celsius = celsius(ctx.A)
	var a alias = c.twice()
	v := vector[uint16]{1, uint16(ctx.B), 3}
	type local struct{ alias }
	l := local{a}
	ctx.Result = uint64(int64(l.twice())) ^ uint64(v[1])<<48
	return 0
}

// Sized integers wrap, each at its width; byte is uint8 and rune int32.
//
// run: Integers(a=255, b=1) = 1584
// run: Integers(a=9223372036854775808, b=18446744073709551615) = 18446744073709551100
//
//bpf:attach syscall
func Integers(ctx *Args) int32 {
	i8, u8 := int8(ctx.A), byte(ctx.A)
	i16, u16 := int16(ctx.A), uint16(ctx.A)
	i32, u32 := rune(ctx.A), uint32(ctx.A)
	i64, u64 := int64(ctx.A), uint64(ctx.A)
	i, u, p := int(ctx.A), uint(ctx.A), uintptr(ctx.A)
	d := ctx.B
	sum := uint64(i8+int8(d)) + uint64(u8+uint8(d))<<1 + uint64(i16*int16(d)) + uint64(u16-uint16(d))<<2
	sum += uint64(i32>>1) + uint64(u32>>1) + uint64(i64>>3) + u64>>3
	ctx.Result = sum ^ uint64(i/3) ^ uint64(u/3) ^ uint64(p%7)
	return 0
}

type flags struct {
	a, b bool
	n    uint16
	c    [2]bool
}

// Bools in structs, arrays and results.
//
// run: Bools(a=1, b=0) = 17
// run: Bools(a=5, b=5) = 0
//
//bpf:attach syscall
func Bools(ctx *Args) int32 {
	f := flags{a: ctx.A > 2, b: ctx.A == ctx.B, n: 3}
	f.c[ctx.A&1] = !f.a
	if f.a != f.b || f.c[1] {
		ctx.Result++
	}
	if f == (flags{b: false, n: 3, c: [2]bool{false, true}}) {
		ctx.Result += 16
	}
	return 0
}
