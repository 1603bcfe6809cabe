// Switches: with values and lists, tagless, with fallthrough and a default in the middle.
//
// run: Main(a=0, b=0) = 10
// run: Main(a=3, b=0) = 30
// run: Main(a=4, b=50) = 41
// run: Main(a=9, b=500) = 102
// run: Main(a=5, b=0) = 56
package switches

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	result := uint64(0)
	switch ctx.A {
	case 0:
		result = 10
	default:
		result = 100
	case 1, 2, 3:
		result = 30
	case 5:
		result = 16
		fallthrough
	case 4:
		result += 40
	}
	switch {
	case ctx.B > 100:
		result += 2
	case ctx.B > 10:
		result++
	}
	ctx.Result = result
	return 0
}
