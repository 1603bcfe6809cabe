// Package inner is imported by its parent.
package inner

import "packages/inner/deep"

// Factor is a constant of another package.
const Factor = 1 << deep.Shift

// Seen is a variable of another package.
var Seen uint64

// Pair has a method.
type Pair struct{ First, Second uint64 }

// Sum has a value receiver.
func (p Pair) Sum() uint64 { return p.First + p.Second }

// Clamp is generic.
func Clamp[T ~uint8 | ~uint64](x, high T) T { return min(x, high) }
