// bpfc --target-kernel 6.1
package aborts

import "bpfc/sdk/bpf"

type Args struct{ A, B, Result uint64 }

type node struct {
	next  *node
	value uint64
}

var counts = bpf.Array[uint64]{MaxEntries: 4}

//go:noinline
func third(table *[4]uint64, i uint64) uint64 { return table[i] }

//go:noinline
func second(table *[4]uint64, i uint64) uint64 { return third(table, i) + 1 }

//go:noinline
func first(table *[4]uint64, i uint64, r *uint64) uint64 {
	*r = 1
	v := second(table, i)
	*r = 2
	return v
}

// Every kind of panic, after which nothing is done.
//
// run: Kinds(a=0, b=9) = 1001 ret=0
// run: Kinds(a=0, b=0) = 0 ret=-9
// run: Kinds(a=1, b=3) = 1008 ret=0
// run: Kinds(a=1, b=4) = 0 ret=-9
// run: Kinds(a=2, b=4) = 1008 ret=0
// run: Kinds(a=2, b=5) = 0 ret=-9
// run: Kinds(a=3, b=1) = 1004 ret=0
// run: Kinds(a=3, b=0) = 0 ret=-9
// run: Kinds(a=4, b=0) = 0 ret=-9
// run: Kinds(a=5, b=3) = 1008 ret=0
// run: Kinds(a=5, b=18446744073709551615) = 0 ret=-9
// run: Kinds(a=6, b=4) = 1008 ret=0
// run: Kinds(a=6, b=3) = 0 ret=-9
// run: Kinds(a=7, b=0) = 0 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func Kinds(ctx *Args) int32 {
	table := [4]uint64{1, 2, 4, 8}
	b := ctx.B
	switch ctx.A {
	case 0:
		ctx.Result = 100 % b
	case 1:
		ctx.Result = table[b]
	case 2:
		ctx.Result = uint64(len(table[1:b])) + 5
	case 3:
		n := node{value: 3}
		if b != 0 {
			n.next = &node{value: 4}
		}
		ctx.Result = n.next.value
	case 4:
		panic("here")
	case 5:
		ctx.Result = uint64(1) << int64(b)
	case 6:
		whole := [4]uint64(table[:b])
		ctx.Result = whole[3]
	case 7:
		var f func() uint64
		if b != 0 {
			f = func() uint64 { return 1 }
		}
		ctx.Result = f()
	}
	ctx.Result += 1000
	return 0
}

// From the depth of calls that are not inlined.
//
// run: Depth(a=3, b=0) = 521 ret=0
// run: Depth(a=4, b=0) = 256 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func Depth(ctx *Args) int32 {
	table := [4]uint64{1, 2, 4, 8}
	var stage uint64
	defer func() { ctx.Result += stage << 8 }()
	ctx.Result = first(&table, ctx.A, &stage)
	return 0
}

// From a callback of bpf.Loop, which stops.
//
// run: InLoop(a=9, b=3) = 4294967811 ret=0
// run: InLoop(a=9, b=40) = 4294967313 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func InLoop(ctx *Args) int32 {
	var table [16]uint64
	defer func() { ctx.Result += 1 << 32 }()
	bpf.Loop(uint32(ctx.B), func(i uint32) bool {
		ctx.Result++
		table[i] = uint64(i)
		return true
	})
	ctx.Result += table[2] << 8
	return 0
}

// From a callback of ForEach inside of one of bpf.Loop: both stop.
//
// run: InForEach(a=2, b=9) = 131080 ret=0
// run: InForEach(a=2, b=1) = 2 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func InForEach(ctx *Args) int32 {
	bpf.Loop(uint32(ctx.A), func(i uint32) bool {
		counts.ForEach(func(k *uint32, v *uint64) bool {
			ctx.Result++
			*v += 100 / (ctx.B - uint64(*k))
			return true
		})
		ctx.Result += 1 << 16
		return true
	})
	return 0
}

// The maps keep what was done before the abort.
//
// run: InForEach(a=2, b=2) = 3 ret=-9 then Read(a=0, b=0) = 50 then Read(a=1, b=0) = 100 then Read(a=2, b=0) = 0
//
//bpf:attach syscall
func Read(ctx *Args) int32 {
	if v := counts.Lookup(uint32(ctx.A)); v != nil {
		ctx.Result = *v
	}
	return 0
}
