package bpf

import "math/bits"

// Be16 is a 16-bit number in network byte order.
type Be16 uint16

// Be32 is a 32-bit number in network byte order.
type Be32 uint32

// Be64 is a 64-bit number in network byte order.
type Be64 uint64

// Host returns the number in host byte order.
func (b Be16) Host() uint16 { return swap16(uint16(b)) }

// Host returns the number in host byte order.
func (b Be32) Host() uint32 { return swap32(uint32(b)) }

// Host returns the number in host byte order.
func (b Be64) Host() uint64 { return swap64(uint64(b)) }

// HToN16 converts from host to network byte order; constants fold.
func HToN16(v uint16) Be16 { return Be16(swap16(v)) }

// HToN32 converts from host to network byte order; constants fold.
func HToN32(v uint32) Be32 { return Be32(swap32(v)) }

// HToN64 converts from host to network byte order; constants fold.
func HToN64(v uint64) Be64 { return Be64(swap64(v)) }

// IP4 is the address a.b.c.d as packets hold it.
func IP4(a, b, c, d uint8) Be32 {
	return HToN32(uint32(a)<<24 | uint32(b)<<16 | uint32(c)<<8 | uint32(d))
}

// Log2 returns the position of the highest set bit: the slot of a power-of-two histogram. Log2(0) is 0.
func Log2(v uint64) uint32 {
	if v == 0 {
		return 0
	}
	return uint32(bits.Len64(v) - 1)
}

func swap16(v uint16) uint16 {
	if littleEndian {
		return bits.ReverseBytes16(v)
	}
	return v
}

func swap32(v uint32) uint32 {
	if littleEndian {
		return bits.ReverseBytes32(v)
	}
	return v
}

func swap64(v uint64) uint64 {
	if littleEndian {
		return bits.ReverseBytes64(v)
	}
	return v
}
