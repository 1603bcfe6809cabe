// Package packages: several files, and imports of other packages of the module.
package packages

import (
	"packages/inner"
	short "packages/inner/deep"
)

type Args struct{ A, B, Result uint64 }

// run: Main(a=3, b=4) = 4295360553
// run: Main(a=0, b=250) = 4294968505
//
//bpf:attach syscall
func Main(ctx *Args) int32 {
	p := inner.Pair{First: ctx.A, Second: ctx.B}
	total += p.Sum() * inner.Factor
	ctx.Result = total + fromSecond(uint8(ctx.B)) + short.Twice(short.Small(ctx.A)).Wide()
	inner.Seen++
	ctx.Result += inner.Seen << 32
	return 0
}
