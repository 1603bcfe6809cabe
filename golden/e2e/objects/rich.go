// What an object can hold: data sections, configuration, strings, maps of several types, functions of the program's own.
package rich

import "bpfc/sdk/bpf"

type Event struct {
	PID  uint32
	Comm [16]byte
	Seen uint64
}

type Key struct {
	PID  uint32
	Kind uint16
}

var (
	hits   = bpf.HashMap[Key, uint64]{MaxEntries: 64}
	events = bpf.RingBuf[Event]{Size: 4096}
	kept   = bpf.Array[uint32]{MaxEntries: 4, Pin: true}
	state  = bpf.HashMap[uint32, Event]{MaxEntries: 16}
	percpu = bpf.PerCPUArray[uint64]{MaxEntries: 2}
	outer  = bpf.ArrayOfMaps[bpf.HashMap[uint32, uint64]]{MaxEntries: 2, Inner: bpf.HashMap[uint32, uint64]{MaxEntries: 8}}
	rules  = bpf.LPMTrie[[4]byte, uint32]{MaxEntries: 8}
	stages = bpf.ProgArray[func(*bpf.XDP) bpf.XDPAction]{MaxEntries: 4}
)

//bpf:config
var Wanted uint32 = 7

//bpf:config
var Limit uint64 = 100

var total uint64
var last Event
var table = [4]uint32{1, 2, 3, 4}

//go:noinline
func sum(a, b uint64) uint64 { return a*3 + b }

type Args struct{ A, Result uint64 }

//bpf:attach syscall
func Count(ctx *Args) int32 {
	total += ctx.A
	if total > Limit {
		ctx.Result = total
		return 1
	}
	n := hits.LookupOrInit(Key{PID: Wanted, Kind: 1}, 0)
	if n != nil {
		*n += sum(total, uint64(table[total&3]))
		ctx.Result = *n
	}
	first := kept.Lookup(0)
	if first != nil {
		*first++
		last.PID = *first
	}
	return 0
}

//bpf:attach tracepoint/syscalls/sys_enter_getpgid
func Enter() {
	bpf.TracePrintk("total %d limit %d of a long text that stays in .rodata\n", total, Limit)
}

//bpf:attach xdp
func First(ctx *bpf.XDP) bpf.XDPAction {
	rule := rules.Lookup(bpf.LPMKey[[4]byte]{PrefixLen: 32, Data: [4]byte{10, 1, 2, 3}})
	inner := outer.Lookup(1)
	if rule != nil && inner != nil {
		inner.Update(*rule, 5, bpf.Any)
		return bpf.XDPTx
	}
	stages.TailCall(ctx, 2)
	return bpf.XDPPass
}

//bpf:attach xdp
//bpf:slot stages 2
func Second(ctx *bpf.XDP) bpf.XDPAction {
	return bpf.XDPDrop
}
