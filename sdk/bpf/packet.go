package bpf

import "unsafe"

// packetLimit is the largest packet offset that the verifier can follow.
const packetLimit = 0xffff

// PacketContext is a context with directly readable packet bytes.
type PacketContext interface {
	*XDP | *SKB | *SkMsg
}

// At returns the T at an offset of the packet, or nil when the packet is too short.
// The pointer is dead after a helper that moves the packet.
func At[T any, C PacketContext](ctx C, off uint32) *T {
	var zero T
	b := packetOf(any(ctx))
	if uint64(off)+uint64(unsafe.Sizeof(zero)) > uint64(len(b)) {
		return nil
	}
	if unsafe.Sizeof(zero) == 0 {
		return new(T)
	}
	return (*T)(unsafe.Pointer(&b[off]))
}

// Load copies the T at an offset out of the packet, from fragments too; false when the packet is too short.
func Load[T any, C PacketContext](ctx C, off uint32) (T, bool) {
	var v T
	b := wholePacket(any(ctx))
	n := uint64(unsafe.Sizeof(v))
	if uint64(off)+n > uint64(len(b)) {
		return v, false
	}
	copy(bytesOf(&v), b[off:])
	return v, true
}

// Store copies a T into the packet at an offset; false when the packet is too short.
func Store[T any, C PacketContext](ctx C, off uint32, v T) bool {
	b := wholePacket(any(ctx))
	if uint64(off)+uint64(unsafe.Sizeof(v)) > uint64(len(b)) {
		return false
	}
	copy(b[off:], bytesOf(&v))
	return true
}

// packetOf is what data and data_end delimit, cut at the verifier's limit.
func packetOf(ctx any) []byte {
	b := wholePacket(ctx)
	if len(b) > packetLimit {
		b = b[:packetLimit]
	}
	return b
}

// wholePacket also has what only the *_load_bytes helpers reach.
func wholePacket(ctx any) []byte {
	switch c := ctx.(type) {
	case *XDP:
		return c.Buf
	case *SKB:
		return c.Buf
	case *SkMsg:
		return c.Buf
	default:
		return nil
	}
}
