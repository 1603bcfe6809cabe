package constants

type Args struct{ A, B, Result uint64 }

type weekday uint8

const (
	monday weekday = iota + 1
	tuesday
	_
	thursday
)

const (
	kilo = 1 << (10 * (iota + 1))
	mega
	giga
)

const (
	first, negative = iota, -iota
	second, less
)

const (
	huge             = 1 << 200
	fraction         = 1.0 / 3
	precise          = huge / (1<<190 + 1) * 3
	rune7            = 'a' + 7
	text             = "constant" + " " + "text"
	truth            = huge > 1<<199 && len(text) == 13
	typed     uint16 = 0xff00
	inverse          = ^typed
	negated          = -5 % 3
	shifted          = uint8(1) << 7
	fromFloat        = 3e3
)

// run: Main(a=0, b=0) = 66052
// run: Main(a=1, b=0) = 1074795517
// run: Main(a=2, b=0) = 0
// run: Main(a=3, b=0) = 1095216687117
// run: Main(a=4, b=0) = 18446739778742222846
//
//bpf:attach syscall
func Main(ctx *Args) int32 {
	const local = huge >> 190
	switch ctx.A {
	case 0:
		ctx.Result = uint64(monday)<<16 | uint64(tuesday)<<8 | uint64(thursday)
	case 1:
		ctx.Result = kilo + mega + giga + precise + local
	case 2:
		down := int64(less)
		ctx.Result = uint64(first+second) + uint64(down)
	case 3:
		if truth {
			ctx.Result = uint64(inverse)<<32 | rune7<<8 | uint64(len(text))
		}
	case 4:
		var wide int64 = negated
		ctx.Result = uint64(wide) ^ uint64(shifted)<<8 ^ uint64(fraction*fromFloat)<<32
	}
	return 0
}
