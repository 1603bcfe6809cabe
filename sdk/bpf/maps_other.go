package bpf

// LPMKey is the key of an LPMTrie: the first PrefixLen bits of Data count.
type LPMKey[K any] struct {
	PrefixLen uint32
	Data      K
}

// LPMTrie finds the longest stored prefix of a key (BPF_MAP_TYPE_LPM_TRIE).
type LPMTrie[K comparable, V any] struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	values     table[LPMKey[K], V]
}

// masked clears the bits behind the prefix, so that equal prefixes are equal keys.
func (k LPMKey[K]) masked() LPMKey[K] {
	b := bytesOf(&k.Data)
	for i := range b {
		switch bits := int(k.PrefixLen) - 8*i; {
		case bits <= 0:
			b[i] = 0
		case bits < 8:
			b[i] &= byte(0xff << (8 - bits))
		}
	}
	return k
}

// Lookup returns the value of the longest prefix that matches the key's first PrefixLen bits, or nil.
func (m *LPMTrie[K, V]) Lookup(k LPMKey[K]) *V {
	limit := uint32(8 * len(bytesOf(&k.Data)))
	for n := int(min(k.PrefixLen, limit)); n >= 0; n-- {
		k.PrefixLen = uint32(n)
		if v := m.values.get(k.masked(), 0); v != nil {
			return v
		}
	}
	return nil
}

// Update stores a value under a prefix.
func (m *LPMTrie[K, V]) Update(k LPMKey[K], v V, flags uint64) int {
	if int(k.PrefixLen) > 8*len(bytesOf(&k.Data)) {
		return -EINVAL
	}
	r := m.values.put(k.masked(), v, flags, m.MaxEntries, 0, 1, false)
	if r == -E2BIG {
		return -ENOSPC
	}
	return r
}

// Delete removes exactly this prefix.
func (m *LPMTrie[K, V]) Delete(k LPMKey[K]) int { return m.values.remove(k.masked()) }

// ProgArray is a table of programs to tail-call, filled by //bpf:slot directives (BPF_MAP_TYPE_PROG_ARRAY).
type ProgArray[F any] struct {
	MaxEntries uint32
	Pin        bool
	programs   map[uint32]F
}

// TailCall continues with the program in a slot and does not return; it returns only when the slot is empty.
func (m *ProgArray[F]) TailCall(ctx any, slot uint32) {
	if program, ok := m.programs[slot]; ok && slot < m.MaxEntries {
		panic(tailCall{program})
	}
}

// Set fills a slot, as the loader does for //bpf:slot.
//
//bpf:native
func (m *ProgArray[F]) Set(slot uint32, program F) {
	if m.programs == nil {
		m.programs = map[uint32]F{}
	}
	m.programs[slot] = program
}

// PerfEventArray carries events to user space, one buffer per processor (BPF_MAP_TYPE_PERF_EVENT_ARRAY).
type PerfEventArray[V any] struct {
	MaxEntries uint32
	Pin        bool
	events     []V
	counters   map[uint64]uint64
}

// Output sends an event through this processor's buffer.
func (m *PerfEventArray[V]) Output(ctx any, v V) int { return m.OutputFlags(ctx, v, CurrentCPU) }

// OutputFlags sends an event; the flags select the processor and, in their upper half, how many packet bytes follow.
func (m *PerfEventArray[V]) OutputFlags(ctx any, v V, flags uint64) int {
	m.events = append(m.events, v)
	return 0
}

// Read returns a counter's value, or a negated error number.
func (m *PerfEventArray[V]) Read(flags uint64) int64 {
	if v, ok := m.counters[flags]; ok {
		return int64(v)
	}
	return -ENOENT
}

// SetCounter sets what Read returns.
//
//bpf:native
func (m *PerfEventArray[V]) SetCounter(flags, value uint64) {
	if m.counters == nil {
		m.counters = map[uint64]uint64{}
	}
	m.counters[flags] = value
}

// Drain takes the events sent so far.
//
//bpf:native
func (m *PerfEventArray[V]) Drain() []V {
	events := m.events
	m.events = nil
	return events
}

// StackTrace stores stack traces under numbers (BPF_MAP_TYPE_STACK_TRACE).
type StackTrace struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
}

// ID stores the current stack and returns its number, or a negated error number.
func (m *StackTrace) ID(ctx any, flags uint64) int { return fake[int]("StackTrace.ID", ctx, flags) }

// CgroupArray holds cgroups to compare with (BPF_MAP_TYPE_CGROUP_ARRAY).
type CgroupArray struct {
	MaxEntries uint32
	Pin        bool
	under      map[uint32]bool
}

func (m *CgroupArray) test(index uint32) int {
	under, ok := m.under[index]
	switch {
	case index >= m.MaxEntries:
		return -E2BIG
	case !ok:
		return -EAGAIN
	case under:
		return 1
	}
	return 0
}

// CurrentUnder is 1 when the current task is in the cgroup at an index or below it, else 0, or a negated error number.
func (m *CgroupArray) CurrentUnder(index uint32) int { return m.test(index) }

// SKBUnder is 1 when the packet's socket is in the cgroup at an index or below it, else 0, or a negated error number.
func (m *CgroupArray) SKBUnder(ctx *SKB, index uint32) int { return m.test(index) }

// Set puts a cgroup into the array; under says what the tests answer.
//
//bpf:native
func (m *CgroupArray) Set(index uint32, under bool) {
	if m.under == nil {
		m.under = map[uint32]bool{}
	}
	m.under[index] = under
}

// ArrayOfMaps is an array whose values are maps like Inner (BPF_MAP_TYPE_ARRAY_OF_MAPS).
type ArrayOfMaps[M any] struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	Inner      M
	values     map[uint32]*M
}

// Lookup returns the map at an index, or nil.
func (m *ArrayOfMaps[M]) Lookup(k uint32) *M { return m.values[k] }

// Set puts a map in, as user space does.
//
//bpf:native
func (m *ArrayOfMaps[M]) Set(k uint32, inner *M) {
	if m.values == nil {
		m.values = map[uint32]*M{}
	}
	m.values[k] = inner
}

// HashOfMaps is a hash table whose values are maps like Inner (BPF_MAP_TYPE_HASH_OF_MAPS).
type HashOfMaps[K comparable, M any] struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	Inner      M
	values     map[K]*M
}

// Lookup returns the map under a key, or nil.
func (m *HashOfMaps[K, M]) Lookup(k K) *M { return m.values[k] }

// Set puts a map in, as user space does.
//
//bpf:native
func (m *HashOfMaps[K, M]) Set(k K, inner *M) {
	if m.values == nil {
		m.values = map[K]*M{}
	}
	m.values[k] = inner
}

// Queue is first in, first out (BPF_MAP_TYPE_QUEUE).
type Queue[V any] struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	values     []V
}

// Push appends a value; with Exist the oldest makes room when full.
func (m *Queue[V]) Push(v V, flags uint64) int { return push(&m.values, v, flags, m.MaxEntries) }

// Pop takes the oldest value; false when the queue is empty.
func (m *Queue[V]) Pop() (V, bool) {
	v, ok := m.Peek()
	if ok {
		m.values = m.values[1:]
	}
	return v, ok
}

// Peek copies the oldest value; false when the queue is empty.
func (m *Queue[V]) Peek() (V, bool) {
	if len(m.values) == 0 {
		var zero V
		return zero, false
	}
	return m.values[0], true
}

// Stack is last in, first out (BPF_MAP_TYPE_STACK).
type Stack[V any] struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	values     []V
}

// Push puts a value on top; with Exist the oldest makes room when full.
func (m *Stack[V]) Push(v V, flags uint64) int { return push(&m.values, v, flags, m.MaxEntries) }

// Pop takes the newest value; false when the stack is empty.
func (m *Stack[V]) Pop() (V, bool) {
	v, ok := m.Peek()
	if ok {
		m.values = m.values[:len(m.values)-1]
	}
	return v, ok
}

// Peek copies the newest value; false when the stack is empty.
func (m *Stack[V]) Peek() (V, bool) {
	if len(m.values) == 0 {
		var zero V
		return zero, false
	}
	return m.values[len(m.values)-1], true
}

func push[V any](values *[]V, v V, flags uint64, max uint32) int {
	if flags&NoExist != 0 || flags > Exist {
		return -EINVAL
	}
	if uint64(len(*values)) >= uint64(max) {
		if flags != Exist || len(*values) == 0 {
			return -E2BIG
		}
		*values = (*values)[1:]
	}
	*values = append(*values, v)
	return 0
}

// BloomFilter says of values whether they may have been pushed (BPF_MAP_TYPE_BLOOM_FILTER).
type BloomFilter[V comparable] struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
	// Hashes is the number of hash functions, 1 to 15; 0 means 5.
	Hashes uint32
	values map[V]bool
}

// Push adds a value.
func (m *BloomFilter[V]) Push(v V, flags uint64) int {
	if flags != Any {
		return -EINVAL
	}
	if m.values == nil {
		m.values = map[V]bool{}
	}
	m.values[v] = true
	return 0
}

// Contains is false when the value was certainly never pushed.
func (m *BloomFilter[V]) Contains(v V) bool { return m.values[v] }
