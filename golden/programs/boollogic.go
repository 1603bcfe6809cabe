// Booleans: short circuit, negation, as values and in a struct.
//
// run: Main(a=1, b=2) = 5
// run: Main(a=0, b=2) = 10
// run: Main(a=0, b=0) = 8
// run: Main(a=9, b=9) = 7
package boollogic

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

type Flags struct {
	Both, Either bool
}

//bpf:attach syscall
func Main(ctx *Args) int32 {
	a := ctx.A != 0
	b := ctx.B > 5
	flags := Flags{Both: a && b, Either: a || ctx.B == 2}
	result := uint64(0)
	if a {
		result |= 1
	}
	if flags.Both {
		result |= 2
	}
	if flags.Either && (a || !b) {
		result |= 4
	}
	if !a {
		result |= 8
	}
	if !a && flags.Either {
		result &^= 4
		result |= 2
	}
	ctx.Result = result
	return 0
}
