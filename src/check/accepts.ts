/** Programs that both Go and the checker accept, for the checker's tests, by what they show. */

export const accepts: Readonly<Record<string, string>> = {
  'a constant named iota': `
func f() int {
	const (
		A = iota
		iota = iota + 6
		B
	)
	var shadowed [B - 12]int
	return shadowed[0] + A
}
`,
  'constants and iota': `
const (
	A = iota * 10
	B
	_
	C
	Big = 1 << 100
	Small = Big >> 98
	F = 0.5 * 4
	R = 'a' + 1
	S = "ab" + "cd"
	L = len(S)
	T = S == "abcd"
)
type Color uint8
const (
	Red Color = iota + 1
	Green
)
const Mask = ^uint32(0)
var a [Small]int
var b [L]byte
var i int = F
var r rune = R
var c = Green
var f uint8 = 255.0
const hex = 0x1p4
var h = uint16(hex)
const neg = -5 % 3
var sh = uint8(1) << 7
`,
  'order of declarations': `
func main2() int { return x + y() }
var x = z * 2
var z = 21
func y() int { return int(w.a) }
var w = T{a: k}
type T struct { a K }
type K = U
type U uint16
const k = j + 1
const j = 4
`,
  'structs and methods': `
type Point struct{ X, Y int32 }
type Named struct {
	Point
	*Other
	name [8]byte
}
type Other struct{ Z int64 }
func (p Point) Sum() int32 { return p.X + p.Y }
func (p *Point) Move(dx int32) { p.X += dx }
func (o *Other) Twice() int64 { return o.Z * 2 }
func use(n *Named) int64 {
	n.Move(3)
	n.Point.Y = 2
	m := Named{Point: Point{1, 2}, Other: &Other{Z: 4}}
	m.X++
	m.Move(1)
	if m.Point == (Point{2, 2}) && n.Point != m.Point {
		return m.Twice()
	}
	return int64(n.Sum()) + n.Z
}
`,
  'arrays and slices': `
func sum(xs []int32) (total int32) {
	for _, x := range xs {
		total += x
	}
	return
}
func g() int32 {
	a := [...]int32{1, 2, 5: 6}
	b := [2][2]int{{1, 2}, {3}}
	p := &a
	p[1] = 7
	for i := range p {
		p[i]++
	}
	for i := range b {
		b[i][0] = i
	}
	s := a[1:3:4]
	s[0], s[1] = s[1], s[0]
	n := copy(a[:2], []int32{9})
	clear(s)
	var u uint8 = 2
	return sum(a[:]) + int32(len(s)+cap(s)+n) + a[u] + int32(len(b)) + sum(p[u:])
}
`,
  'control flow': `
func g(n int, name string) int {
	t := 0
outer:
	for i := 0; i < n; i++ {
		for j := range n {
			switch {
			case j == i:
				continue outer
			case j > 10:
				break outer
			}
			t += j
		}
	}
	switch x := t % 3; x {
	case 0, 1:
		t++
		fallthrough
	case 2:
		t--
	default:
		goto done
	}
	for i, c := range name {
		t += i + int(c)
	}
	for range 3 {
		t ^= 1
	}
	if v := t; v > 3 {
		return v
	} else if v == 2 {
		return 0
	} else {
		return int(name[0])
	}
done:
	for {
		t &^= 3
		if t == 0 {
			break
		}
	}
	return t
}
func h(ok bool) int {
	if ok {
		panic("no")
	} else {
		for {
		}
	}
}
`,
  'shifts and untyped values': `
func g(n uint, s int8) (uint64, bool) {
	var x uint64 = 1 << n
	y := 1<<n == 2<<n
	z := x<<s + 1<<n | 3
	var u8 = uint8(1<<n) + 1
	const c = 1.0 << 3
	return z + uint64(u8) + c, y && (n > 3) != (s < 1)
}
`,
  generics: `
type Integer interface { ~int | ~uint32 | ~uint64 }
func Max[T Integer](a, b T) T {
	if a > b {
		return a
	}
	return b
}
type Pair[K comparable, V any] struct {
	Key K
	Val V
}
func (p *Pair[K, V]) Set(k K, v V) { p.Key, p.Val = k, v }
func (p Pair[A, B]) Get() (A, B) { return p.Key, p.Val }
func Map[T, U any](x T, f func(T) U) U { return f(x) }
func First[S ~[]E, E any](s S) E { return s[0] }
type Ints []int
type List[T any] struct {
	next *List[T]
	v    T
}
type Shape interface { Area() uint64 }
type Sq uint64
func (s Sq) Area() uint64 { return uint64(s * s) }
func Total[T Shape](a, b T) uint64 { return a.Area() + b.Area() }
func Zero[T any]() (z T) { return }
func Conv[T ~uint8 | ~uint16](x int) T { return T(x) + 1 }
func use(s Ints) uint64 {
	var p Pair[uint32, bool]
	p.Set(1, true)
	k, v := p.Get()
	n := List[int]{next: &List[int]{v: 2}}
	f := Max[int]
	if v && n.next.v == f(1, 2) {
		return Max(uint64(k), 7)
	}
	return Total(Sq(1), Sq(2)) + uint64(First(s)) + Map(3, func(x int) uint64 { return uint64(x) }) + Zero[uint64]() + uint64(Conv[uint8](3))
}
`,
  'closures and defer': `
func each(n int, f func(i int) bool) {
	for i := range n {
		if !f(i) {
			return
		}
	}
}
func g(n int) (sum int) {
	defer func() { sum *= 2 }()
	each(n, func(i int) bool {
		sum += i
		return i < 5
	})
	add := func(a, b int) int { return a + b }
	defer println("done", n)
	return add(sum, func() int { return n }())
}
func iter(yield func(int, bool) bool) {
	if !yield(1, true) {
		return
	}
	yield(2, false)
}
func over() (n int) {
	for i, ok := range iter {
		if ok {
			n += i
		}
	}
	return
}
`,
  'standard packages': `
import (
	"encoding/binary"
	"math/bits"
	"sync/atomic"
	"unsafe"
)
type H struct {
	a uint8
	b uint32
	c atomic.Uint64
}
var counter uint64
var state atomic.Int32
func g(p []byte, h *H) uint64 {
	n := binary.BigEndian.Uint16(p) + uint16(bits.Len64(uint64(p[0])))
	binary.LittleEndian.PutUint32(p[4:], uint32(n))
	atomic.AddUint64(&counter, 1)
	h.c.Add(2)
	if state.CompareAndSwap(0, 1) {
		hi, lo := bits.Mul64(uint64(n), counter)
		return hi + lo
	}
	var arr [unsafe.Sizeof(H{})]byte
	const off = unsafe.Offsetof(h.b)
	q := (*uint32)(unsafe.Pointer(&h.c))
	return uint64(len(arr)) + uint64(off) + uint64(*q) + uint64(uintptr(unsafe.Pointer(h))) + uint64(unsafe.Alignof(h.b))
}
`,
  'the SDK': `
import "bpfc/sdk/bpf"
type Key struct { Port uint16; Proto uint8 }
type Stat struct {
	bpf.SpinLock
	Packets, Bytes uint64
}
var hits = bpf.HashMap[Key, uint64]{MaxEntries: 1 << 10}
var stats = bpf.Array[Stat]{MaxEntries: 4, Pin: true}
//bpf:config
var limit uint64 = 100
//bpf:attach xdp
func F(ctx *bpf.XDP) bpf.XDPAction {
	k := Key{Port: 80}
	v := hits.Lookup(k)
	if v == nil {
		hits.Update(k, 1, bpf.Any)
		return bpf.XDPPass
	}
	*v++
	if s := stats.Lookup(0); s != nil {
		s.Lock()
		s.Packets++
		s.Unlock()
	}
	hits.ForEach(func(k *Key, v *uint64) bool { return *v < limit })
	bpf.Printk("port %d hits %d\\n", k.Port, *v)
	return bpf.XDPDrop
}
`,
  'shadowing and blanks': `
var _ = 3
func _() {}
type true2 = bool
func g(_ int, x int) (_ int, err uint8) {
	if x := x + 1; x > 2 {
		x := uint8(x)
		_ = x
	}
	len := 3
	_, y := x, len
	var _, z = y, y
	{
		int := z
		_ = int
	}
	return z, 0
}
`,
  'layout, judged at compile time': `
import "unsafe"
type A struct { a uint8; b uint32; c uint8 }
type B struct { a uint8; b struct { c uint16; d [3]uint8 }; e uint64; f bool }
type C struct { s []int; t string; p *A; f func(); m [2]A; z struct{} }
const (
	_ = 12 - unsafe.Sizeof(A{}) + unsafe.Sizeof(A{}) - 12
	_ = 24 - unsafe.Sizeof(B{}) + unsafe.Sizeof(B{}) - 24
	_ = 88 - unsafe.Sizeof(C{}) + unsafe.Sizeof(C{}) - 88
	_ = 2 - unsafe.Offsetof(B{}.b) + unsafe.Offsetof(B{}.b) - 2
	_ = 8 - unsafe.Offsetof(B{}.e) + unsafe.Offsetof(B{}.e) - 8
	_ = 56 - unsafe.Offsetof(C{}.m) + unsafe.Offsetof(C{}.m) - 56
	_ = 4 - unsafe.Alignof(A{}) + unsafe.Alignof(A{}) - 4
	_ = 2 - unsafe.Alignof(B{}.b) + unsafe.Alignof(B{}.b) - 2
)
`,
  'uses that count': `
type T struct{ x int }
func g() {
	x := 0
	x++
	y := 1
	y += 2
	var t T
	t.x = 1
	var a [2]int
	a[0] = 1
	p := &t
	p.x = 2
	func() { z := 0; z-- }()
}
`,
  'types and generics inside functions': `
func g(x uint8) int {
	type pair[T any] struct{ a, b T }
	type num = uint8
	const k num = 3
	p := pair[num]{x, k}
	q := struct{ pair[int]; n num }{pair[int]{1, 2}, p.a}
	type list struct{ next *list }
	var l list
	if l.next == nil && q.a == 1 {
		return q.b
	}
	return int(q.n)
}
`,
};
