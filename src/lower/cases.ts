/**
 * Go functions that the harness runs here and in Go: one group per area of the language. A function whose name
 * starts with T is called with many arguments; the others help.
 */

const integers = `
func TAdd8(a, b int8) int8 { return a + b }
func TSub8(a, b uint8) uint8 { return a - b }
func TMul16(a, b int16) int16 { return a * b }
func TMulU16(a, b uint16) uint16 { return a * b }
func TAdd32(a, b int32) (int32, uint32) { return a + b, uint32(a) - uint32(b) }
func TMix64(a, b int64, c uint64) (int64, uint64) { return a*b - 3, c*7 + uint64(a) }
func TDiv8(a, b int8) (int8, int8) { return a / b, a % b }
func TDivU8(a, b uint8) (uint8, uint8) { return a / b, a % b }
func TDiv16(a, b int16) (int16, int16) { return a / b, a % b }
func TDiv32(a, b int32) (int32, int32) { return a / b, a % b }
func TDivU32(a, b uint32) (uint32, uint32) { return a / b, a % b }
func TDiv64(a, b int64) (int64, int64) { return a / b, a % b }
func TDivU64(a, b uint64) (uint64, uint64) { return a / b, a % b }
func TDivConst(a int32, b int64, c uint8) (int32, int64, uint8, int32) { return a / 7, b % -3, c / 10, a / -1 }
func TBits(a, b uint32) (uint32, uint32, uint32, uint32, uint32) { return a & b, a | b, a ^ b, a &^ b, ^a }
func TBits8(a, b int8, c uint8) (int8, int8, int8, uint8, int8) { return a & b, a | b, a &^ b, ^c, ^a }
func TNeg(a int8, b uint16, c int64, d uint32) (int8, uint16, int64, uint32) { return -a, -b, -c, -d }
func TShl8(a uint8, n uint8) uint8 { return a << n }
func TShl16(a int16, n uint64) int16 { return a << n }
func TShl32(a int32, n uint16) int32 { return a << n }
func TShl64(a int64, n uint8) int64 { return a << n }
func TShr8(a uint8, n uint32) uint8 { return a >> n }
func TSar8(a int8, n uint8) int8 { return a >> n }
func TSar32(a int32, n uint64) int32 { return a >> n }
func TShrU32(a uint32, n uint32) uint32 { return a >> n }
func TSar64(a int64, n uint64) int64 { return a >> n }
func TShr64(a uint64, n uint8) uint64 { return a >> n }
func TShiftSigned(a uint32, n int8) uint32 { return a << n }
func TShiftSigned64(a int64, n int64) int64 { return a >> n }
func TShiftConst(a int8, b uint16, c uint64) (int8, uint16, uint64, int8, uint16) { return a << 3, b >> 5, c << 40, a >> 7, b << 15 }
func TShiftMasked(a uint32, n uint8) (uint32, uint32) { return a << (n & 31), a >> (n % 32) }
func TConv(a int64) (int8, uint8, int16, uint16, int32, uint32, uint64) { return int8(a), uint8(a), int16(a), uint16(a), int32(a), uint32(a), uint64(a) }
func TConv8(a int8) (uint8, int16, uint16, int32, uint32, int64, uint64) { return uint8(a), int16(a), uint16(a), int32(a), uint32(a), int64(a), uint64(a) }
func TConvU8(a uint8) (int8, int16, uint16, int32, uint32, int64, uint64) { return int8(a), int16(a), uint16(a), int32(a), uint32(a), int64(a), uint64(a) }
func TConv16(a uint16) (int8, uint8, int16, int32, uint64) { return int8(a), uint8(a), int16(a), int32(a), uint64(a) }
func TConv32(a int32) (int8, uint16, uint32, int64, uint64) { return int8(a), uint16(a), uint32(a), int64(a), uint64(a) }
func TConvU32(a uint32) (int16, int32, int64, uint64, int) { return int16(a), int32(a), int64(a), uint64(a), int(a) }
func TCmp8(a, b int8) (bool, bool, bool, bool, bool, bool) { return a == b, a != b, a < b, a <= b, a > b, a >= b }
func TCmpU16(a, b uint16) (bool, bool, bool, bool) { return a < b, a <= b, a > b, a >= b }
func TCmp32(a, b int32) (bool, bool, bool, bool) { return a < b, a <= b, a > b, a >= b }
func TCmpU32(a, b uint32) (bool, bool, bool, bool) { return a < b, a <= b, a > b, a >= b }
func TCmp64(a, b int64) (bool, bool, bool, bool) { return a < b, a <= b, a > b, a >= b }
func TCmpU64(a, b uint64) (bool, bool, bool, bool) { return a < b, a <= b, a > b, a >= b }
func TChain(a, b, c uint32) uint32 { return a + b - c*2 + a/(b|1) ^ c<<3 | a>>2 &^ b }
func TBool(a, b bool, c uint8) (bool, bool, bool, bool, bool) { return a && b, a || b, !a, a == b, a != (c > 3) && b || c == 0 }
func TOpAssign(a int16, b uint8) int16 {
	a += int16(b)
	a -= 3
	a *= 2
	a <<= b & 3
	a |= 1
	a &^= 4
	a ^= 0x55
	a++
	a--
	a /= 3
	a %= 100
	return a
}
func TMinMax(a, b int8, c uint32, d uint32) (int8, int8, uint32, uint32) { return min(a, b, 3), max(a, b), min(c, d), max(c, d, 100) }
`;

const control = `
func TIf(a, b int32) int32 {
	if a > b {
		return 1
	} else if a == b {
		return 2
	} else if c := a + b; c > 10 {
		return c
	}
	return 4
}
func TFor(n uint8) uint32 {
	s := uint32(0)
	for i := uint8(0); i < n; i++ {
		if i == 100 {
			break
		}
		if i%3 == 0 {
			continue
		}
		s += uint32(i)
	}
	return s
}
func TWhile(n uint32) (steps uint32) {
	for n != 1 && n != 0 && steps < 200 {
		if n%2 == 0 {
			n /= 2
		} else {
			n = 3*n + 1
		}
		steps++
	}
	return
}
func TForever(n uint8) int {
	i := 0
	for {
		i++
		if i > int(n) {
			return i
		}
	}
}
func TNested(n uint8) uint32 {
	var s uint32
outer:
	for i := range 10 {
		for j := range 10 {
			if i*j == int(n) {
				break outer
			}
			if j > i {
				continue outer
			}
			s += uint32(i*10 + j)
		}
	}
	return s
}
func TRangeInt(n int8) (int, int8) {
	s := 0
	var last int8
	for i := range n {
		s += int(i)
		last = i
	}
	return s, last
}
func TRangeBare(n uint8) int {
	s := 0
	for range n {
		s += 2
	}
	return s
}
func TRangeLvalue(n uint8) int {
	i := 100
	for i = range int(n) {
	}
	return i
}
func TRangeModify(n uint8) int {
	s := 0
	for i := range int(n) {
		s += i
		i += 5
		s += i & 1
	}
	return s
}
func TSwitch(a int32) int32 {
	switch a {
	case 0, 1:
		return 10
	case 2:
		a += 5
		fallthrough
	case 3:
		a += 7
	case -1:
		break
	default:
		a = 99
	}
	return a
}
func TTagless(a, b uint8) int {
	switch {
	case a > b:
		return 1
	case a == b, a == 7:
		return 2
	}
	return 3
}
func TSwitchInit(a uint16) uint16 {
	switch b := a & 7; b {
	default:
		return b
	case 3:
		return 300
	case 4, 5:
		if a > 100 {
			break
		}
		return 450
	}
	return 1
}
func TSwitchLoop(n uint8) int {
	s := 0
loop:
	for i := 0; i < 20; i++ {
		switch {
		case i == int(n):
			break loop
		case i%2 == 0:
			continue
		}
		s += i
	}
	return s
}
func TGoto(n uint8) int {
	i := 0
again:
	i++
	if i < int(n) {
		if i > 50 {
			goto done
		}
		goto again
	}
done:
	return i
}
func TGotoOut(n uint8) int {
	s := 0
	for i := range 20 {
		for j := range 20 {
			s++
			if i*j > int(n) {
				goto found
			}
		}
	}
	return -1
found:
	return s
}
func TParallel(a, b, c int32) (int32, int32, int32) {
	a, b, c = b, c, a
	a, b = b+1, a
	return a, b, c
}
func TLogicOrder(a uint8) uint64 {
	var seen uint64
	note := func(n uint64, result bool) bool {
		seen = seen*10 + n
		return result
	}
	if note(1, a&1 != 0) && note(2, a&2 != 0) || !note(3, a&4 != 0) && note(4, a&8 != 0) {
		seen += 1000000
	}
	x := note(5, a&16 != 0) || note(6, true)
	if x {
		seen += 5
	}
	return seen
}
func TPanic(a uint8) uint8 {
	if a > 100 {
		panic("too big")
	}
	return a
}
func TShadow(a int) int {
	x := a
	{
		x := x + 1
		x++
		a = x
	}
	if x := a * 2; x > 10 {
		return x
	}
	return x
}
func TCompareNil(a uint8) (bool, bool) {
	var p *uint8
	if a > 10 {
		p = &a
	}
	return p == nil, p != nil && *p > 100
}
func TNilDeref(a uint8) uint8 {
	var p *uint8
	if a > 10 {
		p = &a
	}
	return *p
}
`;

const functions = `
func twice(x int32) int32 { return x + x }
func TCall(a int32) int32 { return twice(twice(a)) + 1 }
func divmod(a, b int32) (int32, int32) { return a / b, a % b }
func TMulti(a, b int32) (int32, int32) {
	q, r := divmod(a, b)
	return r, q
}
func TPass(a, b int32) int32 { return sub2(divmod(a, b)) }
func sub2(a, b int32) int32 { return a - b }
func many(a, b, c, d, e, f uint8, g uint64) uint64 {
	return uint64(a) + uint64(b)*2 + uint64(c)*3 + uint64(d)*4 + uint64(e)*5 + uint64(f)*6 + g*7
}
func TMany(a, b uint8, c uint64) uint64 { return many(a, b, a+1, b+1, a+2, b+2, c) }
func manyAbort(a, b, c, d, e uint32) uint32 { return a/b + c/d + e }
func TManyAbort(a, b, c uint32) uint32 { return manyAbort(a, b, c, a, b) }
//go:noinline
func fivePlain(a, b, c, d, e uint32) uint32 { return a + b*2 + c*3 + d*4 + e*5 }
func TFive(a, b uint32) uint32 { return fivePlain(a, b, a+1, b+1, 9) }
func named(a int8) (x int8, ok bool) {
	if a > 0 {
		x = a * 2
		ok = true
		return
	}
	x = -1
	return x, false
}
func TNamed(a int8) (int8, bool) { return named(a) }
func deep(a uint32) uint32 {
	if a == 13 {
		panic("thirteen")
	}
	return a + 1
}
func middle(a uint32) uint32 { return deep(a) * 2 }
func TDeepPanic(a uint8) uint32 { return middle(uint32(a)) }
func TDefer(a uint8) (r uint32) {
	r = 1
	defer func() { r = r*10 + uint32(a) }()
	if a > 100 {
		return 7
	}
	defer func() { r += 3 }()
	return 5
}
func addTo(p *uint32, n uint32) { *p = *p*10 + n }
func deferArgs(a uint8, log *uint32) {
	x := uint32(a & 3)
	defer addTo(log, x)
	x++
	defer addTo(log, x)
	if a > 50 {
		defer addTo(log, 9)
	}
	x++
	addTo(log, x)
}
func TDeferArgs(a uint8) uint32 {
	var log uint32
	deferArgs(a, &log)
	return log
}
func TDeferCaptures(a uint8) (r uint32) {
	if a > 20 {
		x := uint32(a) * 3
		part := [4]uint8{a, 1, 2, 3}
		tail := part[a&3:]
		text := "abcd"[a&1:]
		add := func(n uint32) uint32 { return n + x }
		defer func() { r = add(r)*10 + uint32(len(tail)) + uint32(len(text)) + x }()
	}
	return 5
}
func TDeferAfterGoto(a uint8) (r uint32) {
	if a > 100 {
		goto behind
	}
	{
		r = 100 / uint32(a&15)
	}
behind:
	n := new(uint32)
	*n = uint32(a)
	defer func() { r += *n }()
	return r + 1
}
func deferResult(a int8) (r int8) {
	defer func() {
		if r < 0 {
			r = 0
		}
	}()
	r = a
	return r - 1
}
func TDeferResult(a int8) int8 { return deferResult(a) }
func TClosure(a, b int32) int32 {
	add := func(x int32) int32 { return x + b }
	b = add(a)
	return add(b)
}
func TClosureWrite(a uint8) uint32 {
	var n uint32
	inc := func(by uint32) { n += by }
	for i := range a {
		inc(uint32(i))
	}
	return n
}
func apply(f func(uint32) uint32, x uint32) uint32 { return f(f(x)) }
func TApply(a, b uint32) uint32 {
	return apply(func(x uint32) uint32 { return x*b + 1 }, a)
}
func triple(x uint32) uint32 { return x * 3 }
func TApplyFunc(a uint32) uint32 { return apply(triple, a) }
func adder(n uint32) func(uint32) uint32 { return func(x uint32) uint32 { return x + n } }
func TReturned(a, b uint32) uint32 { return adder(a)(b) + apply(adder(b), a) }
func TImmediate(a int32) int32 {
	return func(x int32) int32 {
		if x > 5 {
			return x
		}
		return -x
	}(a)
}
func TNilFunc(a uint8) int {
	var f func() int
	if a > 10 {
		f = func() int { return 3 }
	}
	if a > 100 && f != nil {
		return 1
	}
	return f()
}
func count(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := 0; i < n; i++ {
			if !yield(i) {
				return
			}
		}
	}
}
func twoAndOne(yield func(int) bool) {
	if yield(2) && yield(1) {
		yield(7)
	}
}
func TRangeFuncGoto(a uint8) int {
	s := 0
	for x := range twoAndOne {
		n := 0
	again:
		n++
		if n < x && a > 3 {
			goto again
		}
		if a == 7 {
			goto skip
		}
		s += n
	skip:
		s = s*10 + x
		for y := range count(3) {
			if y == int(a) {
				goto next
			}
			if a == 8 {
				goto end
			}
			s++
		}
	next:
	}
	s += 1000
end:
	return s
}
func TRangeFunc(a uint8) int {
	s := 0
	for x := range count(int(a)) {
		if x%3 == 0 {
			continue
		}
		if x > 40 {
			break
		}
		s += x
	}
	return s
}
func TRangeFuncReturn(a uint8) int {
	for x := range count(20) {
		if x == int(a) {
			return x * 100
		}
	}
	return -1
}
func TRangeFuncNested(a uint8) int {
	s := 0
outer:
	for x := range count(8) {
		for y := range count(8) {
			if x*y == int(a) {
				break outer
			}
			if y > x {
				continue outer
			}
			s += x*10 + y
		}
	}
	return s
}
func pairs(n uint8) func(yield func(uint8, uint32) bool) {
	return func(yield func(uint8, uint32) bool) {
		for i := range n {
			if !yield(i, uint32(i)*uint32(i)) {
				return
			}
		}
		yield(n, 7)
	}
}
func TRangePairs(a uint8) uint32 {
	var s uint32
	for k, v := range pairs(a & 15) {
		s += uint32(k)*1000 + v
	}
	return s
}
type point struct{ x, y int32 }
func (p point) sum() int32      { return p.x + p.y }
func (p *point) move(dx int32)  { p.x += dx; p.y -= dx }
func TMethod(a, b int32) (int32, int32, int32) {
	p := point{a, b}
	p.move(3)
	q := &p
	q.move(a)
	return p.sum(), q.x, p.y
}
func TMethodNil(a uint8) int32 {
	var p *point
	if a > 5 {
		p = &point{1, 2}
	}
	p.move(int32(a))
	return p.x
}
func gmax[T int8 | uint32 | int64](a, b T) T {
	if a > b {
		return a
	}
	return b
}
func TGeneric(a, b int8, c, d uint32) (int8, uint32) { return gmax(a, b), gmax(c, d) }
func byValue(p point) int32 {
	p.x *= 2
	return p.x + p.y
}
func TByValue(a, b int32) (int32, int32) {
	p := point{a, b}
	s := byValue(p)
	return s, p.x
}
func swap(p point) point { return point{p.y, p.x} }
func TStructResult(a, b int32) (int32, int32) {
	p := swap(swap(swap(point{a, b})))
	return p.x, p.y
}
func both(a int32) (point, bool, point) { return point{a, 1}, a > 0, point{2, a} }
func TStructResults(a int32) (int32, int32, bool) {
	p, ok, q := both(a)
	return p.x + p.y*2, q.x - q.y, ok
}
`;

const aggregates = `
type inner struct {
	a uint8
	b uint32
}
type outer struct {
	inner
	c  [4]uint16
	in inner
	d  bool
	e  int64
}
func TStruct(a uint8, b uint32) (uint8, uint32, uint16, bool, int64) {
	var o outer
	o.a = a
	o.in.b = b
	o.c[2] = uint16(b)
	o.d = a > 3
	o.e = -int64(a)
	p := o
	p.a = 9
	p.c[2]++
	return o.a + p.a, o.in.b + p.inner.b, o.c[2] + p.c[2]*2, o.d, p.e
}
func TLiteral(a uint8, b uint32) (uint8, uint32, uint16, int64) {
	o := outer{inner: inner{a, b}, c: [4]uint16{1, 2, 3: uint16(a)}, e: 5}
	o = outer{inner: o.in, in: o.inner, c: o.c, e: o.e + 1}
	return o.in.a, o.b + o.in.b, o.c[3] + o.c[1], o.e
}
func TArray(i, j uint8) (uint32, int) {
	var a [8]uint32
	for k := range a {
		a[k] = uint32(k * k)
	}
	a[j&7] += 100
	return a[i], len(a)
}
func TArrayCopy(i uint8) (uint8, uint8) {
	a := [4]uint8{1, 2, 3, 4}
	b := a
	b[i&3] = 50
	for k, v := range a {
		a[3-k] = v
	}
	return a[i&3], b[i&3]
}
func TRangeCopy(n uint8) uint32 {
	a := [5]uint32{1, 2, 3, 4, 5}
	var s uint32
	for i, v := range a {
		a[4] = 100
		if i == 4 {
			s += v
		}
	}
	for i, v := range &a {
		a[4] = uint32(n)
		if i == 4 {
			s += v * 1000
		}
	}
	return s
}
func TNestedArray(i, j, v uint8) (uint8, uint8) {
	var m [3][4]uint8
	m[i][j] = v
	m[2] = m[i]
	return m[2][3], m[1][j&3]
}
type table struct {
	n    uint8
	rows [6]uint32
}
func sumRows(t *table) (s uint32) {
	for i, v := range t.rows {
		s += v * uint32(i)
	}
	for i, v := range t.rows {
		t.rows[5-i] = v
		s ^= v
	}
	return
}
func TRangeAlias(a uint32) (s uint32) {
	t := table{rows: [6]uint32{1, 2, 3, 4, 5, a}}
	p := &t
	for i, v := range p.rows {
		t.rows[5-i] = 100
		s = s*3 + v
	}
	return s + t.rows[2]
}
func TRangeField(a uint32) uint32 {
	t := table{rows: [6]uint32{a, 1, 2, 3, 4, a}}
	return sumRows(&t) + t.rows[1]
}
func TSwapElements(i, j uint8) (uint32, uint32) {
	a := [4]uint32{10, 20, 30, 40}
	a[i&3], a[j&3] = a[j&3], a[i&3]
	return a[0]*1000 + a[1], a[2]*1000 + a[3]
}
func TStructSwap(x, y uint32) (uint32, uint32) {
	a, b := inner{1, x}, inner{2, y}
	a, b = b, a
	return a.b + uint32(a.a), b.b
}
func TEqual(a, b uint8, c uint32) (bool, bool, bool, bool) {
	x, y := inner{a, c}, inner{b, c}
	p := [3]inner{{a, 1}, {b, c}, {}}
	q := [3]inner{{b, 1}, {b, c}, {}}
	return x == y, x != y, p == q, [2]uint8{a, b} == [2]uint8{b, a}
}
func TEqualLong(a, i uint8) bool {
	var x, y [40]uint8
	x[i%40] = a
	y[20] = a
	return x == y
}
func TPointer(a, b int32) (int32, int32) {
	p, q := &a, &b
	*p += 5
	if *p > *q {
		p, q = q, p
	}
	*q = *p * 2
	return a, b
}
func TPointerField(a uint8) (uint32, bool) {
	var o outer
	p := &o.in
	p.b = uint32(a) * 3
	q := &o.c[a&3]
	*q = 7
	r := &o
	return r.in.b + uint32(o.c[a&3]), p == &r.in
}
func TNew(a uint32) uint32 {
	p := new(uint32)
	*p = a
	q := new(inner)
	q.b = *p + 1
	return *p + q.b
}
func TSlice(i, n uint8) (int, int, uint32) {
	var a [10]uint32
	for k := range a {
		a[k] = uint32(k) * 11
	}
	s := a[2:7]
	t := s[1:n]
	s[2] = 1000
	return len(t), cap(t), t[i]
}
func TSlice3(lo, hi, mx uint8) (int, int) {
	var a [10]uint16
	s := a[lo:hi:mx]
	return len(s), cap(s)
}
func TSliceLoop(n uint8) uint32 {
	a := [8]uint8{1, 2, 3, 4, 5, 6, 7, 8}
	s := a[:]
	var sum uint32
	for len(s) > 0 && sum < uint32(n) {
		sum += uint32(s[0])
		s = s[1:]
	}
	for i, v := range s {
		sum += uint32(i) * uint32(v) * 100
	}
	return sum
}
func sumOf(b []uint8) (n uint32) {
	for _, v := range b {
		n += uint32(v)
	}
	return n
}
func fillWith(b []uint8, v uint8) {
	for i := range b {
		b[i] = v + uint8(i)
	}
}
func TSliceArg(lo, hi uint8) uint32 {
	var a [16]uint8
	fillWith(a[:], 3)
	fillWith(a[lo&15:], 100)
	return sumOf(a[lo&7 : hi&15])
}
func rest(b []uint8, n int) []uint8 { return b[n:] }
func TSliceResult(n uint8) (int, uint8) {
	a := [6]uint8{1, 2, 3, 4, 5, 6}
	s := rest(rest(a[:], 1), int(n))
	return len(s), s[0]
}
func TCopy(i, j, n uint8) (int, uint32) {
	a := [12]uint8{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	k := copy(a[i&7:], a[j&7:(j&7)+(n&3)+1])
	var h uint32
	for _, v := range a {
		h = h*31 + uint32(v)
	}
	return k, h
}
func TCopyConst(a uint8) uint32 {
	var b [8]uint8
	n := copy(b[2:], "hello")
	copy(b[:], b[1:])
	copy(b[4:], b[2:6])
	return uint32(b[a&7])*100 + uint32(n)
}
func TClear(n uint8) uint32 {
	a := [8]uint32{1, 2, 3, 4, 5, 6, 7, 8}
	clear(a[1:n])
	return a[0] + a[1] + a[2]*10 + a[7]*100
}
func TNilSlice(a uint8) (bool, int, uint8) {
	var s []uint8
	var b [4]uint8
	b[1] = 77
	if a > 20 {
		s = b[:]
	}
	return s == nil, len(s), s[1]
}
func TSliceToArray(n uint8) uint8 {
	b := [6]uint8{9, 8, 7, 6, 5, 4}
	s := b[1 : n&7]
	c := [3]uint8(s)
	p := (*[2]uint8)(s)
	p[0]++
	return c[0]*10 + b[1] + c[2]
}
func TSliceLiteral(i uint8) int32 {
	s := []int32{5, -3, 8}
	s[0]++
	return s[i]
}
type parser struct {
	data []uint8
	off  int
	errs uint8
}
func (p *parser) next() uint8 {
	if p.off >= len(p.data) {
		p.errs++
		return 0
	}
	v := p.data[p.off]
	p.off++
	return v
}
func TParser(n uint8) (uint32, uint8, int) {
	buf := [5]uint8{3, 1, 4, 1, 5}
	p := parser{data: buf[:]}
	var s uint32
	for i := uint8(0); i < n&7; i++ {
		s = s*10 + uint32(p.next())
	}
	return s, p.errs, p.off
}
func TString(i uint8) (uint8, int) {
	s := "hello, world"
	return s[i], len(s)
}
func TStringVar(i, c uint8) (uint8, int, bool) {
	s := "abc"
	if c > 7 {
		s = "defghi"
	}
	t := s[1:]
	return t[i&3], len(t), s == "abc"
}
func TStringRange(n uint8) (int, int32) {
	sum, last := 0, int32(0)
	for i, r := range "aé世\\xff🙂z" {
		if i > int(n) {
			break
		}
		sum += i
		last = r
	}
	return sum, last
}
func TStringCompare(c uint8) (bool, bool, bool) {
	s := "apple"
	if c > 50 {
		s = "apricot"
	} else if c > 20 {
		s = "app"
	}
	return s < "apple", s >= "apple", s != "app"
}
type grid [3][3]int8
func (g *grid) set(i, j int, v int8) { g[i][j] = v }
func (g grid) trace() (t int8) {
	for i := range g {
		t += g[i][i]
	}
	return
}
func TGrid(i, j uint8, v int8) int8 {
	var g grid
	g.set(int(i&3), int(j&3), v)
	g.set(0, 0, 1)
	return g.trace()
}
func TIndexOrder(a uint8) (uint32, uint8) {
	var arr [4]uint32
	n := uint8(0)
	next := func() uint8 { n++; return n }
	arr[next()&3] = uint32(next()) * 10
	arr[a] += uint32(next())
	return arr[1] + arr[a&3], n
}
func TAssignPanicOrder(a uint8) (r uint32) {
	var arr [4]uint32
	f := func() uint32 { r = 5; return 1 }
	arr[a&7] = f()
	return r + arr[0]
}
type node struct {
	val  uint32
	next *node
}
func mkNode(v uint32, next *node) *node { return &node{v, next} }
func TList(a, b uint32) (uint32, uint32) {
	list := mkNode(a, mkNode(b, mkNode(7, nil)))
	s, n := uint32(0), uint32(0)
	for p := list; p != nil && n < 10; p = p.next {
		s = s*3 + p.val
		n++
	}
	return s, n
}
func largest(nodes *[3]node) *node {
	best := &nodes[0]
	for i := range nodes {
		if nodes[i].val > best.val {
			best = &nodes[i]
		}
	}
	return best
}
func TPointerResult(a, b uint32) uint32 {
	nodes := [3]node{{val: a}, {val: b}, {val: 5}}
	largest(&nodes).val++
	return nodes[0].val + nodes[1].val*3 + nodes[2].val*7
}
func TDeepSlices(n uint8) int {
	a := [8]uint8{1, 2, 3, 4, 5, 6, 7, 8}
	var depth func(s []uint8) int
	depth = func(s []uint8) int {
		if len(s) == 0 {
			return 0
		}
		return int(s[0])
	}
	return depth(a[n&7:]) + depth(a[:n&3])
}
func matrix(m [2][3]int16, k int16) (r [2][3]int16) {
	for i, row := range m {
		for j, v := range row {
			r[i][j] = v*k + int16(i)
		}
	}
	return
}
func TMatrix(k int16, i, j uint8) int16 {
	m := [2][3]int16{{1, 2, 3}, {4, 5, 6}}
	m = matrix(matrix(m, k), 2)
	return m[i&1][j%3]
}
type pair[K any, V any] struct {
	key K
	val V
}
func mk[K any, V any](k K, v V) pair[K, V] { return pair[K, V]{k, v} }
func TGenericStruct(a uint8, b int64) (uint8, int64) {
	p := mk(a, b)
	q := mk(p, a)
	return q.val + p.key, q.key.val
}
`;

const packages = `
func TLen(a uint64, b uint32, c uint16, d uint8) (int, int, int, int) { return bits.Len64(a), bits.Len32(b), bits.Len16(c), bits.Len8(d) }
func TLeading(a uint64, b uint32, c uint16, d uint8) (int, int, int, int) { return bits.LeadingZeros64(a), bits.LeadingZeros32(b), bits.LeadingZeros16(c), bits.LeadingZeros8(d) }
func TTrailing(a uint64, b uint32, c uint16, d uint8) (int, int, int, int) { return bits.TrailingZeros64(a), bits.TrailingZeros32(b), bits.TrailingZeros16(c), bits.TrailingZeros8(d) }
func TOnes(a uint64, b uint32, c uint16, d uint8) (int, int, int, int) { return bits.OnesCount64(a), bits.OnesCount32(b), bits.OnesCount16(c), bits.OnesCount8(d) }
func TReverse(a uint64, b uint32, c uint16, d uint8) (uint64, uint32, uint16, uint8) { return bits.Reverse64(a), bits.Reverse32(b), bits.Reverse16(c), bits.Reverse8(d) }
func TReverseBytes(a uint64, b uint32, c uint16) (uint64, uint32, uint16) { return bits.ReverseBytes64(a), bits.ReverseBytes32(b), bits.ReverseBytes16(c) }
func TRotate(a uint64, b uint32, c uint16, d uint8, n int) (uint64, uint32, uint16, uint8) { return bits.RotateLeft64(a, n), bits.RotateLeft32(b, n), bits.RotateLeft16(c, n), bits.RotateLeft8(d, n) }
func TAddCarry(a, b uint64, c uint64) (uint64, uint64) { return bits.Add64(a, b, c&1) }
func TSubBorrow(a, b uint64, c uint64) (uint64, uint64) { return bits.Sub64(a, b, c&1) }
func TMul128(a, b uint64) (uint64, uint64) { return bits.Mul64(a, b) }
func TAdd32c(a, b, c uint32) (uint32, uint32) { return bits.Add32(a, b, c&1) }
func TSub32c(a, b, c uint32) (uint32, uint32) { return bits.Sub32(a, b, c&1) }
func TMul32c(a, b uint32) (uint32, uint32) { return bits.Mul32(a, b) }
func TUintLen(a uint) (int, int, uint) { return bits.Len(a), bits.TrailingZeros(a), bits.Reverse(a) }
func TBinary(a uint64, i uint8) (uint16, uint32, uint64, uint8) {
	var b [12]byte
	binary.BigEndian.PutUint64(b[1:], a)
	binary.LittleEndian.PutUint16(b[i&7:], uint16(a))
	return binary.BigEndian.Uint16(b[2:]), binary.LittleEndian.Uint32(b[i:]), binary.BigEndian.Uint64(b[3:]), b[i&7]
}
func TAtomic(a uint32, b int64) (uint32, uint32, bool, uint32, int64) {
	x := a
	y := atomic.AddUint32(&x, 5)
	z := atomic.SwapUint32(&x, 9)
	ok := atomic.CompareAndSwapUint32(&x, 9, 11)
	w := atomic.LoadUint32(&x)
	var n atomic.Int64
	n.Store(b)
	n.Add(3)
	return y, z, ok, w, n.Load()
}
`;

const pointers = `
func TCast(a uint64) (uint32, uint8, uint16) {
	p := unsafe.Pointer(&a)
	low := (*uint32)(p)
	b := (*[8]uint8)(p)
	b[7] = 9
	return *low, b[7], *(*uint16)(unsafe.Add(p, 2))
}
func TUnsafeSlice(a uint32, i uint8) (uint32, int) {
	arr := [5]uint32{1, a, 3, 4, 5}
	s := unsafe.Slice(&arr[1], 3)
	s[0]++
	return s[i] + *unsafe.SliceData(s), len(s)
}
type header struct {
	kind uint8
	size uint16
	word uint32
}
func TSizes(a uint16) (uintptr, uintptr, uintptr, uint16, bool) {
	h := header{1, a, 2}
	p := (*uint16)(unsafe.Add(unsafe.Pointer(&h), unsafe.Offsetof(h.size)))
	*p += 1
	return unsafe.Sizeof(h), unsafe.Alignof(h), unsafe.Offsetof(h.word), h.size, uintptr(unsafe.Pointer(&h)) != 0
}
`;

const head = 'package main\n\n';

/** Source by group, each a file of its own. */
export const groups = {
  integers: head + integers,
  control: head + control,
  functions: head + functions,
  aggregates: head + aggregates,
  pointers: `${head}import "unsafe"\n${pointers}`,
  packages: `${head}import (\n\t"encoding/binary"\n\t"math/bits"\n\t"sync/atomic"\n)\n${packages}`,
} as const satisfies Record<string, string>;
