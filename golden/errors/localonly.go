package localonly

import "bpfc/sdk/bpf"

type Args struct{ A, B, Result uint64 }

type holder struct {
	P *uint64
	N uint64
}

type viewer struct{ S []uint8 }

type caller struct{ F func() }

var global *uint64
var hook func()
var slices [2][]uint8
var inMap = bpf.HashMap[uint32, holder]{MaxEntries: 4}
var keyed = bpf.HashMap[holder, uint32]{MaxEntries: 4}
var sent = bpf.RingBuf[viewer]{Size: 4096}

//bpf:map hash 4
var goMap = map[uint32]caller{}

//bpf:attach syscall
func Main(ctx *Args) int32 {
	if e := sent.Reserve(); e != nil {
		sent.Submit(e)
	}
	var numbers [2]uint8
	pointers := [2]*uint8{&numbers[0], &numbers[1]}
	*pointers[ctx.B&1] = 3
	return 0
}
