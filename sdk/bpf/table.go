package bpf

// Flags of Update.
const (
	// Any creates or replaces.
	Any uint64 = 0
	// NoExist only creates.
	NoExist uint64 = 1
	// Exist only replaces.
	Exist uint64 = 2
	// LockValue holds the value's spin lock during the copy.
	LockValue uint64 = 4
)

// Flags of map creation, for the maps' Flags field.
const (
	FlagNoPrealloc   uint32 = 1 << 0
	FlagNoCommonLRU  uint32 = 1 << 1
	FlagNumaNode     uint32 = 1 << 2
	FlagRdonly       uint32 = 1 << 3
	FlagWronly       uint32 = 1 << 4
	FlagZeroSeed     uint32 = 1 << 6
	FlagRdonlyProg   uint32 = 1 << 7
	FlagWronlyProg   uint32 = 1 << 8
	FlagClone        uint32 = 1 << 9
	FlagMmapable     uint32 = 1 << 10
	FlagPreserveElem uint32 = 1 << 11
	FlagInnerMap     uint32 = 1 << 12
)

// CurrentCPU selects this processor in perf-event helpers.
const CurrentCPU uint64 = 0xffffffff

const simulatedCPUs = 8

// table holds values by key, in order of insertion; per-CPU maps hold one value per processor.
type table[K comparable, V any] struct {
	values map[K][]*V
	order  []K
}

func (t *table[K, V]) get(k K, cpu uint32) *V {
	if slots := t.values[k]; int(cpu) < len(slots) {
		return slots[cpu]
	}
	return nil
}

// put follows the flags; a map that evicts drops its oldest key when full.
func (t *table[K, V]) put(k K, v V, flags uint64, max, cpu uint32, slots int, evicts bool) int {
	old := t.values[k]
	switch {
	case flags&^LockValue > Exist:
		return -EINVAL
	case old != nil && flags&NoExist != 0:
		return -EEXIST
	case old == nil && flags&Exist != 0:
		return -ENOENT
	}
	if old == nil {
		if uint64(len(t.order)) >= uint64(max) {
			if !evicts || len(t.order) == 0 {
				return -E2BIG
			}
			t.remove(t.order[0])
		}
		if t.values == nil {
			t.values = map[K][]*V{}
		}
		t.order = append(t.order, k)
	}
	fresh := make([]*V, slots)
	for i := range fresh {
		if old != nil {
			fresh[i] = old[i]
		} else {
			fresh[i] = new(V)
		}
	}
	copied := v
	fresh[cpu] = &copied
	t.values[k] = fresh
	return 0
}

func (t *table[K, V]) remove(k K) int {
	if _, ok := t.values[k]; !ok {
		return -ENOENT
	}
	delete(t.values, k)
	for i, other := range t.order {
		if other == k {
			t.order = append(t.order[:i:i], t.order[i+1:]...)
			break
		}
	}
	return 0
}

// touch makes a key the newest.
func (t *table[K, V]) touch(k K) {
	for i, other := range t.order {
		if other == k {
			t.order = append(append(t.order[:i:i], t.order[i+1:]...), k)
			return
		}
	}
}

func (t *table[K, V]) each(cpu uint32, visit func(k *K, v *V) bool) int {
	visited := 0
	for _, k := range append([]K(nil), t.order...) {
		v := t.get(k, cpu)
		if v == nil {
			continue
		}
		visited++
		key := k
		if !visit(&key, v) {
			break
		}
	}
	return visited
}

// cells are the values of an array, one per index and processor.
type cells[V any] struct{ values [][]*V }

func (c *cells[V]) at(i, max, cpu uint32, slots int) *V {
	if i >= max {
		return nil
	}
	if c.values == nil {
		c.values = make([][]*V, max)
	}
	if c.values[i] == nil {
		c.values[i] = make([]*V, slots)
		for s := range c.values[i] {
			c.values[i][s] = new(V)
		}
	}
	if int(cpu) >= slots {
		return nil
	}
	return c.values[i][cpu]
}

func (c *cells[V]) put(i uint32, v V, flags uint64, max, cpu uint32, slots int) int {
	p := c.at(i, max, cpu, slots)
	switch {
	case flags&^LockValue > Exist:
		return -EINVAL
	case p == nil:
		return -E2BIG
	case flags&NoExist != 0:
		return -EEXIST
	}
	*p = v
	return 0
}

func (c *cells[V]) each(max, cpu uint32, slots int, visit func(k *uint32, v *V) bool) int {
	visited := 0
	for i := range max {
		visited++
		key := i
		if !visit(&key, c.at(i, max, cpu, slots)) {
			break
		}
	}
	return visited
}
