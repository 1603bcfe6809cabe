// A struct with padding as key: the padding that the helper reads is zero.
//
// run: Main(a=1, b=2) = 12
// run: Main(a=0x1ff, b=2) = 12
package structkey

import "bpfc/sdk/bpf"

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

// Flow has three bytes of padding after Proto, and two at its end.
type Flow struct {
	Proto uint8
	Addr  uint32
	Port  uint16
}

var Flows = bpf.HashMap[Flow, uint64]{MaxEntries: 16}

//bpf:attach syscall
func Main(ctx *Args) int32 {
	flow := Flow{Proto: uint8(ctx.A), Addr: uint32(ctx.B), Port: 80}
	Flows.Update(flow, 10, bpf.Any)
	same := Flow{Port: 80, Addr: uint32(ctx.B), Proto: uint8(ctx.A)}
	value := Flows.Lookup(same)
	if value == nil {
		return 1
	}
	*value += uint64(flow.Addr)
	ctx.Result = *value
	return 0
}
