package strings

type Args struct{ A, B, Result uint64 }

const greeting = "hé, wörld"

func length(s string) uint64 { return uint64(len(s)) }

func pick(n uint64) string {
	if n > 2 {
		return "many"
	}
	return "few"
}

// Strings whose every value is constant: length, bytes, slices, comparison, as arguments and results.
//
// run: Main(a=0, b=1) = 29274497096157955
// run: Main(a=4, b=3) = 9007203556854532
// run: Main(a=40, b=3) = 4302113540 ret=0
//
//bpf:attach syscall
func Main(ctx *Args) int32 {
	s := pick(ctx.A)
	if s == "many" {
		ctx.Result = 1 << 32
	}
	if s < "g" && s != "" {
		ctx.Result += 1 << 40
	}
	ctx.Result += length(s) + length(greeting)<<8 + uint64(s[ctx.B%3])<<16
	ctx.Result += uint64(greeting[ctx.A]) << 48
	return 0
}

// A range decodes runes.
//
// run: Runes(a=1, b=0) = 59656
// run: Runes(a=8, b=0) = 29187
//
//bpf:attach syscall
func Runes(ctx *Args) int32 {
	for i, r := range greeting {
		if uint64(i) == ctx.A {
			ctx.Result = uint64(r) << 8
		}
		ctx.Result++
	}
	return 0
}
