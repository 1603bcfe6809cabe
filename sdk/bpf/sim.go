package bpf

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
)

// The simulated machine. One per process, since map variables are too.
var sim = struct {
	sync.Mutex
	now       uint64
	random    uint64
	log       []string
	logger    Logger
	pid, tgid uint32
	uid, gid  uint32
	cpu       uint32
	retval    int32
	comm      Comm
	task      any
	memory    map[uintptr][]byte
	fakes     map[string]func(args ...any) any
	kconfig   map[string]uint64
}{}

// Logger is what *testing.T offers to a log.
type Logger interface {
	Logf(format string, args ...any)
}

func init() { ResetTest() }

// ResetTest brings clock, randomness, log, current task and fakes back to their start. Maps keep their content.
//
//bpf:native
func ResetTest() {
	sim.Lock()
	defer sim.Unlock()
	sim.now = 1_000_000_000
	sim.random = 0x9E3779B97F4A7C15
	sim.log, sim.logger = nil, nil
	sim.pid, sim.tgid = 1, 1
	sim.uid, sim.gid = 0, 0
	sim.cpu, sim.retval = 0, 0
	sim.comm = Comm{'t', 'e', 's', 't'}
	sim.task = nil
	sim.memory = map[uintptr][]byte{}
	sim.fakes = map[string]func(args ...any) any{}
	sim.kconfig = map[string]uint64{}
}

// LogTo sends printk lines to a test's log as well: bpf.LogTo(t).
//
//bpf:native
func LogTo(l Logger) {
	sim.Lock()
	defer sim.Unlock()
	sim.logger = l
}

// TestLog returns what was printed since ResetTest, one entry per call.
//
//bpf:native
func TestLog() []string {
	sim.Lock()
	defer sim.Unlock()
	return append([]string(nil), sim.log...)
}

// SetTime sets the test clock, in nanoseconds since boot.
//
//bpf:native
func SetTime(ns uint64) {
	sim.Lock()
	defer sim.Unlock()
	sim.now = ns
}

// AdvanceTime moves the test clock, then runs the timers that are due.
//
//bpf:native
func AdvanceTime(ns uint64) {
	sim.Lock()
	sim.now += ns
	sim.Unlock()
	runTimers()
}

// SetRandom seeds the test's randomness; not 0.
//
//bpf:native
func SetRandom(seed uint64) {
	sim.Lock()
	defer sim.Unlock()
	sim.random = seed
}

// SetCPU sets the processor that the program runs on, below 8.
//
//bpf:native
func SetCPU(cpu uint32) {
	if cpu >= simulatedCPUs {
		panic(fmt.Sprintf("bpf: the simulated machine has %d processors", simulatedCPUs))
	}
	sim.Lock()
	defer sim.Unlock()
	sim.cpu = cpu
}

// SetCurrent sets the current task's numbers and name.
//
//bpf:native
func SetCurrent(pid, tgid uint32, comm string) {
	sim.Lock()
	defer sim.Unlock()
	sim.pid, sim.tgid = pid, tgid
	sim.comm = Comm{}
	copy(sim.comm[:len(sim.comm)-1], comm)
}

// SetCurrentUser sets the current task's user and group.
//
//bpf:native
func SetCurrentUser(uid, gid uint32) {
	sim.Lock()
	defer sim.Unlock()
	sim.uid, sim.gid = uid, gid
}

// SetCurrentTask sets what CurrentTask returns: a pointer to the program's partial task struct.
//
//bpf:native
func SetCurrentTask(task any) {
	sim.Lock()
	defer sim.Unlock()
	sim.task = task
}

// SetMemory makes bytes readable at an address for the probe_read helpers, of user and kernel memory.
//
//bpf:native
func SetMemory(address uintptr, data []byte) {
	sim.Lock()
	defer sim.Unlock()
	sim.memory[address] = data
}

// SetKconfig sets the value that a Kconfig variable of that name reads.
//
//bpf:native
func SetKconfig(name string, value uint64) {
	sim.Lock()
	defer sim.Unlock()
	sim.kconfig[name] = value
}

// Fake stands in for a helper that has no simulation of its own; name as declared here: "FibLookup".
//
//bpf:native
func Fake(name string, simulation func(args ...any) any) {
	sim.Lock()
	defer sim.Unlock()
	sim.fakes[name] = simulation
}

// fake calls the test's stand-in for a helper; numbers are converted, nil is zero.
func fake[R any](name string, args ...any) R {
	sim.Lock()
	f := sim.fakes[name]
	sim.Unlock()
	if f == nil {
		panic(missing("bpf: " + name + " has no native simulation; give the test one with bpf.Fake(\"" + name + "\", …)"))
	}
	var r R
	result := f(args...)
	if result == nil {
		return r
	}
	if v, ok := result.(R); ok {
		return v
	}
	return reflect.ValueOf(result).Convert(reflect.TypeFor[R]()).Interface().(R)
}

// missing is a panic of the test, not of the program: Run lets it pass.
type missing string

func (m missing) Error() string { return string(m) }

func now() uint64 {
	sim.Lock()
	defer sim.Unlock()
	return sim.now
}

func currentCPU() uint32 {
	sim.Lock()
	defer sim.Unlock()
	return sim.cpu
}

// nextRandom is xorshift64*, so that a test repeats.
func nextRandom() uint32 {
	sim.Lock()
	defer sim.Unlock()
	x := sim.random
	x ^= x >> 12
	x ^= x << 25
	x ^= x >> 27
	sim.random = x
	return uint32(x * 0x2545F4914F6CDD1D >> 32)
}

// readMemory copies from simulated memory; what is not there is a fault.
func readMemory(dst []byte, address uintptr) bool {
	sim.Lock()
	defer sim.Unlock()
	for start, data := range sim.memory {
		if address >= start && uint64(address-start)+uint64(len(dst)) <= uint64(len(data)) {
			copy(dst, data[address-start:])
			return true
		}
	}
	return false
}

// readString copies a NUL-terminated string; the result counts the NUL, as the kernel's does.
func readString(dst []byte, address uintptr) int {
	if len(dst) == 0 {
		return 0
	}
	sim.Lock()
	defer sim.Unlock()
	for start, data := range sim.memory {
		if address < start || uint64(address-start) >= uint64(len(data)) {
			continue
		}
		for i, b := range data[address-start:] {
			if i == len(dst)-1 {
				dst[i] = 0
				return len(dst)
			}
			dst[i] = b
			if b == 0 {
				return i + 1
			}
		}
		break
	}
	clear(dst)
	return -EFAULT
}

func logText(text string) {
	sim.Lock()
	defer sim.Unlock()
	sim.log = append(sim.log, text)
	if sim.logger != nil {
		sim.logger.Logf("%s", text)
	} else if flag.Lookup("test.v") == nil {
		fmt.Fprint(os.Stderr, text)
	}
}

// formatText formats as Go does; %s of bytes ends at their NUL, as the kernel's does.
func formatText(format string, args []any) string {
	if len(args) == 0 {
		return format
	}
	texts := append([]any(nil), args...)
	next := 0
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		i++
		for i < len(format) && strings.IndexByte("+-# 0123456789.", format[i]) >= 0 {
			i++
		}
		if i >= len(format) || format[i] == '%' {
			continue
		}
		if format[i] == 's' && next < len(texts) {
			texts[next] = untilNUL(texts[next])
		}
		next++
	}
	return fmt.Sprintf(format, texts...)
}

// untilNUL is the text of a byte array or slice; other values stay as they are.
func untilNUL(value any) any {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Array, reflect.Slice:
	default:
		return value
	}
	if v.Type().Elem().Kind() != reflect.Uint8 {
		return value
	}
	var b strings.Builder
	for i := range v.Len() {
		c := byte(v.Index(i).Uint())
		if c == 0 {
			break
		}
		b.WriteByte(c)
	}
	return b.String()
}
