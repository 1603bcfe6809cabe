package builtins

import (
	"encoding/binary"
	"math/bits"
	"sync/atomic"
)

type Args struct{ A, B, Result uint64 }

// len, cap, min, max, copy, clear and new.
//
// run: Plain(a=3, b=200) = 14681787736956349811
// run: Plain(a=5, b=1) = 14681787733670171393 ret=0
//
//bpf:attach syscall
func Plain(ctx *Args) int32 {
	data := [8]uint8{1, 2, 3, 4, 5, 6, 7, 8}
	s := data[ctx.A:6]
	n := copy(data[:], s)
	n += copy(data[6:], "xyz")
	clear(data[3:4])
	p := new(uint64)
	*p += uint64(len(s)) + uint64(cap(s))<<4
	low, high := min(int8(ctx.B), 5, int8(ctx.A)), max(ctx.A, ctx.B, 4)
	ctx.Result = *p + uint64(n)<<8 + uint64(uint8(low))<<16 + high<<24
	ctx.Result ^= binary.LittleEndian.Uint64(data[:]) << 3
	return 0
}

// math/bits at every width.
//
// run: Bits(a=291, b=18446744073709551615) = 1765129578950145885
// run: Bits(a=0, b=3) = 18446744073709551488
//
//bpf:attach syscall
func Bits(ctx *Args) int32 {
	a, b := ctx.A, ctx.B
	counts := bits.Len64(a) + bits.Len8(uint8(a)) + bits.LeadingZeros32(uint32(a)) + bits.TrailingZeros16(uint16(a)) + bits.OnesCount(uint(b))
	mixed := bits.Reverse64(a) ^ uint64(bits.Reverse8(uint8(a))) ^ bits.ReverseBytes64(a) ^ uint64(bits.ReverseBytes16(uint16(a)))
	mixed ^= bits.RotateLeft64(a, 13) ^ uint64(bits.RotateLeft8(uint8(a), -3))
	sum, carry := bits.Add64(a, b, 1)
	difference, borrow := bits.Sub64(a, b, carry)
	high, low := bits.Mul64(b, b-a)
	ctx.Result = mixed ^ uint64(counts) ^ sum ^ difference<<1 ^ borrow<<2 ^ high ^ low<<3
	return 0
}

// encoding/binary reads and writes slices in both orders.
//
// run: Binary(a=72623859790382856, b=1) = 433757350076155911 ret=0
// run: Binary(a=72623859790382856, b=9) = 0 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func Binary(ctx *Args) int32 {
	var data [16]uint8
	binary.BigEndian.PutUint64(data[ctx.B:], ctx.A)
	ctx.Result = uint64(binary.LittleEndian.Uint32(data[ctx.B+2:])) << 32
	binary.LittleEndian.PutUint16(data[14:], uint16(ctx.A))
	ctx.Result += uint64(binary.BigEndian.Uint16(data[14:])) + uint64(binary.LittleEndian.Uint16(data[ctx.B:]))<<16
	return 0
}

var shared uint64
var narrow atomic.Int32
var flag atomic.Bool
var typed atomic.Uint64

// The functions and the types of sync/atomic.
//
// run: Atomic(a=5, b=7) = 68967966363876102 then Atomic(a=12, b=1) = 9294318024637017875
//
//bpf:attach syscall
func Atomic(ctx *Args) int32 {
	atomic.AddUint64(&shared, ctx.A)
	swapped := atomic.SwapUint64(&shared, ctx.B)
	done := atomic.CompareAndSwapUint64(&shared, ctx.B, swapped+1)
	n := narrow.Add(-int32(ctx.A))
	typed.Store(ctx.A)
	old := typed.Or(0xf0)
	if !flag.CompareAndSwap(false, true) || !done {
		ctx.Result = 1 << 63
	}
	ctx.Result += atomic.LoadUint64(&shared) + uint64(uint32(n))<<8 + old<<40 + typed.Load()<<48
	return 0
}
