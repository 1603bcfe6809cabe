/**
 * Examples for diagnostic codes: a wrong program that gives the code, and a right one that compiles. The test compiles
 * both. `statements` stand in an xdp program, `declarations` in a package of their own; the SDK is imported where they
 * use it. Codes about other inputs have examples of these.
 */

import type { Code } from '../base/diagnostic.ts';
import type { CompileInput, CompileOptions, SourceText } from '../compile.ts';

export interface Page {
  /** `files`: several, each below its `-- PATH --`; a folder is a package beside. */
  readonly kind: 'statements' | 'declarations' | 'files' | 'assembly' | 'ir' | 'hex';
  readonly wrong: string;
  readonly right: string;
  /** Why it is so, where the message and its help do not say it. */
  readonly why?: string;
  /** What the command line says. */
  readonly options?: Pick<Partial<CompileOptions>, 'cpu' | 'emit'>;
}

const kindOf =
  (kind: Page['kind']) =>
  (wrong: string, right: string, why?: string): Page => ({
    kind,
    wrong,
    right,
    ...(why === undefined ? {} : { why }),
  });

const files = kindOf('files');
const assembly = kindOf('assembly');
const ir = kindOf('ir');
const hex = kindOf('hex');

const statements = kindOf('statements');
const declarations = kindOf('declarations');

/** What a page's example of Go is, as the compiler gets it. */
export function pageInput(page: Page, text: string): CompileInput {
  const options = { emit: 'object', ...page.options } as const;
  if (page.kind !== 'files')
    return { files: [{ name: 'example.go', text: pageProgram(page, text) }], options };
  const all = text
    .split(/^-- /m)
    .slice(1)
    .map((part): SourceText => {
      const end = part.indexOf(' --\n');
      return { name: part.slice(0, end), text: part.slice(end + 4) };
    });
  const packages: Record<string, readonly SourceText[]> = {};
  for (const file of all.filter(({ name }) => name.includes('/'))) {
    const path = `example/${file.name.slice(0, file.name.lastIndexOf('/'))}`;
    packages[path] = [...(packages[path] ?? []), file];
  }
  return { files: all.filter(({ name }) => !name.includes('/')), root: 'example', packages, options };
}

/** What a page's example is a part of. */
function pageProgram({ kind }: Page, text: string): string {
  const example = text.trim();
  if (/^package /m.test(example)) return example;
  const imported = /^import /m.test(example) && !/\bbpf\./.test(example);
  const sdk = /\bbpf\./.test(example) && !/"bpfc\/sdk\/bpf"/.test(example) ? 'import "bpfc/sdk/bpf"\n' : '';
  if (kind === 'declarations') return `package example\n\n${imported ? '' : sdk}${example}\n`;
  return [
    'package example',
    'import "bpfc/sdk/bpf"',
    '//bpf:attach xdp',
    'func Example(ctx *bpf.XDP) bpf.XDPAction {',
    example,
    'return bpf.XDPPass',
    '}',
    '',
  ].join('\n');
}

// biome-ignore format: an example is a unit
export const pages: Partial<Readonly<Record<Code, Page>>> = {
  'undefined-name': statements('bpf.Printk("%d", count)', `
count := 1
bpf.Printk("%d", count)
`),
  'undefined-name-near': declarations(`
import "math/bits"

func f(x uint64) int { return bits.Len65(x) }
`, `
import "math/bits"

func f(x uint64) int { return bits.Len64(x) }
`),
  redeclared: statements(`
n := 1
var n uint32
bpf.Printk("%d", n)
`, `
n := 1
var m uint32
bpf.Printk("%d %d", n, m)
`),
  'unused-variable': statements('n := 1', `
n := 1
bpf.Printk("%d", n)
`),
  'unused-import': declarations(`
import "math/bits"

func f() {}
`, `
import "math/bits"

func f(x uint64) int { return bits.Len64(x) }
`),
  'unused-label': statements(`
again:
for i := range 3 {
	if i == 1 {
		break
	}
}
`, `
again:
for i := range 3 {
	if i == 1 {
		break again
	}
}
`),
  'blank-as-value': statements(`
n := _
bpf.Printk("%d", n)
`, `
n := 0
bpf.Printk("%d", n)
`),
  'native-only': declarations('func f() { bpf.ResetTest() }', 'func f() { bpf.KtimeGetNs() }', 'what prepares and inspects a native test stands in _test.go files'),
  'package-as-value': declarations(`
import "math/bits"

func f(x uint64) int { _ = bits; return bits.Len64(x) }
`, `
import "math/bits"

func f(x uint64) int { return bits.Len64(x) }
`),
  'not-exported': declarations(`
import "encoding/binary"

var order binary.bigEndian
`, `
import "encoding/binary"

func f(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
`),
  'missing-body': declarations('func f(x int) int', 'func f(x int) int { return x }'),
  'main-signature': declarations(`
package main

func main() int { return 0 }
`, `
package main

func main() {}
`),
  'main-not-function': declarations(`
package main

var main = 1
`, `
package main

func main() {}
`),
  'initialisation-cycle': declarations(`
const a = b
const b = a
`, `
const a = 1
const b = a
`),
  'initialisation-cycle-path': declarations(`
var a int = b
var b int = a
`, `
var a int = 1
var b int = 1
`),
  'iota-outside-const': statements(`
n := iota
bpf.Printk("%d", n)
`, `
const (
	first = iota
	second
)
bpf.Printk("%d %d", first, second)
`),
  'missing-constant-value': declarations('const a, b = 1', 'const a, b = 1, 2'),
  'extra-constant-value': declarations('const a = 1, 2', 'const a, b = 1, 2'),
  'not-constant': declarations(`
var v int

const a = v
`, `
var v int

const a = 4
`),
  'constant-type': declarations('const a [1]int = 1', 'var a = [1]int{1}'),
  'unknown-sdk-path': declarations(`
import "example.com/bpf"

func f() { bpf.KtimeGetNs() }
`, `
import "bpfc/sdk/bpf"

func f() { bpf.KtimeGetNs() }
`),
  'no-standard-package': declarations(`
import "fmt"

func f() { fmt.Println("hello") }
`, 'func f() { bpf.Printk("hello") }'),
  'unknown-package': declarations(`
import "example.com/other"

func f() { other.F() }
`, 'func f() {}'),
  'dot-import': declarations(`
import . "math/bits"

func f(x uint64) int { return Len64(x) }
`, `
import "math/bits"

func f(x uint64) int { return bits.Len64(x) }
`),
  'not-a-type': declarations(`
var v int
var w v
`, `
type v int

var w v
`),
  'type-as-value': statements(`
n := int32
bpf.Printk("%d", n)
`, `
n := int32(0)
bpf.Printk("%d", n)
`),
  'recursive-type': declarations(`
type A B
type B A
`, `
type A int
type B A
`),
  'recursive-by-value': declarations(`
type list struct {
	value int
	next  list
}
`, `
type list struct {
	value int
	next  *list
}
`),
  'array-length-auto': declarations('var a [...]int', 'var a = [...]int{1, 2}'),
  'array-length-not-constant': declarations(`
var n = 3
var a [n]int
`, `
const n = 3

var a [n]int
`),
  'array-length-invalid': declarations('var a [-1]int', 'var a [1]int'),
  'array-too-large': declarations('var a [1 << 40]int', 'var a [1 << 10]int'),
  'duplicate-field': declarations(`
type t struct {
	a int
	a uint
}
`, `
type t struct {
	a int
	b uint
}
`),
  'bad-embedded': declarations(`
type p *int

type t struct{ p }
`, 'type t struct{ p *int }'),
  'map-key': declarations(`
//bpf:map hash 10
var m = map[[]int]int{}
`, `
//bpf:map hash 10
var m = map[[2]int]int{}
`),
  'bad-receiver': declarations('func (x int) double() int { return 2 * x }', `
type number int

func (x number) double() number { return 2 * x }
`),
  'receiver-type-parameters': declarations(`
type list[T any] struct{ x T }

func (l list) first() {}
`, `
type list[T any] struct{ x T }

func (l list[T]) first() {}
`),
  'duplicate-method': declarations(`
type t int

func (t) m() {}
func (t) m() {}
`, `
type t int

func (t) m() {}
func (t) n() {}
`),
  'field-and-method': declarations(`
type t struct{ m int }

func (t) m() {}
`, `
type t struct{ m int }

func (t) n() {}
`),
  'generic-without-arguments': declarations(`
type pair[T any] struct{ a, b T }

var v pair
`, `
type pair[T any] struct{ a, b T }

var v pair[int]
`),
  'too-few-type-arguments': declarations(`
type entry[K, V any] struct {
	k K
	v V
}

var v entry[int]
`, `
type entry[K, V any] struct {
	k K
	v V
}

var v entry[int, bool]
`),
  'too-many-type-arguments': declarations(`
type box[T any] struct{ x T }

var v box[int, int]
`, `
type box[T any] struct{ x T }

var v box[int]
`),
  'cannot-infer': declarations(`
func zero[T any]() (x T) { return }

func f() { zero() }
`, `
func zero[T any]() (x T) { return }

func f() { zero[int]() }
`),
  'inference-mismatch': declarations(`
func first[T any](a []T) T { return a[0] }

func f(x int) { first(x) }
`, `
func first[T any](a []T) T { return a[0] }

func f(x []int) { first(x) }
`),
  'constraint-not-satisfied': declarations(`
func half[T ~int | ~uint](x T) T { return x / 2 }

func f(s uint8) { half(s) }
`, `
func half[T ~int | ~uint](x T) T { return x / 2 }

func f(s uint8) { half(uint(s)) }
`),
  'constraint-type-parameter': declarations('func g[T any, U T](x U) {}', 'func g[T any](x T) {}'),
  'type-is-parameter': declarations('type t[P any] P', 'type t[P any] struct{ x P }'),
  'bad-tilde': declarations(`
type meters int

type length interface{ ~meters }
`, 'type length interface{ ~int }'),
  'overlapping-terms': declarations('type number interface{ ~int | int }', 'type number interface{ ~int | uint }'),
  'tilde-outside-constraint': statements(`
n := 1
bpf.Printk("%d", ~n)
`, `
n := 1
bpf.Printk("%d", ^n)
`),
  'instance-error': declarations(`
func at[T any](x [2]T, i int) T { return x[i] }

func f(p *int, i int) *int { return at([2]*int{p, p}, i) }
`, `
func at[T any](x [2]T, i int) T { return x[i] }

func f(n, i int) int { return at([2]int{n, n}, i) }
`),
  'constant-overflow': statements(`
var n uint8 = 256
bpf.Printk("%d", n)
`, `
var n uint16 = 256
bpf.Printk("%d", n)
`),
  'constant-truncated': statements(`
var n int = 1.5
bpf.Printk("%d", n)
`, `
var n int = 3.0 / 2 * 2
bpf.Printk("%d", n)
`),
  'constant-too-large': declarations('const n = 1 << 600', 'const n = 1 << 60'),
  'cannot-convert': declarations('func f(b bool) int { return int(b) }', `
func f(b bool) int {
	if b {
		return 1
	}
	return 0
}
`),
  'conversion-count': statements(`
n := int()
bpf.Printk("%d", n)
`, `
n := int(0)
bpf.Printk("%d", n)
`),
  'unsafe-too-large': declarations(`
import "unsafe"

func f(x uint32) uint64 { return *(*uint64)(unsafe.Pointer(&x)) }
`, `
import "unsafe"

func f(x uint64) uint32 { return *(*uint32)(unsafe.Pointer(&x)) }
`),
  'cannot-assign': statements(`
var ok bool = 1
bpf.Printk("%t", ok)
`, `
var ok bool = true
bpf.Printk("%t", ok)
`),
  'nil-not-assignable': statements(`
var n int = nil
bpf.Printk("%d", n)
`, `
var n int = 0
bpf.Printk("%d", n)
`),
  'untyped-nil': statements(`
p := nil
_ = p
`, `
var p *int = nil
_ = p
`),
  'assignment-count': statements(`
a, b := 1
bpf.Printk("%d %d", a, b)
`, `
a, b := 1, 2
bpf.Printk("%d %d", a, b)
`),
  'not-assignable': statements('"abc"[0] = 1', `
a := [3]byte{}
a[0] = 1
_ = a
`),
  'assign-map-field': declarations(`
type flow struct{ packets int }

//bpf:map hash 10
var flows = map[int]flow{}

func f() { flows[1].packets = 2 }
`, `
type flow struct{ packets int }

//bpf:map hash 10
var flows = map[int]flow{}

func f() {
	x := flows[1]
	x.packets = 2
	flows[1] = x
}
`),
  'define-repeated': statements(`
n, n := 1, 2
bpf.Printk("%d", n)
`, `
n, m := 1, 2
bpf.Printk("%d %d", n, m)
`),
  'define-nothing-new': statements(`
n := 1
n := 2
bpf.Printk("%d", n)
`, `
n := 1
n = 2
bpf.Printk("%d", n)
`),
  'config-read-only': declarations(`
//bpf:config
var limit int

func f() { limit = 1 }
`, `
var limit int

func f() { limit = 1 }
`, 'the loader freezes them before programs are loaded, so that the verifier knows their values'),
  'inc-dec-operand': statements(`
ok := true
ok++
_ = ok
`, `
n := 1
n++
_ = n
`),
  'mismatched-types': declarations('func f(a int, b int32) int { return a + b }', 'func f(a int, b int32) int { return a + int(b) }'),
  'nil-mismatch': declarations('func f(n int) bool { return n == nil }', 'func f(n *int) bool { return n == nil }'),
  'operator-not-defined': declarations('func f(a, b bool) bool { return a + b }', 'func f(a, b bool) bool { return a || b }'),
  'not-comparable': declarations('func f(a, b []int) bool { return a == b }', 'func f(a, b [2]int) bool { return a == b }'),
  'division-by-zero': declarations('func f(a int) int { return a / 0 }', 'func f(a, b int) int { return a / b }'),
  'shift-operand': declarations('func f(b bool) bool { return b << 1 }', 'func f(b uint8) uint8 { return b << 1 }'),
  'shift-count': statements(`
n := 1 << 5000
_ = n
`, `
n := 1 << 50
_ = n
`),
  'shift-count-type': declarations('func f(n int, s bool) int { return n << s }', 'func f(n int, s uint) int { return n << s }'),
  'shift-count-negative': declarations('func f(n int) int { return n << -1 }', 'func f(n int) int { return n >> 1 }'),
  'not-addressable': statements(`
p := &1
_ = *p
`, `
n := 1
p := &n
_ = *p
`),
  'address-of-map-element': declarations(`
//bpf:map hash 10
var m = map[int]int{}

func f() *int { return &m[1] }
`, `
var m = bpf.HashMap[int, int]{MaxEntries: 10}

func f() *int { return m.Lookup(1) }
`),
  'dereference-nil': statements(`
n := *nil
_ = n
`, `
n := 1
p := &n
_ = *p
`),
  'dereference-non-pointer': declarations('func f(n int) int { return *n }', 'func f(n *int) int { return *n }'),
  'cannot-index': declarations('func f(n int) int { return n[0] }', 'func f(n [2]int) int { return n[0] }'),
  'index-type': declarations('func f(n [2]int, i bool) int { return n[i] }', 'func f(n [2]int, i int) int { return n[i] }'),
  'index-negative': declarations('func f(n [2]int) int { return n[-1] }', 'func f(n [2]int) int { return n[1] }'),
  'index-out-of-range': declarations('func f(n [2]int) int { return n[2] }', 'func f(n [2]int) int { return n[1] }'),
  'pointer-array-index': declarations(`
func f(p *int, i int) *int {
	a := [2]*int{p, nil}
	return a[i&1]
}
`, `
func f(p *int, i int) *int {
	if i&1 == 0 {
		return p
	}
	return nil
}
`),
  'cannot-slice': declarations('func f(n int) { _ = n[:] }', 'func f(n []int) { _ = n[:] }'),
  'slice-not-addressable': declarations(`
func g() [4]int { return [4]int{} }

func f() { _ = g()[:] }
`, `
func g() [4]int { return [4]int{} }

func f() {
	a := g()
	_ = a[:]
}
`),
  'slice-string-three': statements(`
s := "abc"[0:1:2]
_ = s
`, `
s := "abc"[0:1]
_ = s
`),
  'slice-bounds-swapped': declarations('func f(n []int) { _ = n[2:1] }', 'func f(n []int) { _ = n[1:2] }'),
  'no-member': declarations(`
type t struct{ count int }

func f(x t) int { return x.cuont }
`, `
type t struct{ count int }

func f(x t) int { return x.count }
`),
  'ambiguous-member': declarations(`
type a struct{ x int }
type b struct{ x int }
type c struct {
	a
	b
}

func f(v c) int { return v.x }
`, `
type a struct{ x int }
type b struct{ x int }
type c struct {
	a
	b
}

func f(v c) int { return v.a.x }
`),
  'method-needs-address': declarations(`
type t int

func (x *t) m() {}

func g() t { return 1 }

func f() { g().m() }
`, `
type t int

func (x *t) m() {}

func g() t { return 1 }

func f() {
	x := g()
	x.m()
}
`),
  'method-value': declarations(`
type t int

func (t) m() {}

func f(x t) {
	m := x.m
	m()
}
`, `
type t int

func (t) m() {}

func f(x t) { x.m() }
`),
  'method-expression': declarations(`
type t int

func (t) m() {}

func f(x t) { t.m(x) }
`, `
type t int

func (t) m() {}

func f(x t) { x.m() }
`),
  'sdk-function-value': statements(`
now := bpf.KtimeGetNs
_ = now()
`, `
now := bpf.KtimeGetNs()
_ = now
`),
  'builtin-not-called': statements(`
f := len
_ = f
`, `
n := len("abc")
_ = n
`),
  'composite-without-type': declarations(`
type t struct{ a [2]int }

var x = t{a: {1}}
`, `
type t struct{ a [2]int }

var x = t{a: [2]int{1}}
`),
  'bad-composite-type': statements(`
n := int{}
_ = n
`, `
n := [1]int{}
_ = n
`),
  'mixed-literal': declarations(`
type t struct{ a, b int }

var x = t{a: 1, 2}
`, `
type t struct{ a, b int }

var x = t{a: 1, b: 2}
`),
  'bad-field-name': declarations(`
type t struct{ a int }

var x = t{1: 1}
`, `
type t struct{ a int }

var x = t{a: 1}
`),
  'unknown-field': declarations(`
type t struct{ a int }

var x = t{b: 1}
`, `
type t struct{ a int }

var x = t{a: 1}
`),
  'duplicate-field-value': declarations(`
type t struct{ a int }

var x = t{a: 1, a: 2}
`, `
type t struct{ a int }

var x = t{a: 2}
`),
  'too-many-values': declarations(`
type t struct{ a int }

var x = t{1, 2}
`, `
type t struct{ a int }

var x = t{1}
`),
  'too-few-values': declarations(`
type t struct{ a, b int }

var x = t{1}
`, `
type t struct{ a, b int }

var x = t{1, 2}
`),
  'bad-array-key': declarations(`
var n = 1
var x = [...]int{n: 1}
`, `
const n = 1

var x = [...]int{n: 1}
`),
  'duplicate-index': declarations('var x = [...]int{0: 1, 0: 2}', 'var x = [...]int{0: 1, 1: 2}'),
  'not-a-function': declarations('func f(n int) { n() }', 'func f(n func()) { n() }'),
  'not-enough-arguments': declarations(`
func g(a, b int) {}

func f() { g(1) }
`, `
func g(a, b int) {}

func f() { g(1, 2) }
`),
  'too-many-arguments': declarations(`
func g(a int) {}

func f() { g(1, 2) }
`, `
func g(a int) {}

func f() { g(1) }
`),
  'spread-not-variadic': declarations(`
func g(a []int) {}

func f(s []int) { g(s...) }
`, `
func g(a []int) {}

func f(s []int) { g(s) }
`),
  'no-spread': declarations('func f(s []uint8) { bpf.Printk("%d", s...) }', 'func f(s []uint8) { bpf.Printk("%d", s[0]) }'),
  'bad-builtin-argument': statements(`
n := cap("abc")
_ = n
`, `
n := len("abc")
_ = n
`),
  'print-operand': declarations('func f(a [2]int) { println(a) }', 'func f(a [2]int) { println(a[0], a[1]) }'),
  'no-value': declarations(`
func g() {}

func f() {
	x := g()
	_ = x
}
`, `
func g() int { return 1 }

func f() {
	x := g()
	_ = x
}
`),
  'multiple-values': declarations(`
func g() (int, int) { return 1, 2 }

func f() int { return 1 + g() }
`, `
func g() (int, int) { return 1, 2 }

func f() int {
	a, b := g()
	return a + b
}
`),
  'offsetof-selector': declarations(`
import "unsafe"

var x int

const at = unsafe.Offsetof(x)
`, `
import "unsafe"

var x struct{ a, b int }

const at = unsafe.Offsetof(x.b)
`),
  'offsetof-pointer': declarations(`
import "unsafe"

type a struct{ x int }
type b struct{ *a }

func f(v b) uintptr { return unsafe.Offsetof(v.x) }
`, `
import "unsafe"

type a struct{ x int }
type b struct{ a }

func f(v b) uintptr { return unsafe.Offsetof(v.x) }
`),
  'unused-result': statements(`
n := 1
n == 2
`, `
n := 1
_ = n == 2
`),
  'condition-not-bool': declarations(`
func f(n int) {
	if n {
	}
}
`, `
func f(n int) {
	if n != 0 {
	}
}
`),
  'missing-return': declarations(`
func f(n int) int {
	if n > 0 {
		return n
	}
}
`, `
func f(n int) int {
	if n > 0 {
		return n
	}
	return 0
}
`),
  'not-enough-results': declarations('func f() (int, bool) { return 1 }', 'func f() (int, bool) { return 1, true }'),
  'too-many-results': declarations('func f() { return 1 }', 'func f() int { return 1 }'),
  'result-shadowed': declarations(`
func f() (r int) {
	{
		r := 1
		_ = r
		return
	}
}
`, `
func f() (r int) {
	r = 1
	return
}
`),
  'cannot-range': declarations(`
func f(b bool) {
	for range b {
	}
}
`, `
func f(n int) {
	for range n {
	}
}
`),
  'range-too-many': statements(`
for i, j := range 10 {
	_, _ = i, j
}
`, `
for i := range 10 {
	_ = i
}
`),
  'duplicate-case': declarations(`
func f(n int) {
	switch n {
	case 1:
	case 1:
	}
}
`, `
func f(n int) {
	switch n {
	case 1:
	case 2:
	}
}
`),
  'duplicate-default': declarations(`
func f(n int) {
	switch n {
	default:
	default:
	}
}
`, `
func f(n int) {
	switch n {
	case 1:
	default:
	}
}
`),
  'fallthrough-last': declarations(`
func f(n int) {
	switch n {
	case 1:
		fallthrough
	}
}
`, `
func f(n int) {
	switch n {
	case 1:
		fallthrough
	case 2:
	}
}
`),
  'fallthrough-place': statements('fallthrough', `
switch 1 {
case 1:
	fallthrough
case 2:
}
`),
  'break-outside': statements('break', `
for {
	break
}
`),
  'continue-outside': statements('continue', `
for range 3 {
	continue
}
`),
  'undefined-label': statements('goto done', `
goto done
done:
`),
  'duplicate-label': statements(`
a:
for range 3 {
	break a
}
a:
for range 3 {
	break a
}
`, `
a:
for range 3 {
	break a
}
b:
for range 3 {
	break b
}
`),
  'bad-branch-label': statements(`
a:
for range 3 {
	break a
}
for range 3 {
	break a
}
`, `
a:
for range 3 {
	for range 3 {
		break a
	}
}
`),
  'goto-over-declaration': statements(`
goto done
n := 1
_ = n
done:
`, `
n := 1
_ = n
goto done
done:
`),
  'goto-into-block': statements(`
goto inside
if true {
inside:
}
`, `
goto after
if true {
}
after:
`),
  'defer-discards': statements('defer len("abc")', 'defer func() { _ = len("abc") }()'),
  'defer-repeated': declarations(`
func g() {}

func f() {
	for range 3 {
		defer g()
	}
}
`, `
func g() {}

func f() {
	defer g()
	for range 3 {
	}
}
`),
  recursion: declarations(`
func f(n int) int {
	if n == 0 {
		return 0
	}
	return n + f(n-1)
}
`, `
func f(n int) (sum int) {
	for i := range n {
		sum += i
	}
	return
}
`),
  'no-float': declarations('var ratio float64', `
// In thousandths.
var ratio uint64
`, 'the machine has integer registers only'),
  'no-goroutine': declarations(`
func g() {}

func f() { go g() }
`, `
func g() {}

func f() { g() }
`),
  'no-channel': declarations('func f(c chan int) {}', 'var events = bpf.RingBuf[int]{Size: 4096}', 'events go to user space through a ring buffer'),
  'no-select': statements('select {}', `
for range 3 {
}
`),
  'no-interface': declarations('var e error', 'var failed bool'),
  'no-type-switch': declarations(`
func f[T any](x T) {
	switch any(x).(type) {
	}
}
`, `
func f[T ~int | ~uint](x T) {
	switch x {
	}
}
`),
  'no-variadic': declarations('func sum(xs ...int) int { return 0 }', 'func sum(xs []int) int { return 0 }'),
  'no-append': statements(`
var s []int
s = append(s, 1)
_ = s
`, `
var a [4]int
n := 0
a[n] = 1
_ = a
`),
  'no-make': statements(`
s := make([]int, 4)
_ = s
`, `
var a [4]int
s := a[:]
_ = s
`),
  'no-recover': statements('recover()', 'bpf.Printk("a panic ends the program")'),
  'no-runtime-string': declarations('func f(b [4]byte) string { return string(b[:]) }', 'func f(b [4]byte) [4]byte { return b }'),
  'no-unsafe-string': declarations(`
import "unsafe"

func f(p *byte) string { return unsafe.String(p, 3) }
`, 'func f(p *[3]byte) [3]byte { return *p }'),
  'no-init': declarations(`
var n int

func init() { n = 3 }
`, 'var n = 3'),
  'pointer-in-global': declarations('var p *int', 'var n int'),
  'pointer-in-map': declarations('var m = bpf.HashMap[uint32, *int]{MaxEntries: 1}', 'var m = bpf.HashMap[uint32, int]{MaxEntries: 1}'),
  'initialiser-not-constant': declarations(`
func g() int { return 1 }

var n = g()
`, `
const one = 1

var n = one + 1
`),
  'map-initialiser': declarations(`
var a = bpf.HashMap[uint32, int]{MaxEntries: 1}
var b = a
`, `
var a = bpf.HashMap[uint32, int]{MaxEntries: 1}
var b = bpf.HashMap[uint32, int]{MaxEntries: 1}
`),
  'map-without-directive': declarations('var m = map[int]int{}', `
//bpf:map hash 10
var m = map[int]int{}
`),
  'map-directive-type': declarations(`
//bpf:map hash 10
var m int
`, `
//bpf:map hash 10
var m = map[int]int{}
`),
  'nil-map': declarations(`
//bpf:map hash 10
var m map[int]int
`, `
//bpf:map hash 10
var m = map[int]int{}
`),
  'map-literal-elements': declarations(`
//bpf:map hash 10
var m = map[int]int{1: 2}
`, `
//bpf:map hash 10
var m = map[int]int{}
`),
  'local-map': statements(`
m := map[int]int{}
_ = m
`, `
var a [4]int
_ = a
`),
  'map-as-value': declarations(`
var m = bpf.HashMap[uint32, int]{MaxEntries: 1}

func f() {
	x := m
	_ = x
}
`, `
var m = bpf.HashMap[uint32, int]{MaxEntries: 1}

func f() { m.Delete(1) }
`),
  'map-len': declarations(`
//bpf:map hash 10
var m = map[int]int{}

func f() int { return len(m) }
`, `
//bpf:map hash 10
var m = map[int]int{}

var count int

func f(k int) {
	m[k] = 1
	count++
}
`),
  'map-clear': declarations(`
//bpf:map hash 10
var m = map[int]int{}

func f() { clear(m) }
`, `
//bpf:map hash 10
var m = map[int]int{}

func f() { delete(m, 1) }
`),
  'unknown-directive': declarations(`
//bpf:atach xdp
func f(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`, `
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`),
  'directive-usage': declarations(`
//bpf:target-kernel new

func f() {}
`, `
//bpf:target-kernel 6.1

func f() {}
`),
  'directive-space': declarations(`
// bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`, `
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`),
  'misplaced-directive': declarations(`
//bpf:attach xdp
var n int
`, `
//bpf:config
var n int
`),
  'repeated-directive': declarations(`
//bpf:attach xdp
//bpf:panic 1
//bpf:panic 2
func f(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`, `
//bpf:attach xdp
//bpf:panic 2
func f(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`),
  'directive-number': declarations(`
//bpf:attach xdp
//bpf:panic many
func f(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`, `
//bpf:attach xdp
//bpf:panic 1
func f(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`),
  'directive-needs-attach': declarations(`
//bpf:panic 1
func f() {}
`, 'func f() {}'),
  'slot-table': declarations(`
//bpf:attach xdp
//bpf:slot stages 1
func f(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`, `
var stages = bpf.ProgArray[bpf.XDP]{MaxEntries: 4}

//bpf:attach xdp
//bpf:slot stages 1
func f(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`),
  'method-program': declarations(`
type t int

//bpf:attach xdp
func (t) m() {}
`, `
//bpf:attach xdp
func m(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`),
  'generic-program': declarations(`
//bpf:attach xdp
func f[T any](x T) {}
`, `
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`),
  'implied-attach': declarations(`
package main

func main() {}
`, `
package main

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Open(ctx *[64]byte) int32 { return 0 }
`),
  'two-regions': statements(`
var a [4]byte
var b [8]byte
s := a[:]
if ctx.RxQueueIndex > 3 {
	s = b[:]
}
_ = len(s)
`, `
var a [4]byte
var b [8]byte
s := a[:]
_ = len(s)
t := b[:]
_ = len(t)
`),
  'function-value-varies': statements(`
f := func() int { return 1 }
for i := range 3 {
	if i > 1 {
		f = func() int { return 2 }
	}
}
println(f())
`, `
f := func(i int) int { return i }
println(f(2))
`),
  'variable-index': statements(`
for _, s := range [2]string{"x", "yy"} {
	println(len(s))
}
`, `
println(len("x"))
println(len("yy"))
`),
  'bad-verb': statements(`
var n int32 = -1
bpf.Printk("%x", n)
`, `
var n uint32 = 1
bpf.Printk("%x", n)
`),
  'verb-without-argument': statements('bpf.Printk("%d %d", 1)', 'bpf.Printk("%d %d", 1, 2)'),
  'argument-without-verb': statements('bpf.Printk("%d", 1, 2)', 'bpf.Printk("%d %d", 1, 2)'),
  'string-not-constant': declarations(`
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	format := "%d"
	if ctx.RxQueueIndex > 1 {
		format = "%x"
	}
	bpf.Printk(format, 1)
	return bpf.XDPPass
}
`, `
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	bpf.Printk("%d", 1)
	return bpf.XDPPass
}
`),
  'outlives-round': statements(`
var p *uint32
for i := range 3 {
	if i == 0 {
		p = new(uint32)
	}
}
println(*p)
`, `
p := new(uint32)
for i := range 3 {
	if i == 0 {
		*p = 1
	}
}
println(*p)
`),
  'unknown-attach': declarations(`
//bpf:attach nowhere
func f() int32 { return 0 }
`, `
//bpf:attach syscall
func f(ctx *uint64) int32 { return 0 }
`),
  'result-out-of-range': declarations(`
//bpf:attach cgroup/connect4
func f(ctx *bpf.SockAddr) bpf.Verdict { return 7 }
`, `
//bpf:attach cgroup/connect4
func f(ctx *bpf.SockAddr) bpf.Verdict { return 1 }
`),
  'too-many-verbs': statements('bpf.Printk("%d %d %d %d", 1, 2, 3, 4)', 'bpf.Printk("%d %d %d", 1, 2, 3)'),
  'stack-too-large': declarations(`
//bpf:attach syscall
func f(ctx *[2]uint64) int32 {
	var big [600]uint8
	for i := range big {
		big[i] = uint8(ctx[0])
	}
	return int32(big[ctx[1]%600])
}
`, `
var scratch = bpf.PerCPUArray[[600]uint8]{MaxEntries: 1}

//bpf:attach syscall
func f(ctx *[2]uint64) int32 {
	big := scratch.Lookup(0)
	if big == nil {
		return 0
	}
	for i := range big {
		big[i] = uint8(ctx[0])
	}
	return int32(big[ctx[1]%600])
}
`),
  'needs-gpl': declarations(`
//bpf:license MIT

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	bpf.Printk("hello")
	return bpf.XDPPass
}
`, `
//bpf:license GPL

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	bpf.Printk("hello")
	return bpf.XDPPass
}
`),
  'not-given-back': declarations(`
var events = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	e := events.Reserve()
	if e == nil {
		return bpf.XDPPass
	}
	*e = 1
	return bpf.XDPPass
}
`, `
var events = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	e := events.Reserve()
	if e == nil {
		return bpf.XDPPass
	}
	*e = 1
	events.Submit(e)
	return bpf.XDPPass
}
`),
  'given-back-twice': declarations(`
var events = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	e := events.Reserve()
	if e == nil {
		return bpf.XDPPass
	}
	*e = 1
	events.Submit(e)
	events.Submit(e)
	return bpf.XDPPass
}
`, `
var events = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	e := events.Reserve()
	if e == nil {
		return bpf.XDPPass
	}
	*e = 1
	events.Submit(e)
	return bpf.XDPPass
}
`),
  'used-after-release': declarations(`
var events = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	e := events.Reserve()
	if e == nil {
		return bpf.XDPPass
	}
	*e = 1
	events.Submit(e)
	*e = 2
	return bpf.XDPPass
}
`, `
var events = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	e := events.Reserve()
	if e == nil {
		return bpf.XDPPass
	}
	*e = 2
	events.Submit(e)
	return bpf.XDPPass
}
`),
  'stale-packet-pointer': declarations(`
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	b := bpf.At[uint8](ctx, 0)
	if b == nil {
		return bpf.XDPPass
	}
	bpf.XdpAdjustHead(ctx, 14)
	*b = 1
	return bpf.XDPPass
}
`, `
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	b := bpf.At[uint8](ctx, 0)
	if b == nil {
		return bpf.XDPPass
	}
	*b = 1
	bpf.XdpAdjustHead(ctx, 14)
	return bpf.XDPPass
}
`, 'a call that moves or resizes the packet ends every pointer into it'),
  'unwritten-record': declarations(`
type event struct{ kind, size uint32 }

var events = bpf.RingBuf[event]{Size: 4096}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	e := events.Reserve()
	if e == nil {
		return bpf.XDPPass
	}
	e.kind = 1
	if e.size > 3 {
		e.size = 3
	}
	events.Submit(e)
	return bpf.XDPPass
}
`, `
type event struct{ kind, size uint32 }

var events = bpf.RingBuf[event]{Size: 4096}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	e := events.Reserve()
	if e == nil {
		return bpf.XDPPass
	}
	*e = event{kind: 1, size: 3}
	events.Submit(e)
	return bpf.XDPPass
}
`),
  'no-direct-packet': declarations(`
//bpf:attach socket
func f(ctx *bpf.SKB) int32 {
	b := bpf.At[uint8](ctx, 0)
	if b == nil {
		return 0
	}
	return int32(*b)
}
`, `
//bpf:attach tc
func f(ctx *bpf.SKB) bpf.TCAction {
	b := bpf.At[uint8](ctx, 0)
	if b == nil {
		return 0
	}
	return bpf.TCAction(*b)
}
`),
  'unbounded-loop': declarations(`
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	for ctx.RxQueueIndex > 3 {
	}
	return bpf.XDPPass
}
`, `
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	for range 100 {
		if ctx.RxQueueIndex <= 3 {
			break
		}
	}
	return bpf.XDPPass
}
`),
  'bad-escape': statements('s := "\\q"\n_ = s', `
s := "q"
_ = s
`),
  'unterminated-string': declarations('const s = "abc', 'const s = "abc"'),
  'unterminated-comment': declarations('/* a comment', '/* a comment */'),
  'unterminated-rune': declarations("const c = 'a", "const c = 'a'"),
  'bad-rune': declarations("const c = 'ab'", "const c = 'a'"),
  'bad-number': declarations('const n = 0b12', 'const n = 0b11'),
  'bad-character': declarations('const n = 1 $ 2', 'const n = 1 + 2'),
  'syntax-error': declarations('func f( {}', 'func f() {}'),
  'number-to-pointer': declarations(`
import "unsafe"

func f(at uintptr) uint64 { return *(*uint64)(unsafe.Pointer(at)) }
`, `
func f(at uintptr) uint64 {
	value, _ := bpf.ReadKernel[uint64](at)
	return value
}
`),
  'helper-not-allowed': declarations(`
//bpf:attach tracepoint/syscalls/sys_enter_openat
func f(ctx *bpf.Tracepoint) int32 {
	bpf.XdpAdjustHead(ctx, 4)
	return 0
}
`, `
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	bpf.XdpAdjustHead(ctx, 4)
	return bpf.XDPPass
}
`),
  'helper-sleeps': declarations(`
//bpf:attach tracepoint/syscalls/sys_enter_openat
func f(ctx *bpf.Tracepoint) int32 {
	var b [8]byte
	bpf.CopyFromUser(&b, 64)
	return 0
}
`, `
//bpf:attach tracepoint/syscalls/sys_enter_openat
func f(ctx *bpf.Tracepoint) int32 {
	var b [8]byte
	bpf.ProbeReadUser(&b, 64)
	return 0
}
`),
  'no-locks': declarations(`
type locked struct {
	bpf.SpinLock
	n uint64
}

var cells = bpf.Array[locked]{MaxEntries: 4}

//bpf:attach tracepoint/syscalls/sys_enter_openat
func f(ctx *bpf.Tracepoint) int32 {
	if c := cells.Lookup(0); c != nil {
		c.Lock()
		c.n++
		c.Unlock()
	}
	return 0
}
`, `
import "sync/atomic"

var cells = bpf.Array[uint64]{MaxEntries: 4}

//bpf:attach tracepoint/syscalls/sys_enter_openat
func f(ctx *bpf.Tracepoint) int32 {
	if c := cells.Lookup(0); c != nil {
		atomic.AddUint64(c, 1)
	}
	return 0
}
`),
  'map-takes-no-helper': declarations(`
var counts = bpf.Array[uint32]{MaxEntries: 4}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	var k uint32
	bpf.MapDeleteElem(&counts, &k)
	return bpf.XDPPass
}
`, `
var counts = bpf.HashMap[uint32, uint32]{MaxEntries: 4}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	var k uint32
	bpf.MapDeleteElem(&counts, &k)
	return bpf.XDPPass
}
`),
  'needs-kernel': declarations(`
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	bpf.KtimeGetTaiNs()
	return bpf.XDPPass
}
`, `
//bpf:target-kernel 6.1

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	bpf.KtimeGetTaiNs()
	return bpf.XDPPass
}
`),
  'taken-again': declarations(`
var events = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_openat
func f(ctx *bpf.Tracepoint) int32 {
	for i := range 3 {
		e := events.Reserve()
		if e == nil {
			return 0
		}
		if i == 2 {
			events.Submit(e)
		}
	}
	return 0
}
`, `
var events = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_openat
func f(ctx *bpf.Tracepoint) int32 {
	for range 3 {
		e := events.Reserve()
		if e == nil {
			return 0
		}
		events.Submit(e)
	}
	return 0
}
`),
  'open-on-some-paths': declarations(`
var events = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	e := events.Reserve()
	if e == nil {
		return bpf.XDPPass
	}
	if bpf.KtimeGetNs() > 5 {
		events.Submit(e)
	}
	events.Submit(e)
	return bpf.XDPPass
}
`, `
var events = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	e := events.Reserve()
	if e == nil {
		return bpf.XDPPass
	}
	if bpf.KtimeGetNs() > 5 {
		events.Discard(e)
	} else {
		events.Submit(e)
	}
	return bpf.XDPPass
}
`),
  'call-under-lock': declarations(`
type locked struct {
	bpf.SpinLock
	n uint64
}

var cells = bpf.Array[locked]{MaxEntries: 4}

//bpf:attach tc
func f(ctx *bpf.SKB) bpf.TCAction {
	c := cells.Lookup(0)
	if c == nil {
		return bpf.TCOk
	}
	c.Lock()
	c.n = bpf.KtimeGetNs()
	c.Unlock()
	return bpf.TCOk
}
`, `
type locked struct {
	bpf.SpinLock
	n uint64
}

var cells = bpf.Array[locked]{MaxEntries: 4}

//bpf:attach tc
func f(ctx *bpf.SKB) bpf.TCAction {
	c := cells.Lookup(0)
	if c == nil {
		return bpf.TCOk
	}
	now := bpf.KtimeGetNs()
	c.Lock()
	c.n = now
	c.Unlock()
	return bpf.TCOk
}
`),
  'callback-unknown': declarations(`
type value struct{ count uint64 }

var values = bpf.Array[value]{MaxEntries: 4}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	var visit func(k *uint32, v *value) bool
	values.ForEach(visit)
	return bpf.XDPPass
}
`, `
type value struct{ count uint64 }

var values = bpf.Array[value]{MaxEntries: 4}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	values.ForEach(func(k *uint32, v *value) bool {
		v.count++
		return true
	})
	return bpf.XDPPass
}
`),
  'callback-captures': declarations(`
type value struct {
	timer bpf.Timer
	count uint64
}

var values = bpf.Array[value]{MaxEntries: 4}

//bpf:attach tc
func f(ctx *bpf.SKB) bpf.TCAction {
	v := values.Lookup(0)
	if v == nil {
		return bpf.TCOk
	}
	mark := ctx.Mark
	bpf.TimerSetCallback(&v.timer, func(k *uint32, v *value) { v.count = uint64(mark) })
	return bpf.TCOk
}
`, `
type value struct {
	timer bpf.Timer
	count uint64
}

var values = bpf.Array[value]{MaxEntries: 4}

//bpf:attach tc
func f(ctx *bpf.SKB) bpf.TCAction {
	v := values.Lookup(0)
	if v == nil {
		return bpf.TCOk
	}
	v.count = uint64(ctx.Mark)
	bpf.TimerSetCallback(&v.timer, func(k *uint32, v *value) { v.count++ })
	return bpf.TCOk
}
`),
  'kernel-write': declarations('//bpf:core task_struct\ntype task struct {\n	TGID int32    `btf:"tgid"`\n	Comm [16]byte `btf:"comm"`\n}\n\n//bpf:attach tracepoint/syscalls/sys_enter_openat\nfunc f(ctx *bpf.Tracepoint) int32 {\n	t := bpf.CurrentTask[task]()\n	t.TGID = 4\n	return 0\n}', '//bpf:core task_struct\ntype task struct {\n	TGID int32    `btf:"tgid"`\n	Comm [16]byte `btf:"comm"`\n}\n\n//bpf:attach tracepoint/syscalls/sys_enter_openat\nfunc f(ctx *bpf.Tracepoint) int32 {\n	t := bpf.CurrentTask[task]()\n	tgid := t.TGID\n	_ = tgid\n	return 0\n}'),
  'kernel-index': declarations('type args struct{ n uint32 }\n\n//bpf:core task_struct\ntype task struct {\n	TGID int32    `btf:"tgid"`\n	Comm [16]byte `btf:"comm"`\n}\n\n//bpf:attach syscall\nfunc f(ctx *args) int32 {\n	return int32(bpf.CurrentTask[task]().Comm[ctx.n&15])\n}', 'type args struct{ n uint32 }\n\n//bpf:core task_struct\ntype task struct {\n	TGID int32    `btf:"tgid"`\n	Comm [16]byte `btf:"comm"`\n}\n\n//bpf:attach syscall\nfunc f(ctx *args) int32 {\n	return int32(bpf.CurrentTask[task]().Comm[3])\n}'),
  'context-address': declarations(`
type args struct{ n uint32 }

func add(n *uint32) { *n += 5 }

//bpf:attach syscall
func f(ctx *args) int32 {
	add(&ctx.n)
	return 0
}
`, `
type args struct{ n uint32 }

func add(n *uint32) { *n += 5 }

//bpf:attach syscall
func f(ctx *args) int32 {
	n := ctx.n
	add(&n)
	ctx.n = n
	return 0
}
`),
  'noinline-expanded': declarations(`
type args struct{ n, result uint64 }

//go:noinline
func twice(f func(uint64)) {
	f(1)
	f(2)
}

//bpf:attach syscall
func f(ctx *args) int32 {
	sum := ctx.n
	twice(func(n uint64) { sum += n })
	ctx.result = sum
	return 0
}
`, `
type args struct{ n, result uint64 }

//go:noinline
func twice(sum *uint64, f func(*uint64, uint64)) {
	f(sum, 1)
	f(sum, 2)
}

//bpf:attach syscall
func f(ctx *args) int32 {
	sum := ctx.n
	twice(&sum, func(to *uint64, n uint64) { *to += n })
	ctx.result = sum
	return 0
}
`),
  'context-index': declarations(`
type args struct {
	n     uint32
	bytes [16]uint8
}

//bpf:attach syscall
func f(ctx *args) int32 {
	ctx.bytes[ctx.n&15] = 2
	return 0
}
`, `
type args struct {
	n     uint32
	bytes [16]uint8
}

//bpf:attach syscall
func f(ctx *args) int32 {
	ctx.bytes[3] = 2
	return 0
}
`),
  'context-read': declarations(`
//bpf:attach socket
func f(ctx *bpf.SKB) int32 { return int32(ctx.Family) }
`, `
//bpf:attach socket
func f(ctx *bpf.SKB) int32 { return int32(ctx.Len) }
`),
  'context-write': declarations(`
//bpf:attach socket
func f(ctx *bpf.SKB) int32 {
	ctx.Len = 5
	return 0
}
`, `
//bpf:attach tc
func f(ctx *bpf.SKB) bpf.TCAction {
	ctx.Mark = 5
	return bpf.TCOk
}
`),
  'no-kernel-field': declarations(`
type args struct{ n uint32 }

//bpf:attach syscall
func f(ctx *args) int32 {
	var local args
	if bpf.FieldExists(&local.n) {
		return 2
	}
	return 0
}
`, '//bpf:core task_struct\ntype task struct {\n	TGID int32    `btf:"tgid"`\n	Comm [16]byte `btf:"comm"`\n}\n\n//bpf:attach syscall\nfunc f(ctx *uint64) int32 {\n	if bpf.FieldExists(&bpf.CurrentTask[task]().TGID) {\n		return 2\n	}\n	return 0\n}'),
  'no-type-assertion': declarations('func f[T any](x T) int { return any(x).(int) }', 'func f[T ~int](x T) int { return int(x) }'),
  'tcx-as-tc': declarations(`
//bpf:target-kernel 6.1

//bpf:attach tcx/ingress
func f(ctx *bpf.SKB) bpf.TCAction { return bpf.TCOk }
`, `
//bpf:target-kernel 6.6

//bpf:attach tcx/ingress
func f(ctx *bpf.SKB) bpf.TCAction { return bpf.TCOk }
`),
  'global-not-constant': declarations(`
var name = "a"

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	name = "b"
	bpf.Printk("%d", len(name))
	return bpf.XDPPass
}
`, `
const name = "b"

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	bpf.Printk("%d", len(name))
	return bpf.XDPPass
}
`),
  'too-complex': declarations(`
//bpf:attach syscall
func f(ctx *[2]uint64) int32 {
	var sum uint64
	for i := range 2000000 {
		sum += uint64(i) ^ ctx[0]
	}
	ctx[1] = sum
	return 0
}
`, `
//bpf:attach syscall
func f(ctx *[2]uint64) int32 {
	var sum uint64
	for i := range 2000 {
		sum += uint64(i) ^ ctx[0]
	}
	ctx[1] = sum
	return 0
}
`),
  'kernel-copy': declarations('//bpf:core task_struct\ntype task struct {\n	SE entity `btf:"se"`\n}\n\n//bpf:core sched_entity\ntype entity struct {\n	VRuntime uint64 `btf:"vruntime"`\n}\n\n//bpf:attach tracepoint/syscalls/sys_enter_openat\nfunc f(ctx *bpf.Tracepoint) int32 {\n	se := bpf.CurrentTask[task]().SE\n	_ = se.VRuntime\n	return 0\n}', '//bpf:core task_struct\ntype task struct {\n	SE entity `btf:"se"`\n}\n\n//bpf:core sched_entity\ntype entity struct {\n	VRuntime uint64 `btf:"vruntime"`\n}\n\n//bpf:attach tracepoint/syscalls/sys_enter_openat\nfunc f(ctx *bpf.Tracepoint) int32 {\n	n := bpf.CurrentTask[task]().SE.VRuntime\n	_ = n\n	return 0\n}'),
  'map-no-size': declarations(`
var hits = bpf.HashMap[uint32, uint64]{}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	hits.Delete(1)
	return bpf.XDPPass
}
`, `
var hits = bpf.HashMap[uint32, uint64]{MaxEntries: 1024}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	hits.Delete(1)
	return bpf.XDPPass
}
`),
  'ring-size': declarations(`
var events = bpf.RingBuf[uint64]{Size: 10000}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	events.Output(1, 0)
	return bpf.XDPPass
}
`, `
var events = bpf.RingBuf[uint64]{Size: 1 << 14}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	events.Output(1, 0)
	return bpf.XDPPass
}
`),
  'map-key-size': declarations(`
type path [300]byte

var routes = bpf.LPMTrie[path, uint64]{MaxEntries: 16}
`, `
type path [32]byte

var routes = bpf.LPMTrie[path, uint64]{MaxEntries: 16}
`),
  'map-flags': declarations(`
var hits = bpf.Array[uint64]{MaxEntries: 4, Flags: bpf.FlagNoPrealloc}
`, `
var hits = bpf.HashMap[uint32, uint64]{MaxEntries: 4, Flags: bpf.FlagNoPrealloc}
`, 'arrays are always allocated whole, only hash maps may grow element by element'),
  'map-cannot-hold': declarations(`
type stat struct {
	bpf.SpinLock
	n uint64
}

var stats = bpf.PerCPUArray[stat]{MaxEntries: 4}
`, `
type stat struct{ n uint64 }

var stats = bpf.PerCPUArray[stat]{MaxEntries: 4}
`, 'a value of each processor is its own and needs no lock'),
  'map-holds-twice': declarations(`
type stat struct {
	a, b bpf.SpinLock
	n, m uint64
}

var stats = bpf.HashMap[uint32, stat]{MaxEntries: 4}
`, `
type stat struct {
	lock bpf.SpinLock
	n, m uint64
}

var stats = bpf.HashMap[uint32, stat]{MaxEntries: 4}
`),
  'map-in-tracing': declarations(`
type stat struct {
	bpf.SpinLock
	n uint64
}

var stats = bpf.Array[stat]{MaxEntries: 4}

//bpf:attach kprobe/do_sys_openat2
func f(ctx *bpf.Kprobe) int32 {
	if v := stats.Lookup(0); v != nil {
		v.n++
	}
	return 0
}
`, `
type stat struct{ n uint64 }

var stats = bpf.Array[stat]{MaxEntries: 4}

//bpf:attach kprobe/do_sys_openat2
func f(ctx *bpf.Kprobe) int32 {
	if v := stats.Lookup(0); v != nil {
		v.n++
	}
	return 0
}
`),
  'socket-not-full': declarations(`
//bpf:attach tc
func f(ctx *bpf.SKB) bpf.TCAction {
	if ctx.Sk != nil && ctx.Sk.Mark == 7 {
		return bpf.TCShot
	}
	return bpf.TCOk
}
`, `
//bpf:attach tc
func f(ctx *bpf.SKB) bpf.TCAction {
	if ctx.Sk != nil {
		if full := bpf.SkFullsock(ctx.Sk); full != nil && full.Mark == 7 {
			return bpf.TCShot
		}
	}
	return bpf.TCOk
}
`),
  'not-taken': declarations(`
var events = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	e := uint64(1)
	events.Submit(&e)
	return bpf.XDPPass
}
`, `
var events = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if e := events.Reserve(); e != nil {
		*e = 1
		events.Submit(e)
	}
	return bpf.XDPPass
}
`, 'Output copies a variable into a record: events.Output(e, 0)'),
  'too-many-frames': declarations(`
//bpf:attach xdp
func f0(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPAction(a(uint64(ctx.RxQueueIndex)) & 1) }

//go:noinline
func a(n uint64) uint64 { return b(n+1) * 3 }

//go:noinline
func b(n uint64) uint64 { return c(n+1) * 3 }

//go:noinline
func c(n uint64) uint64 { return d(n+1) * 3 }

//go:noinline
func d(n uint64) uint64 { return e(n+1) * 3 }

//go:noinline
func e(n uint64) uint64 { return f(n+1) * 3 }

//go:noinline
func f(n uint64) uint64 { return g(n+1) * 3 }

//go:noinline
func g(n uint64) uint64 { return h(n+1) * 3 }

//go:noinline
func h(n uint64) uint64 { return n * 7 }
`, `
//bpf:attach xdp
func f0(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPAction(a(uint64(ctx.RxQueueIndex)) & 1) }

func a(n uint64) uint64 { return b(n+1) * 3 }

func b(n uint64) uint64 { return c(n+1) * 3 }

func c(n uint64) uint64 { return d(n+1) * 3 }

func d(n uint64) uint64 { return e(n+1) * 3 }

func e(n uint64) uint64 { return f(n+1) * 3 }

func f(n uint64) uint64 { return g(n+1) * 3 }

func g(n uint64) uint64 { return h(n+1) * 3 }

func h(n uint64) uint64 { return n * 7 }
`),
  'kfunc-signature': declarations(`
//bpf:kfunc bpf_cpumask_first
func first(mask *byte) int32 { return 0 }
`, `
type Mask struct{ bits uint64 }

//bpf:kfunc bpf_cpumask_first
func first(mask *Mask) uint32 { return 0 }
`, 'A kernel function is declared with the types of the kernel’s: the program’s loader compares them.'),
  'kfunc-not-for-go': declarations(`
//bpf:kfunc bpf_wq_set_callback_impl
func onWork() int32 { return 0 }
`, `
//bpf:kfunc bpf_rcu_read_lock
func lock() {}
`),
  'kfunc-unknown': declarations(`
//bpf:kfunc bpf_task_aquire
func acquire(p *byte) *byte { return p }
`, `
type Task struct{ state uint64 }

//bpf:kfunc bpf_task_acquire
func acquire(p *Task) *Task { return p }
`),
  'kfunc-wrong-program': declarations(`
import "bpfc/sdk/bpf"

//bpf:target-kernel 6.6

//bpf:kfunc bpf_xdp_metadata_rx_hash
func hash(ctx *bpf.SKB, sum, kind *uint32) int32 { return 0 }

//bpf:attach tc
func Hash(ctx *bpf.SKB) bpf.TCAction {
	var sum, kind uint32
	hash(ctx, &sum, &kind)
	return bpf.TCOk
}
`, `
import "bpfc/sdk/bpf"

//bpf:target-kernel 6.6

//bpf:kfunc bpf_xdp_metadata_rx_hash
func hash(ctx *bpf.XDP, sum, kind *uint32) int32 { return 0 }

//bpf:attach xdp
func Hash(ctx *bpf.XDP) bpf.XDPAction {
	var sum, kind uint32
	hash(ctx, &sum, &kind)
	return bpf.XDPPass
}
`),
  'kfunc-sleeps': declarations(`
import "bpfc/sdk/bpf"

//bpf:target-kernel 6.12

//bpf:kfunc bpf_copy_from_user_str
func copyText(to *[8]byte, size uint32, from *byte, flags uint64) int32 { return 0 }

//bpf:attach uprobe//bin/sh:main
func Copy(ctx *bpf.Uprobe, address *byte) {
	var text [8]byte
	copyText(&text, 8, address, 0)
}
`, `
import "bpfc/sdk/bpf"

//bpf:target-kernel 6.12

//bpf:kfunc bpf_copy_from_user_str
func copyText(to *[8]byte, size uint32, from *byte, flags uint64) int32 { return 0 }

//bpf:attach uprobe.s//bin/sh:main
func Copy(ctx *bpf.Uprobe, address *byte) {
	var text [8]byte
	copyText(&text, 8, address, 0)
}
`),
  'kfunc-untrusted': declarations(`
import "bpfc/sdk/bpf"

//bpf:target-kernel 6.6

//bpf:core task_struct
type Task struct {
	PID   int32 \`btf:"pid"\`
	Other *Task \`btf:"parent"\`
}

//bpf:kfunc bpf_task_acquire
func acquire(t *Task) *Task { return t }

//bpf:kfunc bpf_task_release
func release(t *Task) {}

//bpf:attach tp_btf/task_newtask
func New(ctx *bpf.TpBTF, task *Task, flags uint64) {
	t := acquire(task.Other)
	if t != nil {
		release(t)
	}
}
`, `
import "bpfc/sdk/bpf"

//bpf:target-kernel 6.6

//bpf:core task_struct
type Task struct {
	PID   int32 \`btf:"pid"\`
	Other *Task \`btf:"parent"\`
}

//bpf:kfunc bpf_task_acquire
func acquire(t *Task) *Task { return t }

//bpf:kfunc bpf_task_release
func release(t *Task) {}

//bpf:attach tp_btf/task_newtask
func New(ctx *bpf.TpBTF, task *Task, flags uint64) {
	t := acquire(task)
	if t != nil {
		release(t)
	}
}
`, 'A field may hold a pointer to what is gone already.'),
  'kfunc-argument': declarations(`
import "bpfc/sdk/bpf"

//bpf:target-kernel 6.6

//bpf:kfunc bpf_of_some_module
func use(data []byte) {}

//bpf:attach xdp
func Use(ctx *bpf.XDP) bpf.XDPAction {
	var data [16]byte
	use(data[:])
	return bpf.XDPPass
}
`, `
import "bpfc/sdk/bpf"

//bpf:target-kernel 6.6

//bpf:kfunc bpf_of_some_module
func use(data *[16]byte) {}

//bpf:attach xdp
func Use(ctx *bpf.XDP) bpf.XDPAction {
	var data [16]byte
	use(&data)
	return bpf.XDPPass
}
`),
  'struct-ops-type': declarations(`
import "bpfc/sdk/bpf"

//bpf:target-kernel 6.6

//bpf:core sock
type Sock struct{}

type Ops struct {
	Init  func(ctx *bpf.StructOps, sk *Sock) \`btf:"init"\`
	Flags uint32                             \`btf:"flags"\`
}

var quiet = bpf.StructOpsMap[Ops]{Ops: Ops{Init: Init, Flags: 4}, Link: true}

//bpf:attach struct_ops/init
func Init(ctx *bpf.StructOps, sk *Sock) {}
`, `
import "bpfc/sdk/bpf"

//bpf:target-kernel 6.6

//bpf:core sock
type Sock struct{}

//bpf:core tcp_congestion_ops
type Ops struct {
	Init  func(ctx *bpf.StructOps, sk *Sock) \`btf:"init"\`
	Flags uint32                             \`btf:"flags"\`
}

var quiet = bpf.StructOpsMap[Ops]{Ops: Ops{Init: Init, Flags: 4}, Link: true}

//bpf:attach struct_ops/init
func Init(ctx *bpf.StructOps, sk *Sock) {}
`),
  'struct-ops-value': declarations(`
import "bpfc/sdk/bpf"

//bpf:target-kernel 6.6

//bpf:core sock
type Sock struct{}

//bpf:core tcp_congestion_ops
type Ops struct {
	Init  func(ctx *bpf.StructOps, sk *Sock) \`btf:"init"\`
	Flags uint32                             \`btf:"flags"\`
}

var quiet = bpf.StructOpsMap[Ops]{Ops: Ops{Init: Init, Flags: bits()}, Link: true}

//bpf:attach struct_ops/init
func Init(ctx *bpf.StructOps, sk *Sock) {}

func bits() uint32 { return 4 }
`, `
import "bpfc/sdk/bpf"

//bpf:target-kernel 6.6

//bpf:core sock
type Sock struct{}

//bpf:core tcp_congestion_ops
type Ops struct {
	Init  func(ctx *bpf.StructOps, sk *Sock) \`btf:"init"\`
	Flags uint32                             \`btf:"flags"\`
}

var quiet = bpf.StructOpsMap[Ops]{Ops: Ops{Init: Init, Flags: 4}, Link: true}

//bpf:attach struct_ops/init
func Init(ctx *bpf.StructOps, sk *Sock) {}
`),
  'struct-ops-program': declarations(`
import "bpfc/sdk/bpf"

//bpf:target-kernel 6.6

//bpf:core sock
type Sock struct{}

//bpf:core tcp_congestion_ops
type Ops struct {
	Init  func(ctx *bpf.StructOps, sk *Sock) \`btf:"init"\`
	Flags uint32                             \`btf:"flags"\`
}

var quiet = bpf.StructOpsMap[Ops]{Ops: Ops{Init: Init, Flags: 4}, Link: true}

func Init(ctx *bpf.StructOps, sk *Sock) {}
`, `
import "bpfc/sdk/bpf"

//bpf:target-kernel 6.6

//bpf:core sock
type Sock struct{}

//bpf:core tcp_congestion_ops
type Ops struct {
	Init  func(ctx *bpf.StructOps, sk *Sock) \`btf:"init"\`
	Flags uint32                             \`btf:"flags"\`
}

var quiet = bpf.StructOpsMap[Ops]{Ops: Ops{Init: Init, Flags: 4}, Link: true}

//bpf:attach struct_ops/init
func Init(ctx *bpf.StructOps, sk *Sock) {}
`),
  'kconfig-name': declarations(`
var hz bpf.Kconfig[uint32]

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if hz.Get() == 250 {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}
`, `
var hz = bpf.Kconfig[uint32]{Name: "CONFIG_HZ"}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if hz.Get() == 250 {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}
`),
  'kconfig-type': declarations(`
var hz = bpf.Kconfig[[4]byte]{Name: "CONFIG_HZ"}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if hz.Get() == [4]byte{} {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}
`, `
var hz = bpf.Kconfig[uint32]{Name: "CONFIG_HZ"}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if hz.Get() == 250 {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}
`),
  'init-not-function': declarations(`
var init = 3
`, `
var initial = 3
`),
  'package-name': files(`
-- a.go --
package filter
-- b.go --
package counter
`, `
-- a.go --
package filter
-- b.go --
package filter
`),
  'directives-differ': files(`
-- a.go --
//bpf:license GPL
package filter
-- b.go --
//bpf:license MIT
package filter
`, `
-- a.go --
//bpf:license GPL
package filter
-- b.go --
package filter
`, 'a package has one licence and one target; one file says it for all'),
  'import-cycle': files(`
-- main.go --
package example

import "example/ports"

var limit = ports.Limit
-- ports/ports.go --
package ports

import "example/rules"

const Limit = rules.Limit
-- rules/rules.go --
package rules

import "example/ports"

const Limit = ports.Limit + 1
`, `
-- main.go --
package example

import "example/ports"

var limit = ports.Limit
-- ports/ports.go --
package ports

import "example/rules"

const Limit = rules.Limit
-- rules/rules.go --
package rules

const Limit = 80
`),
  'signature-cycle': declarations(`
import "unsafe"

func f(x [unsafe.Sizeof(f)]byte) {}
`, `
import "unsafe"

func f(x [unsafe.Sizeof(uint64(0))]byte) {}
`),
  'instance-too-deep': declarations(`
func grow[T any](n int) {
	if n > 0 {
		grow[[2]T](n - 1)
	}
}

func f() { grow[byte](3) }
`, `
func each[T any](n int) {
	for i := 0; i < n; i++ {
		println(i)
	}
}

func f() { each[byte](3) }
`, 'types are made at compile time, the number of calls is known only later'),
  'bad-literal': declarations(`
const huge = 1e1000000000
`, `
const large = 1e9
`),
  'pointer-varies': statements(`
type view struct{ b []byte }
var x [4]byte
a, b := view{x[:]}, view{x[1:]}
p := &a
if ctx.RxQueueIndex == 1 {
	p = &b
}
bpf.Printk("%d", len(p.b))
`, `
type view struct{ b []byte }
var x [4]byte
a := view{x[:]}
if ctx.RxQueueIndex == 1 {
	a.b = x[1:]
}
bpf.Printk("%d", len(a.b))
`),
  'unsafe-cast': declarations(`
import (
	"unsafe"

	"bpfc/sdk/bpf"
)

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	var n uint32
	p := unsafe.Pointer(&n)
	bpf.Printk("%d", *(*uint64)(p))
	return bpf.XDPPass
}
`, `
import (
	"unsafe"

	"bpfc/sdk/bpf"
)

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	var n uint64
	p := unsafe.Pointer(&n)
	bpf.Printk("%d", *(*uint64)(p))
	return bpf.XDPPass
}
`),
  'unsafe-length': declarations(`
import (
	"unsafe"

	"bpfc/sdk/bpf"
)

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	var b [8]byte
	bpf.Printk("%d", len(unsafe.Slice(&b[0], 16)))
	return bpf.XDPPass
}
`, `
import (
	"bpfc/sdk/bpf"
)

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	var b [16]byte
	bpf.Printk("%d", len(b[:12]))
	return bpf.XDPPass
}
`),
  'unsafe-offset': declarations(`
import (
	"unsafe"

	"bpfc/sdk/bpf"
)

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	var b [8]byte
	p := unsafe.Add(unsafe.Pointer(&b), ctx.RxQueueIndex)
	bpf.Printk("%d", *(*byte)(p))
	return bpf.XDPPass
}
`, `
import (
	"unsafe"

	"bpfc/sdk/bpf"
)

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	var b [8]byte
	p := (*byte)(unsafe.Add(unsafe.Pointer(&b), ctx.RxQueueIndex))
	bpf.Printk("%d", *p)
	return bpf.XDPPass
}
`),
  'packet-length': declarations(`
//bpf:attach tc
func f(ctx *bpf.SKB) bpf.TCAction {
	b := ctx.Packet()
	sum := bpf.CsumDiff(b[:0], b[:ctx.Len&^3], 0)
	bpf.Printk("%d", sum)
	return bpf.TCOk
}
`, `
//bpf:attach tc
func f(ctx *bpf.SKB) bpf.TCAction {
	header, ok := bpf.Load[[20]byte](ctx, 14)
	if !ok {
		return bpf.TCOk
	}
	var none [4]byte
	bpf.Printk("%d", bpf.CsumDiff(none[:], header[:], 0))
	return bpf.TCOk
}
`),
  'helper-perhaps-not-allowed': declarations(`
//bpf:attach lirc_mode2
func f(ctx *bpf.LircMode2) int32 {
	bpf.SkbVlanPop(ctx)
	return 0
}
`, `
//bpf:attach tc
func f(ctx *bpf.SKB) bpf.TCAction {
	bpf.SkbVlanPop(ctx)
	return bpf.TCOk
}
`, 'a warning: programs of this kind could not be tried on any kernel of the tests'),
  'map-in-sleepable': declarations(`
type args struct{ a uint64 }

var routes = bpf.LPMTrie[uint32, uint64]{MaxEntries: 16}

//bpf:attach syscall
func f(ctx *args) int32 {
	if routes.Lookup(bpf.LPMKey[uint32]{PrefixLen: 8}) != nil {
		return 1
	}
	return 0
}
`, `
type args struct{ a uint64 }

var routes = bpf.HashMap[uint32, uint64]{MaxEntries: 16}

//bpf:attach syscall
func f(ctx *args) int32 {
	if routes.Lookup(8) != nil {
		return 1
	}
	return 0
}
`),
  'perhaps-nil': declarations(`
var events = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	bpf.RingbufSubmit(bpf.RingbufReserve(&events, 8, 0), 0)
	return bpf.XDPPass
}
`, `
var events = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if e := events.Reserve(); e != nil {
		*e = 1
		events.Submit(e)
	}
	return bpf.XDPPass
}
`),
  'callback-capture': declarations(`
type cursor struct{ rest []byte }

var values = bpf.HashMap[uint32, uint64]{MaxEntries: 4}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	c := cursor{rest: ctx.Packet()}
	values.ForEach(func(k *uint32, v *uint64) bool {
		c.rest = c.rest[1:]
		return true
	})
	return bpf.XDPPass
}
`, `
var values = bpf.HashMap[uint32, uint64]{MaxEntries: 4}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	rest := uint64(len(ctx.Packet()))
	values.ForEach(func(k *uint32, v *uint64) bool {
		*v = rest
		return true
	})
	return bpf.XDPPass
}
`),
  'open-at-tail-call': declarations(`
var events = bpf.RingBuf[uint64]{Size: 4096}
var stages = bpf.ProgArray[func(*bpf.XDP) bpf.XDPAction]{MaxEntries: 4}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	e := events.Reserve()
	if e == nil {
		return bpf.XDPPass
	}
	*e = 1
	stages.TailCall(ctx, 1)
	events.Submit(e)
	return bpf.XDPPass
}
`, `
var events = bpf.RingBuf[uint64]{Size: 4096}
var stages = bpf.ProgArray[func(*bpf.XDP) bpf.XDPAction]{MaxEntries: 4}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if e := events.Reserve(); e != nil {
		*e = 1
		events.Submit(e)
	}
	stages.TailCall(ctx, 1)
	return bpf.XDPPass
}
`),
  'hook-arguments': declarations(`
//bpf:attach xdp
func f(ctx *bpf.XDP, queue uint32) bpf.XDPAction {
	if queue == 3 {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}
`, `
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if ctx.RxQueueIndex == 3 {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}
`),
  'needs-cpu': { ...declarations(`
import (
	"sync/atomic"

	"bpfc/sdk/bpf"
)

var hits = bpf.Array[uint64]{MaxEntries: 1}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if v := hits.Lookup(0); v != nil && atomic.AddUint64(v, 1) > 100 {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}
`, `
import (
	"sync/atomic"

	"bpfc/sdk/bpf"
)

var hits = bpf.Array[uint64]{MaxEntries: 1}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if v := hits.Lookup(0); v != nil {
		atomic.AddUint64(v, 1)
	}
	return bpf.XDPPass
}
`, 'under --cpu v2'), options: { cpu: 'v2' } },
  'needs-object': { ...declarations(`
var limit uint32

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	limit = ctx.RxQueueIndex
	return bpf.XDPPass
}
`, `
var limits = bpf.Array[uint32]{MaxEntries: 1}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if v := limits.Lookup(0); v != nil {
		*v = ctx.RxQueueIndex
	}
	return bpf.XDPPass
}
`, 'under --emit listing, asm, bytecode or hex: they have no data sections'), options: { emit: 'listing' } },
  'unresolved-map': { ...declarations(`
var hits = bpf.Array[uint64]{MaxEntries: 1}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if v := hits.Lookup(0); v != nil {
		*v = 1
	}
	return bpf.XDPPass
}
`, `
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	return bpf.XDPPass
}
`, 'a note, under --emit bytecode or hex: the number of the map is known when it is made'), options: { emit: 'hex' } },
  'bad-assembly': assembly(`
r0 = 1
exti
`, `
r0 = 1
exit
`),
  'bad-ir': ir(`
license "GPL"

func @f() -> i64 {
b0:
  v0: i64 = const
  return v0
}
`, `
license "GPL"

func @f() -> i64 {
b0:
  v0: i64 = const 1
  return v0
}
`),
  'bad-bytecode': hex(`
ff00000000000000
9500000000000000
`, `
b700000001000000
9500000000000000
`),
  'no-program': { ...declarations(`
func drop(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPDrop }
`, `
//bpf:attach xdp
func drop(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPDrop }
`), options: { emit: 'go' } },
  'kconfig-weak': { ...declarations(`
var hz = bpf.Kconfig[uint32]{Name: "CONFIG_HZ", Weak: true}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	bpf.Printk("%d", hz.Get())
	return bpf.XDPPass
}
`, `
var hz = bpf.Kconfig[uint32]{Name: "CONFIG_HZ"}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	bpf.Printk("%d", hz.Get())
	return bpf.XDPPass
}
`, 'of the output as a Go program'), options: { emit: 'go' } },
  'struct-ops-no-link': { ...declarations(`
//bpf:target-kernel 6.4

//bpf:core sock
type sock struct{}

//bpf:core tcp_congestion_ops
type congestion struct {
	Ssthresh  func(ctx *bpf.StructOps, sk *sock) uint32             \`btf:"ssthresh"\`
	CongAvoid func(ctx *bpf.StructOps, sk *sock, ack, acked uint32) \`btf:"cong_avoid"\`
	UndoCwnd  func(ctx *bpf.StructOps, sk *sock) uint32             \`btf:"undo_cwnd"\`
	Name      [16]byte                                              \`btf:"name"\`
}

var steady = bpf.StructOpsMap[congestion]{
	Ops: congestion{
		Ssthresh:  ssthresh,
		CongAvoid: avoid,
		UndoCwnd:  undo,
		Name:      [16]byte{'s', 't', 'e', 'a', 'd', 'y'},
	},
}

//bpf:attach struct_ops/ssthresh
func ssthresh(ctx *bpf.StructOps, sk *sock) uint32 { return 10 }

//bpf:attach struct_ops/cong_avoid
func avoid(ctx *bpf.StructOps, sk *sock, ack, acked uint32) {}

//bpf:attach struct_ops/undo_cwnd
func undo(ctx *bpf.StructOps, sk *sock) uint32 { return 10 }
`, `
//bpf:target-kernel 6.4

//bpf:core sock
type sock struct{}

//bpf:core tcp_congestion_ops
type congestion struct {
	Ssthresh  func(ctx *bpf.StructOps, sk *sock) uint32             \`btf:"ssthresh"\`
	CongAvoid func(ctx *bpf.StructOps, sk *sock, ack, acked uint32) \`btf:"cong_avoid"\`
	UndoCwnd  func(ctx *bpf.StructOps, sk *sock) uint32             \`btf:"undo_cwnd"\`
	Name      [16]byte                                              \`btf:"name"\`
}

var steady = bpf.StructOpsMap[congestion]{
	Ops: congestion{
		Ssthresh:  ssthresh,
		CongAvoid: avoid,
		UndoCwnd:  undo,
		Name:      [16]byte{'s', 't', 'e', 'a', 'd', 'y'},
	},
	Link: true,
}

//bpf:attach struct_ops/ssthresh
func ssthresh(ctx *bpf.StructOps, sk *sock) uint32 { return 10 }

//bpf:attach struct_ops/cong_avoid
func avoid(ctx *bpf.StructOps, sk *sock, ack, acked uint32) {}

//bpf:attach struct_ops/undo_cwnd
func undo(ctx *bpf.StructOps, sk *sock) uint32 { return 10 }
`, 'of the output as a Go program'), options: { emit: 'go' } },
  'unknown-attach-near': declarations(`
//bpf:attach xpd
func f(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`, `
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`),
  'attach-target': declarations(`
//bpf:attach tracepoint/sys_enter_openat
func f(ctx *bpf.Tracepoint) int32 { return 0 }
`, `
//bpf:attach tracepoint/syscalls/sys_enter_openat
func f(ctx *bpf.Tracepoint) int32 { return 0 }
`),
  'attach-no-target': declarations(`
//bpf:attach tc/eth0
func f(ctx *bpf.SKB) bpf.TCAction { return bpf.TCOk }
`, `
//bpf:attach tc
func f(ctx *bpf.SKB) bpf.TCAction { return bpf.TCOk }
`),
  'context-type': declarations(`
//bpf:attach xdp
func f(ctx *bpf.SKB) bpf.XDPAction { return bpf.XDPPass }
`, `
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`),
  'result-type': declarations(`
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.TCAction { return bpf.TCOk }
`, `
//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPPass }
`),
  'fixed-copied': declarations(`
type stat struct {
	lock bpf.SpinLock
	n    uint64
}

var stats = bpf.Array[stat]{MaxEntries: 1}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if s := stats.Lookup(0); s != nil {
		copied := *s
		bpf.Printk("%d", copied.n)
	}
	return bpf.XDPPass
}
`, `
type stat struct {
	lock bpf.SpinLock
	n    uint64
}

var stats = bpf.Array[stat]{MaxEntries: 1}

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if s := stats.Lookup(0); s != nil {
		n := s.n
		bpf.Printk("%d", n)
	}
	return bpf.XDPPass
}
`),
  'network-order': declarations(`
type tcp struct{ source, dest bpf.Be16 }

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if t := bpf.At[tcp](ctx, 34); t != nil && t.dest == 80 {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}
`, `
type tcp struct{ source, dest bpf.Be16 }

//bpf:attach xdp
func f(ctx *bpf.XDP) bpf.XDPAction {
	if t := bpf.At[tcp](ctx, 34); t != nil && t.dest == bpf.HToN16(80) {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}
`),
  'map-by-make': declarations(`
//bpf:map hash 1024
var hits = make(map[uint32]uint64)
`, `
//bpf:map hash 1024
var hits = map[uint32]uint64{}
`),
};
