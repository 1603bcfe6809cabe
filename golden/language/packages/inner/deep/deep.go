// Package deep is imported twice.
package deep

// Shift is used in constants of others.
const Shift = 2

// Small is a named type.
type Small uint8

// Wide is its method.
func (s Small) Wide() uint64 { return uint64(s) << 16 }

// Twice wraps around.
func Twice(s Small) Small { return s * 2 }
