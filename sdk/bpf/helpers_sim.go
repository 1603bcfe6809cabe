package bpf

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"strconv"
	"strings"
	"unsafe"
)

// The simulations of raw helpers: helpers_gen.go calls simXxx for Xxx where it exists here.

// method calls a map's method by name: raw helpers take any map.
func method(m any, name string, args ...reflect.Value) []reflect.Value {
	f := reflect.ValueOf(m).MethodByName(name)
	if !f.IsValid() {
		panic(missing("bpf: this map has no " + name))
	}
	return f.Call(args)
}

// pointee is the value that a key or value argument points to.
func pointee(p any) reflect.Value {
	v := reflect.ValueOf(p)
	if v.Kind() != reflect.Pointer {
		return v
	}
	return v.Elem()
}

func simMapLookupElem(m any, key any) unsafe.Pointer {
	return method(m, "Lookup", pointee(key))[0].UnsafePointer()
}

func simMapLookupPercpuElem(m any, key any, cpu uint32) unsafe.Pointer {
	return method(m, "LookupPerCPU", pointee(key), reflect.ValueOf(cpu))[0].UnsafePointer()
}

func simMapUpdateElem(m any, key any, value any, flags uint64) int {
	return int(method(m, "Update", pointee(key), pointee(value), reflect.ValueOf(flags))[0].Int())
}

func simMapDeleteElem(m any, key any) int {
	return int(method(m, "Delete", pointee(key))[0].Int())
}

func simMapPushElem(m any, value any, flags uint64) int {
	return int(method(m, "Push", pointee(value), reflect.ValueOf(flags))[0].Int())
}

func take(m any, name string, value any) int {
	r := method(m, name)
	if !r[1].Bool() {
		clear(bytesOfAny(value))
		return -ENOENT
	}
	pointee(value).Set(r[0])
	return 0
}

func simMapPopElem(m any, value any) int  { return take(m, "Pop", value) }
func simMapPeekElem(m any, value any) int { return take(m, "Peek", value) }

func simRedirectMap(m any, key uint64, flags uint64) int {
	return int(method(m, "Redirect", reflect.ValueOf(uint32(key)), reflect.ValueOf(flags))[0].Uint())
}

func simTailCall(ctx any, m any, index uint32) {
	method(m, "TailCall", reflect.ValueOf(&ctx).Elem(), reflect.ValueOf(index))
}

func simPerfEventOutput(ctx any, m any, flags uint64, data any) int {
	return int(method(m, "OutputFlags", reflect.ValueOf(&ctx).Elem(), pointee(data), reflect.ValueOf(flags))[0].Int())
}

func simRingbufOutput(m any, data any, flags uint64) int {
	return int(method(m, "Output", pointee(data), reflect.ValueOf(flags))[0].Int())
}

func simRingbufQuery(m any, flags uint64) uint64 {
	return method(m, "Query", reflect.ValueOf(flags))[0].Uint()
}

func simTimerInit(timer *Timer, m any, flags uint64) int           { return timer.Init(m, flags) }
func simTimerStart(timer *Timer, nsecs uint64, flags uint64) int   { return timer.Start(nsecs, flags) }
func simTimerCancel(timer *Timer) int                              { return timer.Cancel() }
func simDynptrRead(dst any, src *Dynptr, off uint32, f uint64) int { return src.Read(dst, off) }
func simDynptrWrite(dst *Dynptr, off uint32, src any, f uint64) int {
	return dst.Write(off, src)
}

func simDynptrFromMem(data any, flags uint64, ptr *Dynptr) int {
	ptr.set(bytesOfAny(data))
	return 0
}

func simProbeRead(dst any, p uintptr) int          { return probe(dst, p) }
func simProbeReadUser(dst any, p uintptr) int      { return probe(dst, p) }
func simProbeReadKernel(dst any, p uintptr) int    { return probe(dst, p) }
func simCopyFromUser(dst any, p uintptr) int       { return probe(dst, p) }
func simProbeReadStr(dst any, p uintptr) int       { return readString(bytesOfAny(dst), p) }
func simProbeReadUserStr(dst any, p uintptr) int   { return readString(bytesOfAny(dst), p) }
func simProbeReadKernelStr(dst any, p uintptr) int { return readString(bytesOfAny(dst), p) }

func simKtimeGetNs() uint64       { return now() }
func simKtimeGetBootNs() uint64   { return now() }
func simKtimeGetCoarseNs() uint64 { return now() }
func simKtimeGetTaiNs() uint64    { return now() }
func simJiffies64() uint64        { return now() / 4_000_000 }
func simGetPrandomU32() uint32    { return nextRandom() }
func simGetNumaNodeId() int       { return 0 }

func simGetSmpProcessorId() uint32 { return currentCPU() }

func simGetCurrentPidTgid() uint64 {
	sim.Lock()
	defer sim.Unlock()
	return uint64(sim.tgid)<<32 | uint64(sim.pid)
}

func simGetCurrentUidGid() uint64 {
	sim.Lock()
	defer sim.Unlock()
	return uint64(sim.gid)<<32 | uint64(sim.uid)
}

func simGetCurrentComm(buf any) int {
	b := bytesOfAny(buf)
	comm := CurrentComm()
	clear(b)
	if len(b) > 0 {
		copy(b[:len(b)-1], strings.TrimRight(string(comm[:]), "\x00"))
	}
	return 0
}

func simTraceVprintk(format string, data any) int {
	b := bytesOfAny(data)
	args := make([]any, len(b)/8)
	for i := range args {
		args[i] = binary.NativeEndian.Uint64(b[8*i:])
	}
	return Printk(format, args...)
}

// loadBytes copies out of a packet, or clears the buffer and fails.
func loadBytes(ctx any, off uint32, to any) int {
	dst, b := bytesOfAny(to), wholePacket(ctx)
	if len(dst) == 0 || uint64(off)+uint64(len(dst)) > uint64(len(b)) {
		clear(dst)
		return -EFAULT
	}
	copy(dst, b[off:])
	return 0
}

func storeBytes(ctx any, off uint32, from any) int {
	src, b := bytesOfAny(from), wholePacket(ctx)
	if len(src) == 0 || uint64(off)+uint64(len(src)) > uint64(len(b)) {
		return -EFAULT
	}
	copy(b[off:], src)
	return 0
}

func simSkbLoadBytes(skb any, off uint32, to any) int { return loadBytes(skb, off, to) }
func simXdpLoadBytes(ctx any, off uint32, to any) int { return loadBytes(ctx, off, to) }
func simXdpStoreBytes(ctx any, off uint32, from any) int {
	return storeBytes(ctx, off, from)
}

func simSkbStoreBytes(skb any, off uint32, from any, flags uint64) int {
	return storeBytes(skb, off, from)
}

func simXdpGetBuffLen(ctx any) uint64 { return uint64(len(wholePacket(ctx))) }

func simSkbPullData(skb any, length uint32) int {
	if uint64(length) > uint64(len(wholePacket(skb))) {
		return -ENOMEM
	}
	return 0
}

// simXdpAdjustHead moves the packet's start; like the kernel it has no more than 256 bytes of room before it.
func simXdpAdjustHead(ctx any, delta int32) int {
	x := ctx.(*XDP)
	if int64(delta) > int64(len(x.Buf))-14 || delta < -256 {
		return -EINVAL
	}
	if delta >= 0 {
		x.Buf = x.Buf[delta:]
	} else {
		x.Buf = append(make([]byte, -delta), x.Buf...)
	}
	return 0
}

func simXdpAdjustTail(ctx any, delta int32) int {
	x := ctx.(*XDP)
	length := int64(len(x.Buf)) + int64(delta)
	if length < 14 || delta > 4096 {
		return -EINVAL
	}
	if delta <= 0 {
		x.Buf = x.Buf[:length]
	} else {
		x.Buf = append(x.Buf, make([]byte, delta)...)
	}
	return 0
}

func simXdpAdjustMeta(ctx any, delta int32) int {
	x := ctx.(*XDP)
	length := int64(len(x.MetaBuf)) - int64(delta)
	if length < 0 || length > 32 || length%4 != 0 {
		return -EACCES
	}
	if delta <= 0 {
		x.MetaBuf = append(make([]byte, -delta), x.MetaBuf...)
	} else {
		x.MetaBuf = x.MetaBuf[delta:]
	}
	return 0
}

func simSkbChangeTail(skb any, length uint32, flags uint64) int {
	s := skb.(*SKB)
	if flags != 0 || length < 14 || length > packetLimit {
		return -EINVAL
	}
	if int(length) <= len(s.Buf) {
		s.Buf = s.Buf[:length]
	} else {
		s.Buf = append(s.Buf, make([]byte, int(length)-len(s.Buf))...)
	}
	s.Len = length
	return 0
}

// sum16 adds up 16-bit words as the machine reads them.
func sum16(b []byte) uint32 {
	var sum uint32
	for i := 0; i+1 < len(b); i += 2 {
		sum += uint32(binary.NativeEndian.Uint16(b[i:]))
		sum = sum&0xffff + sum>>16
	}
	return sum
}

func simCsumDiff(from any, to any, seed uint32) int64 {
	a, b := bytesOfAny(from), bytesOfAny(to)
	if len(a)%4 != 0 || len(b)%4 != 0 {
		return -EINVAL
	}
	sum := uint64(seed) + uint64(sum16(b)) + uint64(^uint16(sum16(a)))
	if len(a) == 0 {
		sum = uint64(seed) + uint64(sum16(b))
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return int64(sum)
}

// replaceSum updates a stored one's-complement sum for a changed 16- or 32-bit field, or for a difference (size 0).
func replaceSum(skb any, off uint32, from, to, size uint64) int {
	b := wholePacket(skb)
	if uint64(off)+2 > uint64(len(b)) {
		return -EFAULT
	}
	sum := uint64(^binary.NativeEndian.Uint16(b[off:]))
	switch size {
	case 0:
		sum += to&0xffff + to>>16&0xffff
	case 2:
		sum += uint64(^uint16(from)) + to&0xffff
	case 4:
		sum += uint64(^uint16(from)) + uint64(^uint16(from>>16)) + to&0xffff + to>>16&0xffff
	default:
		return -EINVAL
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	binary.NativeEndian.PutUint16(b[off:], ^uint16(sum))
	return 0
}

func simL3CsumReplace(skb any, off uint32, from uint64, to uint64, size uint64) int {
	return replaceSum(skb, off, from, to, size)
}

func simL4CsumReplace(skb any, off uint32, from uint64, to uint64, flags uint64) int {
	return replaceSum(skb, off, from, to, flags&0xf)
}

// text is a buffer up to its NUL.
func text(buf any) string {
	b := bytesOfAny(buf)
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

// number splits white space and the digits of a base from the start of a text.
func number(s string, flags uint64, sign bool) (digits string, end, base int) {
	base = int(flags & 0x1f)
	start := len(s) - len(strings.TrimLeft(s, " \t\n\v\f\r"))
	end = start
	if sign && end < len(s) && s[end] == '-' {
		end++
	}
	prefix := strings.ToLower(s[end:])
	if (base == 0 || base == 16) && len(prefix) > 2 && prefix[:2] == "0x" {
		base, end = 16, end+2
		start = end
	} else if base == 0 && strings.HasPrefix(prefix, "0") {
		base = 8
	} else if base == 0 {
		base = 10
	}
	for end < len(s) {
		d := strings.IndexByte("0123456789abcdef", lower(s[end]))
		if d < 0 || d >= base {
			break
		}
		end++
	}
	return s[start:end], end, base
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func simStrtol(buf any, flags uint64, res *int64) int {
	s := text(buf)
	digits, end, base := number(s, flags, true)
	v, err := strconv.ParseInt(digits, base, 64)
	if err != nil {
		return parseError(err)
	}
	if strings.Contains(s[:end], "-") && v > 0 {
		v = -v
	}
	*res = v
	return end
}

func simStrtoul(buf any, flags uint64, res *uint64) int {
	digits, end, base := number(text(buf), flags, false)
	v, err := strconv.ParseUint(digits, base, 64)
	if err != nil {
		return parseError(err)
	}
	*res = v
	return end
}

func parseError(err error) int {
	if strings.Contains(err.Error(), "range") {
		return -ERANGE
	}
	return -EINVAL
}

func simStrncmp(s1 any, s2 string) int {
	b := bytesOfAny(s1)
	for i, c := range b {
		var d byte
		if i < len(s2) {
			d = s2[i]
		}
		if c != d {
			return int(c) - int(d)
		}
		if c == 0 {
			return 0
		}
	}
	return 0
}

func simSeqPrintf(m any, format string, data any) int {
	b := bytesOfAny(data)
	args := make([]any, len(b)/8)
	for i := range args {
		args[i] = binary.NativeEndian.Uint64(b[8*i:])
	}
	return m.(*Iter).Printf(format, args...)
}

func simSeqWrite(m any, data any) int { return m.(*Iter).Write(data) }

func simSkRelease(sk any) int { return 0 }

func simSetRetval(retval int32) int32 {
	sim.Lock()
	defer sim.Unlock()
	sim.retval = retval
	return 0
}

func simGetRetval() int32 {
	sim.Lock()
	defer sim.Unlock()
	return sim.retval
}
