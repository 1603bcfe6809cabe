package bpf

// SpinLock protects the map value that it is a field of. No calls while it is held.
type SpinLock struct {
	state uint32 `bpf:"layout"`
}

// Lock takes the lock.
func (s *SpinLock) Lock() {
	if s.state != 0 {
		panic(missing("bpf: the lock is already held"))
	}
	s.state = 1
	hold(func() { s.state = 0 })
}

// Unlock releases the lock.
func (s *SpinLock) Unlock() {
	if s.state == 0 {
		panic(missing("bpf: the lock is not held"))
	}
	s.state = 0
}

// Timer is a field of a map value that calls a function later.
type Timer struct {
	id    uint64 `bpf:"layout"`
	spare uint64 `bpf:"layout"`
}

// Clocks of timers.
const (
	ClockMonotonic uint64 = 1
	ClockBoottime  uint64 = 7
)

// timers are kept beside the values, whose layout is the kernel's.
var timers []*timerState

type timerState struct {
	of       any
	callback func()
	due      uint64
	armed    bool
}

func (t *Timer) state() *timerState {
	if t.id == 0 {
		return nil
	}
	return timers[t.id-1]
}

// Init prepares the timer in a value of the map m (a pointer to the map variable); clock is ClockMonotonic or ClockBoottime.
func (t *Timer) Init(m any, clock uint64) int {
	if t.id != 0 {
		return -EBUSY
	}
	timers = append(timers, &timerState{of: m})
	t.id = uint64(len(timers))
	return 0
}

// Start calls the callback once after so many nanoseconds.
func (t *Timer) Start(nsecs uint64, flags uint64) int {
	state := t.state()
	if state == nil || state.callback == nil {
		return -EINVAL
	}
	state.due, state.armed = now()+nsecs, true
	return 0
}

// Cancel stops the timer; 1 when it was armed.
func (t *Timer) Cancel() int {
	state := t.state()
	if state == nil {
		return -EINVAL
	}
	was := state.armed
	state.armed, state.callback = false, nil
	if was {
		return 1
	}
	return 0
}

// TimerSetCallback sets the function that a timer calls; it gets the key and the value that hold the timer.
func TimerSetCallback[K comparable, V any](t *Timer, callback func(k *K, v *V)) int {
	state := t.state()
	if state == nil {
		return -EINVAL
	}
	m, ok := state.of.(interface {
		ForEach(visit func(k *K, v *V) bool) int
	})
	if !ok {
		panic(missing("bpf: the timer's callback does not take this map's key and value"))
	}
	state.callback = func() {
		m.ForEach(func(k *K, v *V) bool {
			if !contains(v, t) {
				return true
			}
			callback(k, v)
			return false
		})
	}
	return 0
}

// runTimers calls what is due, in order of their times.
func runTimers() {
	for {
		var first *timerState
		for _, s := range timers {
			if s.armed && s.due <= now() && (first == nil || s.due < first.due) {
				first = s
			}
		}
		if first == nil {
			return
		}
		first.armed = false
		first.callback()
	}
}

// Kptr is a field of a map value that owns a kernel object.
type Kptr[T any] struct {
	object *T `bpf:"layout"`
}

// Xchg puts an object in and takes the old one out; what comes out must be released or put elsewhere.
func (k *Kptr[T]) Xchg(object *T) *T {
	old := k.object
	k.object = object
	return old
}

// Load borrows the object; nil when there is none.
func (k *Kptr[T]) Load() *T { return k.object }

// Dynptr is memory whose size only the kernel knows: a ring-buffer record, a user record, a packet.
type Dynptr struct {
	id    uint64 `bpf:"layout"`
	spare uint64 `bpf:"layout"`
}

var dynptrs [][]byte

func (d *Dynptr) set(b []byte) {
	dynptrs = append(dynptrs, b)
	d.id = uint64(len(dynptrs))
}

func (d *Dynptr) bytes() []byte {
	if d.id == 0 {
		return nil
	}
	return dynptrs[d.id-1]
}

// Read copies from an offset into a slice or the value behind a pointer.
func (d *Dynptr) Read(dst any, off uint32) int {
	to, b := bytesOfAny(dst), d.bytes()
	if d.id == 0 {
		return -EINVAL
	}
	if uint64(off)+uint64(len(to)) > uint64(len(b)) {
		return -E2BIG
	}
	copy(to, b[off:])
	return 0
}

// Write copies from a slice or the value behind a pointer to an offset.
func (d *Dynptr) Write(off uint32, src any) int {
	from, b := bytesOfAny(src), d.bytes()
	if d.id == 0 {
		return -EINVAL
	}
	if uint64(off)+uint64(len(from)) > uint64(len(b)) {
		return -E2BIG
	}
	copy(b[off:], from)
	return 0
}

// DynptrAt is a typed view of a dynptr's memory, nil when it is too small.
func DynptrAt[T any](d *Dynptr, off uint32) *T {
	b := d.bytes()
	n := uint64(len(bytesOf(new(T))))
	if n == 0 || uint64(off)+n > uint64(len(b)) {
		return nil
	}
	return view[T](b[off:])
}

// Kconfig is a kernel configuration value, known at load time: var hz = bpf.Kconfig[uint32]{Name: "CONFIG_HZ"}.
// A missing one is 0 when Weak, else the program does not load.
type Kconfig[T any] struct {
	Name string
	Weak bool
}

// Get reads the value.
func (k *Kconfig[T]) Get() T {
	sim.Lock()
	value := sim.kconfig[k.Name]
	sim.Unlock()
	var v T
	b := bytesOf(&v)
	for i := range b {
		if littleEndian {
			b[i] = byte(value >> (8 * i))
		} else {
			b[i] = byte(value >> (8 * (len(b) - 1 - i)))
		}
	}
	return v
}

// Ksym is a kernel variable: var runqueues = bpf.Ksym[kernel.RQ]{Name: "runqueues"}.
type Ksym[T any] struct {
	Name string
	Weak bool
	// Value stands in for the kernel's variable. For tests.
	Value *T `bpf:"native"`
}

// Addr is the variable's address; nil when it is weak and missing.
func (k *Ksym[T]) Addr() *T { return k.Value }

// PerCPU is the variable of one processor; nil when there is no such processor.
func (k *Ksym[T]) PerCPU(cpu uint32) *T {
	if cpu >= simulatedCPUs {
		return nil
	}
	return k.Value
}

// ThisCPU is this processor's variable.
func (k *Ksym[T]) ThisCPU() *T { return k.Value }
