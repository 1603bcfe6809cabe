// bpfc --target-kernel 6.12
//
// Functions that the kernel calls: loops, iteration over a map, timers.
package callbacks

import "bpfc/sdk/bpf"

type Value struct {
	bpf.SpinLock
	Count uint64
	Timer bpf.Timer
}

var values = bpf.HashMap[uint32, Value]{MaxEntries: 64}
var counts = bpf.Array[uint64]{MaxEntries: 16}
var total uint64

type Box struct{ Low, High uint64 }

//bpf:attach xdp
func Loops(ctx *bpf.XDP) bpf.XDPAction {
	sum, last := uint64(0), uint32(0)
	box := Box{Low: 100}
	step := uint64(3)
	n := bpf.Loop(ctx.RxQueueIndex, func(i uint32) bool {
		sum += uint64(i) * step
		last = i
		if uint64(i) < box.Low {
			box.Low = uint64(i)
		}
		b := bpf.At[uint8](ctx, i)
		if b == nil {
			return false
		}
		sum /= uint64(*b)
		return i < 500
	})
	total += sum + box.Low + uint64(last) + uint64(n)
	return bpf.XDPPass
}

//bpf:attach xdp
func Each(ctx *bpf.XDP) bpf.XDPAction {
	best, at := uint64(0), uint32(0)
	seen := counts.ForEach(func(k *uint32, v *uint64) bool {
		if *v > best {
			best, at = *v, *k
		}
		*v = 0
		return true
	})
	if seen > 3 && at == 7 {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}

func expired(k *uint32, v *Value) {
	v.Lock()
	v.Count = uint64(*k)
	v.Unlock()
}

//bpf:attach tc
func Timers(ctx *bpf.SKB) bpf.TCAction {
	if values.Init(ctx.Mark, func(v *Value) { v.Count = 1 }) != 0 {
		return bpf.TCOk
	}
	v := values.Lookup(ctx.Mark)
	if v == nil {
		return bpf.TCShot
	}
	if v.Timer.Init(&values, bpf.ClockMonotonic) == 0 {
		bpf.TimerSetCallback(&v.Timer, expired)
		v.Timer.Start(1_000_000, 0)
	}
	return bpf.TCOk
}
