// Shifts with Go's meaning: a count at or above the width gives zero, or the sign.
//
// run: Main(a=1, b=4) = 16
// run: Main(a=1, b=64) = 0
// run: Main(a=1, b=1000) = 0
// run: Main(a=-16, b=2) = 0xbffffffffffffffc
// run: Main(a=-1, b=200) = -1
package shifts

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	count := ctx.B
	if int64(ctx.A) < 0 {
		arithmetic := int64(ctx.A) >> count
		logical := (ctx.A >> count) << 62 >> 1
		if count < 64 {
			logical = 0x4000000000000000
		}
		ctx.Result = uint64(arithmetic) - logical
		if count >= 64 {
			ctx.Result = uint64(arithmetic) | logical
		}
		return 0
	}
	small := uint8(ctx.A) << count
	wide := ctx.A << count
	narrow := uint32(ctx.A) << (count & 31)
	if count < 8 && (uint64(small) != wide || uint64(narrow) != wide) {
		return 1
	}
	ctx.Result = wide
	return 0
}
