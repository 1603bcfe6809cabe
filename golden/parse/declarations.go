// Package shapes has one declaration of each kind.
package shapes

import (
	"bpfc/sdk/bpf"
	other "sync/atomic"
)

const (
	first = iota
	second
	third uint8 = 'x'
)

type Point struct {
	X, Y int32 `btf:"x"`
	bpf.SpinLock
}

type List[T any, N int | uint] []T

var table = [...]Point{{X: 1}, 3: {Y: 2}}

//go:noinline
func (p *Point) Move(by ...int32) (ok bool, err int) {
	defer other.AddUint64(nil, 1)
	return
}
