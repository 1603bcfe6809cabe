package noinline

import (
	"bpfc/sdk/bpf"
	"encoding/binary"
)

type Args struct{ A, B, Result uint64 }

var table = [4]uint64{3, 5, 7, 11}

type window struct {
	bytes []byte
	name  string
	skip  uint64
	size  [2]uint64
}

//go:noinline
func sum(words []uint64) (total uint64) {
	for _, w := range words {
		total += w
	}
	return
}

//go:noinline
func fill(to []byte, from string) int {
	clear(to)
	return copy(to, from)
}

// More than five words: the last ones go through memory.
//
//go:noinline
func mix(a []uint64, i, j uint64, s string, b []byte) uint64 {
	return a[i]*1000 + uint64(s[j])*uint64(len(s)) + uint64(b[i])<<40 + uint64(cap(b))
}

//go:noinline
func middle(words []uint64, from, to uint64) (uint64, []uint64) {
	if from > to {
		return 0, nil
	}
	return to - from, words[from:to]
}

type node struct {
	next *node
	n    uint64
}

// The kernel lets no function hand stack pointers on: these are expanded where it would.
//
//go:noinline
func pick(words *[4]uint64, i uint64) (uint64, *uint64) { return words[i], &words[i] }

//go:noinline
func link(head, n *node) { head.next = n }

//go:noinline
func named(n uint64) string {
	if n > 2 {
		return "no"
	}
	return "middle"
}

//go:noinline
func apply(f func(uint64) uint64, n uint64) uint64 { return f(f(n)) }

func double(n uint64) uint64 { return 2 * n }

//go:noinline
func (w window) at(i uint64) uint64 {
	return uint64(w.bytes[i+w.skip]) + uint64(w.name[i])<<8 + w.size[i&1]<<16
}

//go:noinline
func word(list []uint32, i uint64) uint32 { return list[i] }

//go:noinline
func first[T any](list []T) T { return list[0] }

//go:noinline
func length(list []uint64, name string) int { return len(list) + len(name) }

//go:noinline
func nothing(list []uint64, f func()) bool { return list == nil && f == nil }

//go:noinline
func port(p []byte, at uint64) uint16 { return binary.BigEndian.Uint16(p[at:]) }

//go:noinline
func strip(p []byte, n uint64) []byte { return p[n:] }

// Slices of whole arrays and of parts, of local arrays and of package variables.
//
// run: Slices(a=1, b=3) = 9122628 ret=0
// run: Slices(a=0, b=4) = 9262621 ret=0
// run: Slices(a=3, b=2) = 0 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func Slices(ctx *Args) int32 {
	local := [6]uint64{1, 2, 3, 4, ctx.A, ctx.B}
	words := [2]uint32{uint32(ctx.B), 9}
	ctx.Result = sum(local[:]) + 100*sum(table[:]) + 10000*sum(table[ctx.A:ctx.B]) + sum(nil)
	ctx.Result += uint64(word(words[:], ctx.A)) + 1000000*uint64(first(words[1:])) + first(table[ctx.A:])
	return 0
}

// Strings known when compiling and others.
//
// run: Strings(a=0, b=1) = 8286623338014076681 ret=0
// run: Strings(a=1, b=2) = 7998392974691430160 ret=0
// run: Strings(a=1, b=9) = 2149 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func Strings(ctx *Args) int32 {
	name := "short"
	if ctx.A == 1 {
		name = "rather longer"
	}
	var buf [8]byte
	ctx.Result = uint64(fill(buf[:], name))
	ctx.Result = ctx.Result<<8 + uint64(buf[4])
	ctx.Result = ctx.Result<<8 + uint64(fill(buf[1:ctx.B+2], "constant"))
	ctx.Result = ctx.Result<<8 + uint64(buf[2])
	ctx.Result = ctx.Result<<8 + uint64(length(table[ctx.A:], name))
	ctx.Result += mix(table[:], ctx.A, ctx.B, name, buf[ctx.A:]) << 16
	return 0
}

// Slices and strings as results, functions as arguments, structs that hold slices.
//
// run: Values(a=1, b=3) = 111059267699790 ret=0
// run: Values(a=3, b=1) = 5497561489461 ret=0
// run: Values(a=2, b=4) = 318866963247682 ret=0
// run: Values(a=2, b=5) = 0 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func Values(ctx *Args) int32 {
	n, part := middle(table[:], ctx.A, ctx.B)
	name := named(n)
	ctx.Result = n<<32 + sum(part)<<8 + uint64(name[1])
	ctx.Result += apply(double, ctx.A) + apply(func(n uint64) uint64 { return n*n + 1 }, ctx.B)<<40
	raw := [8]byte{1, 2, 3, 4, 5, 6, 7, 8}
	w := window{bytes: raw[1:], name: name, skip: ctx.A, size: [2]uint64{ctx.A, 6}}
	ctx.Result ^= w.at(ctx.A) << 3
	if nothing(nil, nil) && !nothing(part, nil) {
		ctx.Result++
	}
	return 0
}

// Pointers as results, to the stack and elsewhere.
//
// run: Pointers(a=1, b=3) = 214748370474 ret=0
// run: Pointers(a=4, b=3) = 0 ret=-9
// run: Pointers(a=3, b=4) = 0 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func Pointers(ctx *Args) int32 {
	words := [4]uint64{1, 2, 3, 4}
	n, p := pick(&words, ctx.A)
	*p += 40
	m, q := pick(&table, ctx.B)
	list := [2]node{{n: n}, {n: m}}
	link(&list[0], &list[1])
	list[0].next.n += *q
	ctx.Result = sum(words[:])<<32 + list[1].n<<8 + *p
	return 0
}

// Slices of the packet, in functions that know of no context.
//
// run: Packet data=000102030405060708090a0b0c0d0e0f => ret=2
// run: Packet data=000102030405060708090a0b080d0e0f => ret=1
// run: Packet data=000102030405060708090a0b0c0d => ret=0
//
//bpf:attach xdp
func Packet(ctx *bpf.XDP) bpf.XDPAction {
	p := ctx.Packet()
	kind := port(p, 12)
	rest := strip(p, 14)
	if kind == 0x080d && port(rest, 0) == 0x0e0f {
		return bpf.XDPDrop
	}
	if port(rest, uint64(kind>>8)-12) == 0x0e0f {
		return bpf.XDPPass
	}
	return bpf.XDPTx
}
