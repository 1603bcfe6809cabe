// A counter in an array map, returned after the step.
//
// run: Main(a=5, b=0) = 5
// run: Main(a=0, b=0) = 0
package counter

import "bpfc/sdk/bpf"

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

var Hits = bpf.Array[uint64]{MaxEntries: 4}

//bpf:attach syscall
func Main(ctx *Args) int32 {
	hits := Hits.Lookup(1)
	if hits == nil {
		return 1
	}
	*hits += ctx.A
	ctx.Result = *hits
	return 0
}
