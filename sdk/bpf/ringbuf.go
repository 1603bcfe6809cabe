package bpf

// RingBuf carries records to user space in order (BPF_MAP_TYPE_RINGBUF). Size is in bytes, a power of two and a
// multiple of the page size.
type RingBuf[V any] struct {
	Size    uint32
	Pin     bool
	open    map[*V]func()
	records []V
}

// recordSize is what a record takes, header included.
func recordSize[V any]() uint64 { return 8 + (uint64(len(bytesOf(new(V))))+7)&^7 }

// Reserve makes room for a record, or returns nil when the buffer is full. The record holds garbage; it must be
// submitted or discarded exactly once on every path.
func (m *RingBuf[V]) Reserve() *V {
	if uint64(len(m.open)+len(m.records)+1)*recordSize[V]() > uint64(m.Size) {
		return nil
	}
	record := fresh[V]()
	if m.open == nil {
		m.open = map[*V]func(){}
	}
	m.open[record] = hold(func() { delete(m.open, record) })
	return record
}

// ReserveZeroed is Reserve with every byte of the record zero.
func (m *RingBuf[V]) ReserveZeroed() *V {
	record := m.Reserve()
	if record != nil {
		clear(bytesOf(record))
	}
	return record
}

func (m *RingBuf[V]) close(record *V) {
	done, ok := m.open[record]
	if !ok {
		panic(missing("bpf: the record is not open in this ring buffer"))
	}
	done()
	delete(m.open, record)
}

// Submit hands the record to user space; it must not be touched afterwards.
func (m *RingBuf[V]) Submit(record *V) { m.SubmitFlags(record, 0) }

// SubmitFlags is Submit with NoWakeup or ForceWakeup.
func (m *RingBuf[V]) SubmitFlags(record *V, flags uint64) {
	m.close(record)
	m.records = append(m.records, *record)
}

// Discard gives the record back unseen; it must not be touched afterwards.
func (m *RingBuf[V]) Discard(record *V) { m.close(record) }

// Output copies a value into a record and submits it: 0 or a negated error number.
func (m *RingBuf[V]) Output(v V, flags uint64) int {
	record := m.Reserve()
	if record == nil {
		return -EAGAIN
	}
	*record = v
	m.Submit(record)
	return 0
}

// Query returns a figure of the buffer: AvailData, RingSize, ConsPos or ProdPos.
func (m *RingBuf[V]) Query(what uint64) uint64 {
	used := uint64(len(m.open)+len(m.records)) * recordSize[V]()
	switch what {
	case AvailData, ProdPos:
		return used
	case RingSize:
		return uint64(m.Size)
	}
	return 0
}

// Drain takes the records submitted so far.
//
//bpf:native
func (m *RingBuf[V]) Drain() []V {
	records := m.records
	m.records = nil
	return records
}

// Flags of Submit, Discard and Output.
const (
	NoWakeup    uint64 = 1
	ForceWakeup uint64 = 2
)

// What Query tells.
const (
	AvailData uint64 = 0
	RingSize  uint64 = 1
	ConsPos   uint64 = 2
	ProdPos   uint64 = 3
)

// UserRingBuf carries records from user space (BPF_MAP_TYPE_USER_RINGBUF). Size is in bytes.
type UserRingBuf struct {
	Size    uint32
	Pin     bool
	samples [][]byte
}

// Drain visits the waiting records until visit returns false; the result is how many it saw, or a negated error number.
func (m *UserRingBuf) Drain(visit func(record *Dynptr) bool, flags uint64) int {
	seen := 0
	for len(m.samples) > 0 {
		var record Dynptr
		record.set(m.samples[0])
		m.samples = m.samples[1:]
		seen++
		if !visit(&record) {
			break
		}
	}
	return seen
}

// Send puts a record in, as user space does.
//
//bpf:native
func (m *UserRingBuf) Send(record []byte) { m.samples = append(m.samples, record) }
