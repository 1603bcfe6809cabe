package receivers

type Args struct{ A, B, Result uint64 }

type T struct{ n uint64 }
type P = *T
type Q = T
type R = P

func (p P) Add(k uint64) { p.n += k }
func (q Q) Get() uint64  { return q.n }
func (r R) Twice()       { r.n *= 2 }
func (q *Q) Inc()        { q.n++ }

type G[E any] struct{ v E }

func (g *G[E]) Set(v E) { g.v = v }

type GI = G[uint64]

// run: Main(a=1, b=2) = 7
//
//bpf:attach syscall
func Main(ctx *Args) int32 {
	t := T{ctx.A}
	t.Add(ctx.B)
	t.Twice()
	t.Inc()
	var g GI
	g.Set(t.Get())
	ctx.Result = g.v
	return 0
}
