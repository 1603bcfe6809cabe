package pointers

import "unsafe"

type Args struct{ A, B, Result uint64 }

type header struct {
	kind uint8
	size uint16
	data [12]uint8
}

// *T converts to *U where U fits; unsafe.Add has the checks of slices; uintptr is compared and printed.
//
// run: Casts(a=3, b=8) = 281500780265473 ret=0
// run: Casts(a=3, b=13) = 0 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func Casts(ctx *Args) int32 {
	h := header{kind: 1, size: 0x203}
	for i := range h.data {
		h.data[i] = uint8(i) + uint8(ctx.A)
	}
	word := *(*uint32)(unsafe.Pointer(&h))
	at := (*uint8)(unsafe.Add(unsafe.Pointer(&h), 7))
	s := unsafe.Slice((*uint8)(unsafe.Pointer(&h.data)), 12)
	s[ctx.B] = 77
	p, q := uintptr(unsafe.Pointer(&h.kind)), uintptr(unsafe.Pointer(&h))
	if p == q {
		ctx.Result = 1 << 48
	}
	ctx.Result += uint64(word&0xffff00ff) + uint64(*at)<<32
	return 0
}

// Pointers to pointers, to elements and fields, swapped and shared.
//
// run: Shared(a=1, b=2) = 1972766 ret=0
// run: Shared(a=1, b=4) = 0 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func Shared(ctx *Args) int32 {
	list := [4]uint64{1, 2, 3, 4}
	p, q := &list[ctx.A], &list[ctx.B]
	*p, *q = *q*10, *p*10
	if p == &list[1] {
		p, q = q, p
	}
	*p++
	r := &p
	**r += 5
	ctx.Result = list[ctx.A] + *p<<8 + *q<<16
	return 0
}
