package resources

import "bpfc/sdk/bpf"

type Args struct{ A, B, Result uint64 }

type locked struct {
	bpf.SpinLock
	N uint64
}

type event struct{ N, M uint64 }

var values = bpf.Array[locked]{MaxEntries: 2}
var events = bpf.RingBuf[event]{Size: 4096}

// An abort unlocks, and a later program can lock.
//
// run: Lock(a=8, b=2) = 5 ret=0 then Lock(a=8, b=2) = 10 ret=0
// run: Lock(a=8, b=0) = 0 ret=-9 then Lock(a=8, b=4) = 4 ret=0
//
//bpf:attach syscall
//bpf:panic -9
func Lock(ctx *Args) int32 {
	v := values.Lookup(1)
	if v == nil {
		return 1
	}
	v.Lock()
	v.N++
	v.N += ctx.A / ctx.B
	ctx.Result = v.N
	v.Unlock()
	return 0
}

// So does one that has to run a deferred Unlock.
//
// run: Deferred(a=8, b=2) = 5 ret=0 then Deferred(a=8, b=2) = 10 ret=0
// run: Deferred(a=8, b=0) = 0 ret=-9 then Deferred(a=8, b=4) = 4 ret=0
//
//bpf:attach syscall
//bpf:panic -9
func Deferred(ctx *Args) int32 {
	v := values.Lookup(0)
	if v == nil {
		return 1
	}
	v.Lock()
	defer v.Unlock()
	v.N++
	v.N += ctx.A / ctx.B
	ctx.Result = v.N
	return 0
}

// An open record is discarded: there is room for as many as before.
//
// run: Record(a=8, b=2) = 4 ret=0
// run: Record(a=8, b=0) = 0 ret=-9 then Record(a=8, b=4) = 2 ret=0
//
//bpf:attach syscall
//bpf:panic -9
func Record(ctx *Args) int32 {
	e := events.Reserve()
	if e == nil {
		return 2
	}
	e.N = ctx.A
	e.M = ctx.A / ctx.B
	ctx.Result = e.M
	events.Submit(e)
	return 0
}

func fill(e *event, a, b uint64) {
	e.N = a
	e.M = a % b
}

// From a function called while the record is open, with a deferred Submit, which comes before.
//
// run: DeferredRecord(a=8, b=3) = 2 ret=0
// run: DeferredRecord(a=8, b=0) = 0 ret=-9
//
//bpf:attach syscall
//bpf:panic -9
func DeferredRecord(ctx *Args) int32 {
	e := events.Reserve()
	if e == nil {
		return 2
	}
	defer events.Submit(e)
	fill(e, ctx.A, ctx.B)
	ctx.Result = e.M
	return 0
}
