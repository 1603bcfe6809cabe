package bpf

import "testing"

func TestHash(t *testing.T) {
	m := HashMap[uint32, uint64]{MaxEntries: 2}
	if m.Lookup(1) != nil || m.Delete(1) != -ENOENT || m.Update(1, 5, Exist) != -ENOENT {
		t.Error("an absent key")
	}
	if m.Update(1, 5, NoExist) != 0 || m.Update(1, 6, NoExist) != -EEXIST {
		t.Error("NoExist")
	}
	old := m.Lookup(1)
	*old++
	if *m.Lookup(1) != 6 {
		t.Error("values are shared")
	}
	if m.Update(1, 9, Any) != 0 || *old != 6 || *m.Lookup(1) != 9 {
		t.Error("an update replaces the element")
	}
	if m.LookupOrInit(2, 4) == nil || m.LookupOrInit(3, 4) != nil || m.Update(3, 1, Any) != -E2BIG {
		t.Error("a full map")
	}
	sum := uint64(0)
	if n := m.ForEach(func(k *uint32, v *uint64) bool { sum += *v; return true }); n != 2 || sum != 13 {
		t.Errorf("%d %d", n, sum)
	}
	var k, v = uint32(1), uint64(3)
	if MapUpdateElem(&m, &k, &v, Any) != 0 || *(*uint64)(MapLookupElem(&m, &k)) != 3 || MapDeleteElem(&m, &k) != 0 {
		t.Error("raw helpers")
	}
}

func TestLRU(t *testing.T) {
	m := LRUHashMap[uint32, uint32]{MaxEntries: 2}
	m.Update(1, 1, Any)
	m.Update(2, 2, Any)
	m.Lookup(1)
	m.Update(3, 3, Any)
	if m.Lookup(2) != nil || m.Lookup(1) == nil || m.Lookup(3) == nil {
		t.Error("the least recently used key goes")
	}
}

func TestArray(t *testing.T) {
	m := Array[uint32]{MaxEntries: 3}
	if m.Lookup(3) != nil || *m.Lookup(2) != 0 || m.Update(0, 1, NoExist) != -EEXIST || m.Update(3, 1, Any) != -E2BIG {
		t.Error("bounds")
	}
	p := m.Lookup(1)
	if m.Update(1, 8, Any) != 0 || *p != 8 {
		t.Error("an update is in place")
	}
}

func TestPerCPU(t *testing.T) {
	ResetTest()
	m := PerCPUArray[uint32]{MaxEntries: 1}
	*m.Lookup(0) = 1
	SetCPU(3)
	*m.Lookup(0) = 2
	if *m.LookupPerCPU(0, 0) != 1 || *m.LookupPerCPU(0, 3) != 2 || m.LookupPerCPU(0, 99) != nil {
		t.Error("values per processor")
	}
	h := PerCPUHashMap[uint32, uint32]{MaxEntries: 1}
	h.Update(7, 5, Any)
	if *h.Lookup(7) != 5 || *h.LookupPerCPU(7, 0) != 0 {
		t.Error("hash per processor")
	}
	ResetTest()
}

func TestLPM(t *testing.T) {
	m := LPMTrie[Be32, string]{MaxEntries: 4}
	net := func(n uint32, a, b, c, d uint8) LPMKey[Be32] { return LPMKey[Be32]{n, IP4(a, b, c, d)} }
	m.Update(net(8, 10, 1, 2, 3), "ten", Any)
	m.Update(net(17, 10, 1, 128, 0), "half", Any)
	if v := m.Lookup(net(32, 10, 1, 200, 1)); v == nil || *v != "half" {
		t.Errorf("longest prefix %v", v)
	}
	if v := m.Lookup(net(32, 10, 1, 100, 1)); v == nil || *v != "ten" {
		t.Errorf("shorter prefix %v", v)
	}
	if m.Lookup(net(32, 11, 0, 0, 0)) != nil || m.Lookup(net(7, 10, 0, 0, 0)) != nil {
		t.Error("no prefix")
	}
	if m.Update(net(33, 0, 0, 0, 0), "", Any) != -EINVAL || m.Delete(net(8, 10, 9, 9, 9)) != 0 {
		t.Error("prefix lengths")
	}
}

func TestQueueAndStack(t *testing.T) {
	q := Queue[int]{MaxEntries: 2}
	s := Stack[int]{MaxEntries: 2}
	for i := range 2 {
		q.Push(i, Any)
		s.Push(i, Any)
	}
	if q.Push(2, Any) != -E2BIG || q.Push(2, Exist) != 0 {
		t.Error("a full queue")
	}
	if v, ok := q.Pop(); !ok || v != 1 {
		t.Errorf("queue %d", v)
	}
	if v, ok := s.Peek(); !ok || v != 1 {
		t.Errorf("stack %d", v)
	}
	b := BloomFilter[int]{MaxEntries: 2}
	b.Push(4, Any)
	if !b.Contains(4) || b.Contains(5) {
		t.Error("bloom filter")
	}
	var v int
	if MapPopElem(&q, &v) != 0 || v != 2 || MapPopElem(&q, &v) != -ENOENT {
		t.Error("raw helpers")
	}
}

func TestRingBuf(t *testing.T) {
	type event struct{ A, B uint32 }
	m := RingBuf[event]{Size: 32}
	e := m.Reserve()
	if e.A != 0xA5A5A5A5 {
		t.Error("records start as garbage")
	}
	z := m.ReserveZeroed()
	if z.A != 0 || m.Reserve() != nil {
		t.Error("zeroed, or a full buffer")
	}
	e.A, e.B = 1, 2
	m.Submit(e)
	m.Discard(z)
	if got := m.Drain(); len(got) != 1 || got[0] != (event{1, 2}) {
		t.Errorf("%v", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a record may be submitted twice")
		}
	}()
	m.Submit(e)
}

func TestTimers(t *testing.T) {
	ResetTest()
	type value struct {
		Timer Timer
		Fired uint32
	}
	m := HashMap[uint32, value]{MaxEntries: 4}
	m.Init(7, func(v *value) {
		v.Timer.Init(&m, ClockMonotonic)
		TimerSetCallback(&v.Timer, func(k *uint32, v *value) { v.Fired += *k })
		v.Timer.Start(100, 0)
	})
	AdvanceTime(99)
	if m.Lookup(7).Fired != 0 {
		t.Error("too early")
	}
	AdvanceTime(1)
	AdvanceTime(1000)
	if m.Lookup(7).Fired != 7 {
		t.Errorf("fired %d", m.Lookup(7).Fired)
	}
}

func TestDynptrAndUserRing(t *testing.T) {
	m := UserRingBuf{Size: 4096}
	m.Send([]byte{1, 2, 3, 4})
	m.Send([]byte{5})
	total := 0
	n := m.Drain(func(d *Dynptr) bool {
		var b [2]byte
		if d.Read(&b, 1) == 0 {
			total += int(b[0]) + int(b[1])
		}
		return true
	}, 0)
	if n != 2 || total != 5 {
		t.Errorf("%d %d", n, total)
	}
}

func TestStorageAndNested(t *testing.T) {
	type task struct{ Parent *task }
	s := TaskStorage[uint32]{}
	me := CurrentTask[task]()
	if me.Parent == nil || s.Get(me) != nil {
		t.Error("a walk through kernel pointers reads zero")
	}
	*s.GetOrCreate(me) = 4
	if *s.Get(me) != 4 || s.Delete(me) != 0 {
		t.Error("storage")
	}
	outer := ArrayOfMaps[HashMap[uint32, uint32]]{MaxEntries: 2}
	inner := HashMap[uint32, uint32]{MaxEntries: 1}
	outer.Set(1, &inner)
	outer.Lookup(1).Update(1, 2, Any)
	if outer.Lookup(0) != nil || *inner.Lookup(1) != 2 {
		t.Error("maps in maps")
	}
}

func TestEmbedding(t *testing.T) {
	m := DevMap{MaxEntries: 2}
	m.Set(1, DevMapValue{Ifindex: 3})
	if m.Redirect(1, 0) != XDPRedirect || m.Redirect(0, uint64(XDPPass)) != XDPPass || RedirectMap(&m, 1, 0) != int(XDPRedirect) {
		t.Error("redirect")
	}
	table := ProgArray[func(*XDP) XDPAction]{MaxEntries: 1}
	table.Set(0, func(*XDP) XDPAction { return XDPTx })
	first := func(ctx *XDP) XDPAction { TailCall(ctx, &table, 0); return XDPDrop }
	if got := Run(first, &XDP{}); got != XDPTx {
		t.Errorf("raw tail call gives %v", got)
	}
}
