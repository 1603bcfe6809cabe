package layout

import (
	"unsafe"

	"bpfc/sdk/bpf"
)

type Args struct{ A, B, Result uint64 }

type key struct {
	A uint8
	B uint32
	C uint16
	D uint64
}

type holder struct {
	Name [3]uint8
	Key  key
	Last uint8
}

var keys = bpf.HashMap[key, uint64]{MaxEntries: 8}

//go:noinline
func dirty(x uint64) uint64 {
	var room [6]uint64
	for i := range room {
		room[i] = ^x + uint64(i)
	}
	return room[x%6]
}

// Sizes, offsets and alignments are Go's.
//
// run: Sizes(a=1, b=0) = 144132917835274280
//
//bpf:attach syscall
func Sizes(ctx *Args) int32 {
	var h holder
	sizes := unsafe.Sizeof(h) + unsafe.Sizeof(h.Key)<<8 + unsafe.Sizeof(h.Name)<<16
	offsets := unsafe.Offsetof(h.Key) + unsafe.Offsetof(h.Last)<<8 + unsafe.Offsetof(h.Key.D)<<16
	ctx.Result = uint64(sizes) + uint64(offsets)<<24 + uint64(unsafe.Alignof(h.Key.C))<<56
	return 0
}

// Keys that are equal to Go are the same bytes to the kernel: padding is zero, whatever lay on the stack.
//
// run: Padding(a=7, b=9) = 10794
//
//bpf:attach syscall
func Padding(ctx *Args) int32 {
	k := key{A: uint8(ctx.A), B: uint32(ctx.B), D: 3}
	keys.Update(k, 41, bpf.Any)
	noise := dirty(ctx.B)
	var same key
	same.D = 3
	same.B = uint32(ctx.B)
	same.A = uint8(ctx.A)
	if v := keys.Lookup(same); v != nil {
		*v += 1
		ctx.Result = *v
	}
	h := holder{Key: same, Last: uint8(noise)}
	if v := keys.Lookup(h.Key); v != nil {
		ctx.Result += *v << 8
	}
	return 0
}

type raw struct {
	Flag   bool
	_      [7]uint8
	More   [2]bool
	_      [6]uint8
	Result uint64
}

// A bool that others wrote is true when it is not zero, and 1 when it is copied on.
//
// run: Bools ctx=000000000000000000010000000000000000000000000000 => ret=0 ctx=000000000000000000010000000000000100000000000000
// run: Bools ctx=010000000000000001000000000000000000000000000000 => ret=0 ctx=010000000000000001000000000000000101000000000000
// run in eBPF: Bools ctx=020000000000000080040000000000000000000000000000 => ret=0 ctx=020000000000000080040000000000000100000000000000
//
//bpf:attach syscall
func Bools(ctx *raw) int32 {
	flag := ctx.Flag
	if flag != ctx.More[0] == ctx.More[1] {
		ctx.Result |= 1 << 8
	}
	if ctx.Flag == ctx.More[0] && ctx.More[0] != ctx.More[1] || flag == ctx.More[0] {
		ctx.Result |= 1
	}
	return 0
}
