// Reads of a packet through the helper: those that fail alike are one, and one of bytes that were there before is none;
// not where a write comes between.
package skbreads

import "bpfc/sdk/bpf"

// run: First data=00000000000000000000000088b500 => ret=0
// run: First data=00000000000000000000000088b545000000000000 => ret=0
// run: First data=00000000000000000000000088b54500000000000000 => ret=69
// run: First data=00000000000000000000000088b54500000000000001 => ret=0
// run: First data=000000000000000000000000080645000000000000000000 => ret=0
//
//bpf:attach tc
func First(ctx *bpf.SKB) bpf.TCAction {
	kind, ok := bpf.Load[bpf.Be16](ctx, 12)
	if !ok || kind.Host() != 0x88b5 {
		return 0
	}
	frag, ok := bpf.Load[bpf.Be16](ctx, 20)
	if !ok || frag != 0 {
		return 0
	}
	first, _ := bpf.Load[uint8](ctx, 14)
	return bpf.TCAction(first)
}

// run: Apart data=00000000000000000000000088b545 => ret=2
// run: Apart data=00000000000000000000000088b54500 => ret=2
// run: Apart data=00000000000000000000000088b5450000 => ret=69
//
//bpf:attach tc
func Apart(ctx *bpf.SKB) bpf.TCAction {
	first, ok := bpf.Load[uint8](ctx, 14)
	if !ok {
		return 1
	}
	if _, ok := bpf.Load[uint8](ctx, 16); !ok {
		return 2
	}
	return bpf.TCAction(first)
}

// run: Written data=00000000000000000000000088b5450000000000 => ret=9
//
//bpf:attach tc
func Written(ctx *bpf.SKB) bpf.TCAction {
	if _, ok := bpf.Load[[4]uint8](ctx, 14); !ok {
		return 1
	}
	if !bpf.Store(ctx, 15, uint8(9)) {
		return 2
	}
	second, ok := bpf.Load[uint8](ctx, 15)
	if !ok {
		return 3
	}
	return bpf.TCAction(second)
}
