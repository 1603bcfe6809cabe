// A hash map: update, look up, delete, and a lookup that finds nothing.
//
// run: Main(a=7, b=100) = 101
// run: Main(a=0, b=0xffffffffffffffff) = 0
package hashupdate

import "bpfc/sdk/bpf"

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

var Values = bpf.HashMap[uint32, uint64]{MaxEntries: 64}

//bpf:attach syscall
func Main(ctx *Args) int32 {
	key := uint32(ctx.A)
	if Values.Lookup(key) != nil {
		return 1
	}
	if Values.Update(key, ctx.B, bpf.Any) != 0 {
		return 2
	}
	value := Values.Lookup(key)
	if value == nil {
		return 3
	}
	ctx.Result = *value + 1
	if Values.Delete(key) != 0 {
		return 4
	}
	if Values.Lookup(key) != nil {
		return 5
	}
	return 0
}
