package typed

import "bpfc/sdk/bpf"

type Key struct {
	ID   uint32
	Kind uint8
}

type Args struct{ A, B, Result uint64 }

const shift = 1 << 3.0

var hits = bpf.HashMap[Key, uint64]{MaxEntries: 1 << 10}

func (k *Key) bump() { k.ID++ }

//bpf:attach syscall
func Main(ctx *Args) int32 {
	key := Key{ID: uint32(ctx.A) >> shift}
	key.bump()
	if v := hits.Lookup(key); v != nil && *v > 0 {
		ctx.Result = *v
	}
	return 0
}
