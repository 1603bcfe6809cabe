package tworegions

type Args struct{ A, B, Result uint64 }

func note(n *uint64) { *n++ }

var count uint64

func keeper() func() { return func() { count++ } }

//bpf:attach syscall
func Regions(ctx *Args) int32 {
	var small [4]uint8
	var large [8]uint8
	s := small[:]
	if ctx.A > 3 {
		s = large[:]
	}
	f := func() uint64 { return 1 }
	if ctx.B > 1 {
		f = func() uint64 { return 2 }
	}
	note(&ctx.Result)
	ctx.Result = f() + uint64(len(s))
	return 0
}
