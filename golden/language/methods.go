package methods

type Args struct{ A, B, Result uint64 }

type inner struct{ n uint64 }

func (i inner) get() uint64   { return i.n }
func (i *inner) add(d uint64) { i.n += d }
func (i *inner) self() *inner { return i }
func (i inner) with(d uint64) inner {
	i.n += d
	return i
}

type middle struct {
	*inner
	k uint64
}

type outer struct {
	pad uint32
	middle
	inner inner
}

func (o outer) get() uint64 { return o.k<<8 + o.middle.get() }

type number uint64

func (n number) plus(d uint64) number { return n + number(d) }

// Methods with value and pointer receivers, through pointers and embedded fields, and promoted ones.
//
// run: Receivers(a=3, b=4) = 9942849291012
// run: Receivers(a=255, b=1000) = 1383215692579560
//
//bpf:attach syscall
func Receivers(ctx *Args) int32 {
	var shared inner
	o := outer{middle: middle{inner: &shared, k: ctx.A}}
	o.middle.add(ctx.B)
	o.inner.add(7)
	o.inner.self().self().add(1)
	p := &o
	p.middle.inner.with(100).get()
	copied := p.inner.with(ctx.A)
	ctx.Result = p.get() + copied.get()<<32 + uint64(number(ctx.A).plus(2).plus(shared.n))<<40
	return 0
}

// Method values are called at once, on values, on variables and through pointers.
//
// run: Values(a=3, b=4) = 4503599628156935
// run: Values(a=77, b=12345) = 3499015436304593030
//
//bpf:attach syscall
func Values(ctx *Args) int32 {
	i := inner{n: ctx.A}
	(i.add)(ctx.B)
	before := (i.get)()
	(&i).add(5)
	after := (&i).get()
	ctx.Result = before + after<<16 + (inner{n: 9}.with)(before).get()<<48
	return 0
}
