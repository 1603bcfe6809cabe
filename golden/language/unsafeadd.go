package unsafeadd

import (
	"bpfc/sdk/bpf"
	"unsafe"
)

type Args struct{ A, B, Result uint64 }

type pair struct {
	a uint16
	b uint8
	c [5]uint8
	d uint32
}

var table = [3]pair{{1, 2, [5]uint8{3, 4, 5, 6, 7}, 8}, {11, 12, [5]uint8{13}, 18}, {d: 28}}

var counts = bpf.Array[[4]uint32]{MaxEntries: 1}

// An offset that is no constant is checked as an index is: of the local array, the package variable, the map's value.
//
// run: Main(a=0, b=0) = 72623962869600093 ret=0
// run: Main(a=1, b=8) = 103079220332 ret=0
// run: Main(a=3, b=12) = 146028888145 ret=0
//
//bpf:attach syscall
//bpf:panic -9
func Main(ctx *Args) int32 {
	words := [4]uint64{0x0102030405060708, 2, 3, 4}
	p := unsafe.Pointer(&words)
	*(*uint64)(unsafe.Add(p, 8*ctx.A)) += 0x1000000000
	*(*uint8)(unsafe.Add(p, ctx.A)) ^= 0x80
	ctx.Result = words[ctx.A] + uint64(*(*uint16)(unsafe.Add(p, int8(ctx.B))))
	one := (*pair)(unsafe.Add(unsafe.Pointer(&table), uintptr(ctx.A/2)*unsafe.Sizeof(table[0])))
	ctx.Result += uint64(one.d) << 32
	ctx.Result += uint64(*(*uint32)(unsafe.Add(unsafe.Add(unsafe.Pointer(&table[1]), ctx.A*4), 4))) << 8
	value := counts.Lookup(0)
	if value == nil {
		return 1
	}
	*(*uint16)(unsafe.Add(unsafe.Pointer(value), ctx.B&14)) = 77
	ctx.Result += uint64(value[ctx.A]) + uint64(value[2])<<3
	return 0
}

// Outside of the object Go reads what lies there; here the program aborts.
//
// run in eBPF: Outside(a=24, b=0) = 4 ret=0
// run in eBPF: Outside(a=25, b=0) = 0 ret=-9
// run in eBPF: Outside(a=32, b=0) = 0 ret=-9
// run in eBPF: Outside(a=-8, b=0) = 0 ret=-9
// run in eBPF: Outside(a=4, b=0) = 0 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func Outside(ctx *Args) int32 {
	words := [4]uint64{1, 2, 3, 4}
	ctx.Result = *(*uint64)(unsafe.Add(unsafe.Pointer(&words), ctx.A))
	return 0
}
