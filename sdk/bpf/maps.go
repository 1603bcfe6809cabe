package bpf

// HashMap is a hash table (BPF_MAP_TYPE_HASH).
type HashMap[K comparable, V any] struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	values     table[K, V]
}

// Lookup returns the value stored under a key, or nil.
func (m *HashMap[K, V]) Lookup(k K) *V { return m.values.get(k, 0) }

// Update stores a value; flags are Any, NoExist or Exist. The result is 0 or a negated error number.
func (m *HashMap[K, V]) Update(k K, v V, flags uint64) int {
	return m.values.put(k, v, flags, m.MaxEntries, 0, 1, false)
}

// Delete removes a key.
func (m *HashMap[K, V]) Delete(k K) int { return m.values.remove(k) }

// LookupOrInit returns the value under a key, stored first when there is none; nil when the map is full.
func (m *HashMap[K, V]) LookupOrInit(k K, v V) *V {
	if p := m.Lookup(k); p != nil {
		return p
	}
	m.Update(k, v, NoExist)
	return m.Lookup(k)
}

// ForEach visits keys and values until visit returns false; the result is how many it saw.
func (m *HashMap[K, V]) ForEach(visit func(k *K, v *V) bool) int { return m.values.each(0, visit) }

// Init creates a zero value under a key and sets its fields: the way to store values with locks or timers.
func (m *HashMap[K, V]) Init(k K, set func(v *V)) int {
	var zero V
	if r := m.Update(k, zero, NoExist); r != 0 {
		return r
	}
	set(m.Lookup(k))
	return 0
}

// LRUHashMap is a hash table that drops the least recently used key when full (BPF_MAP_TYPE_LRU_HASH).
type LRUHashMap[K comparable, V any] struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	values     table[K, V]
}

// Lookup returns the value stored under a key, or nil.
func (m *LRUHashMap[K, V]) Lookup(k K) *V { m.values.touch(k); return m.values.get(k, 0) }

// Update stores a value; flags are Any, NoExist or Exist. The result is 0 or a negated error number.
func (m *LRUHashMap[K, V]) Update(k K, v V, flags uint64) int {
	return m.values.put(k, v, flags, m.MaxEntries, 0, 1, true)
}

// Delete removes a key.
func (m *LRUHashMap[K, V]) Delete(k K) int { return m.values.remove(k) }

// LookupOrInit returns the value under a key, stored first when there is none; nil when the map is full.
func (m *LRUHashMap[K, V]) LookupOrInit(k K, v V) *V {
	if p := m.Lookup(k); p != nil {
		return p
	}
	m.Update(k, v, NoExist)
	return m.Lookup(k)
}

// ForEach visits keys and values until visit returns false; the result is how many it saw.
func (m *LRUHashMap[K, V]) ForEach(visit func(k *K, v *V) bool) int { return m.values.each(0, visit) }

// Init creates a zero value under a key and sets its fields: the way to store values with locks or timers.
func (m *LRUHashMap[K, V]) Init(k K, set func(v *V)) int {
	var zero V
	if r := m.Update(k, zero, NoExist); r != 0 {
		return r
	}
	set(m.Lookup(k))
	return 0
}

// PerCPUHashMap is a hash table with one value per processor (BPF_MAP_TYPE_PERCPU_HASH).
type PerCPUHashMap[K comparable, V any] struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	values     table[K, V]
}

// Lookup returns the value stored under a key for this processor, or nil.
func (m *PerCPUHashMap[K, V]) Lookup(k K) *V { return m.values.get(k, currentCPU()) }

// Update stores a value for this processor; flags are Any, NoExist or Exist. The result is 0 or a negated error number.
func (m *PerCPUHashMap[K, V]) Update(k K, v V, flags uint64) int {
	return m.values.put(k, v, flags, m.MaxEntries, currentCPU(), simulatedCPUs, false)
}

// Delete removes a key.
func (m *PerCPUHashMap[K, V]) Delete(k K) int { return m.values.remove(k) }

// LookupOrInit returns the value under a key, stored first when there is none; nil when the map is full.
func (m *PerCPUHashMap[K, V]) LookupOrInit(k K, v V) *V {
	if p := m.Lookup(k); p != nil {
		return p
	}
	m.Update(k, v, NoExist)
	return m.Lookup(k)
}

// ForEach visits keys and values until visit returns false; the result is how many it saw.
func (m *PerCPUHashMap[K, V]) ForEach(visit func(k *K, v *V) bool) int {
	return m.values.each(currentCPU(), visit)
}

// LookupPerCPU returns the value of one processor, or nil.
func (m *PerCPUHashMap[K, V]) LookupPerCPU(k K, cpu uint32) *V { return m.values.get(k, cpu) }

// LRUPerCPUHashMap is LRUHashMap with one value per processor (BPF_MAP_TYPE_LRU_PERCPU_HASH).
type LRUPerCPUHashMap[K comparable, V any] struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	values     table[K, V]
}

// Lookup returns the value stored under a key for this processor, or nil.
func (m *LRUPerCPUHashMap[K, V]) Lookup(k K) *V {
	m.values.touch(k)
	return m.values.get(k, currentCPU())
}

// Update stores a value for this processor; flags are Any, NoExist or Exist. The result is 0 or a negated error number.
func (m *LRUPerCPUHashMap[K, V]) Update(k K, v V, flags uint64) int {
	return m.values.put(k, v, flags, m.MaxEntries, currentCPU(), simulatedCPUs, true)
}

// Delete removes a key.
func (m *LRUPerCPUHashMap[K, V]) Delete(k K) int { return m.values.remove(k) }

// LookupOrInit returns the value under a key, stored first when there is none; nil when the map is full.
func (m *LRUPerCPUHashMap[K, V]) LookupOrInit(k K, v V) *V {
	if p := m.Lookup(k); p != nil {
		return p
	}
	m.Update(k, v, NoExist)
	return m.Lookup(k)
}

// ForEach visits keys and values until visit returns false; the result is how many it saw.
func (m *LRUPerCPUHashMap[K, V]) ForEach(visit func(k *K, v *V) bool) int {
	return m.values.each(currentCPU(), visit)
}

// LookupPerCPU returns the value of one processor, or nil.
func (m *LRUPerCPUHashMap[K, V]) LookupPerCPU(k K, cpu uint32) *V { return m.values.get(k, cpu) }

// Array is an array of MaxEntries values, zero at first (BPF_MAP_TYPE_ARRAY).
type Array[V any] struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	values     cells[V]
}

// Lookup returns the value at an index, or nil when the index is out of range.
func (m *Array[V]) Lookup(k uint32) *V { return m.values.at(k, m.MaxEntries, 0, 1) }

// Update stores a value. The result is 0 or a negated error number.
func (m *Array[V]) Update(k uint32, v V, flags uint64) int {
	return m.values.put(k, v, flags, m.MaxEntries, 0, 1)
}

// ForEach visits indexes and values until visit returns false; the result is how many it saw.
func (m *Array[V]) ForEach(visit func(k *uint32, v *V) bool) int {
	return m.values.each(m.MaxEntries, 0, 1, visit)
}

// Init sets the fields of the value at an index in place: the way to set up values with locks or timers.
func (m *Array[V]) Init(k uint32, set func(v *V)) int {
	v := m.Lookup(k)
	if v == nil {
		return -E2BIG
	}
	set(v)
	return 0
}

// PerCPUArray is an array with one value per processor (BPF_MAP_TYPE_PERCPU_ARRAY).
type PerCPUArray[V any] struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	values     cells[V]
}

// Lookup returns the value at an index for this processor, or nil when the index is out of range.
func (m *PerCPUArray[V]) Lookup(k uint32) *V {
	return m.values.at(k, m.MaxEntries, currentCPU(), simulatedCPUs)
}

// Update stores a value for this processor. The result is 0 or a negated error number.
func (m *PerCPUArray[V]) Update(k uint32, v V, flags uint64) int {
	return m.values.put(k, v, flags, m.MaxEntries, currentCPU(), simulatedCPUs)
}

// ForEach visits indexes and values until visit returns false; the result is how many it saw.
func (m *PerCPUArray[V]) ForEach(visit func(k *uint32, v *V) bool) int {
	return m.values.each(m.MaxEntries, currentCPU(), simulatedCPUs, visit)
}

// LookupPerCPU returns the value of one processor, or nil.
func (m *PerCPUArray[V]) LookupPerCPU(k, cpu uint32) *V {
	return m.values.at(k, m.MaxEntries, cpu, simulatedCPUs)
}
