package bpf

import "reflect"

// Comm is a task's name, NUL-terminated.
type Comm [16]byte

// Text is the name up to its NUL.
//
//bpf:native
func (c Comm) Text() string {
	for i, b := range c {
		if b == 0 {
			return string(c[:i])
		}
	}
	return string(c[:])
}

// CurrentPidTgid returns the current thread's number (pid) and its process's (tgid).
func CurrentPidTgid() (pid, tgid uint32) {
	v := GetCurrentPidTgid()
	return uint32(v), uint32(v >> 32)
}

// CurrentUidGid returns the current task's user and group.
func CurrentUidGid() (uid, gid uint32) {
	v := GetCurrentUidGid()
	return uint32(v), uint32(v >> 32)
}

// CurrentComm returns the current task's name.
func CurrentComm() Comm {
	sim.Lock()
	defer sim.Unlock()
	return sim.comm
}

// CurrentTask returns the current task as a partial kernel struct (//bpf:core task_struct).
func CurrentTask[T any]() *T {
	sim.Lock()
	task, ok := sim.task.(*T)
	sim.Unlock()
	if !ok {
		task = new(T)
	}
	fillPointers(reflect.ValueOf(task), 4)
	return task
}

// Printk prints to the trace pipe, with any number of arguments: trace_printk up to three, else trace_vprintk.
func Printk(format string, args ...any) int {
	text := formatText(format, args)
	logText(text)
	return len(text)
}

// TracePrintk prints to the trace pipe.
func TracePrintk(format string, args ...any) int { return Printk(format, args...) }

// SNPrintf formats into a buffer, NUL-terminated; the result counts what the whole text needs, NUL included.
func SNPrintf(dst []byte, format string, args ...any) int {
	text := formatText(format, args)
	if len(dst) > 0 {
		n := copy(dst[:len(dst)-1], text)
		dst[n] = 0
	}
	return len(text) + 1
}

// ReadUserStr copies a NUL-terminated string from user memory; the result counts the NUL, or is a negated error number.
func ReadUserStr(dst []byte, p uintptr) int { return readString(dst, p) }

// ReadKernelStr copies a NUL-terminated string from kernel memory; the result counts the NUL, or is a negated error number.
func ReadKernelStr(dst []byte, p uintptr) int { return readString(dst, p) }

// ReadUser copies a T from user memory; false on a fault.
func ReadUser[T any](p uintptr) (T, bool) {
	var v T
	ok := readMemory(bytesOf(&v), p)
	return v, ok
}

// ReadKernel copies a T from kernel memory; false on a fault.
func ReadKernel[T any](p uintptr) (T, bool) {
	var v T
	ok := readMemory(bytesOf(&v), p)
	return v, ok
}

// maxLoops is the kernel's cap of loops.
const maxLoops = 1 << 23

// Loop calls body with 0, 1, … n-1 until it returns false; the result is how often it was called, or a negated error number.
func Loop(n uint32, body func(i uint32) bool) int {
	if n > maxLoops {
		return -E2BIG
	}
	for i := range n {
		if !body(i) {
			return int(i) + 1
		}
	}
	return int(n)
}

// FieldExists tells whether the running kernel's struct has the field: bpf.FieldExists(&p.F).
func FieldExists[T any](field *T) bool { return true }

// BitField reads a field of a partial kernel struct that is a bit field there, or may be one on some kernel: the
// relocations tell how wide it is and where its bits are. The address itself is not taken.
func BitField[T ~bool | ~int8 | ~int16 | ~int32 | ~int64 | ~int | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uint](field *T) T {
	return *field
}

// FieldSize is the field's size in the running kernel.
func FieldSize[T any](field *T) uint32 { return uint32(len(bytesOf(new(T)))) }

// TypeExists tells whether the running kernel has the partial struct's type.
func TypeExists[T any]() bool { return true }

// TypeSize is the size of the type in the running kernel.
func TypeSize[T any]() uint32 { return uint32(len(bytesOf(new(T)))) }

// EnumExists tells whether the running kernel's enum has the member; both names are constants.
func EnumExists(enum, member string) bool { return fake[bool]("EnumExists", enum, member) }

// EnumValue is the value of an enum's member in the running kernel; both names are constants.
func EnumValue(enum, member string) uint64 { return fake[uint64]("EnumValue", enum, member) }

// NetfilterState is the hook's struct nf_hook_state as a partial kernel struct.
func NetfilterState[T any](ctx *Netfilter) *T { return netfilterPart[T](ctx.State) }

// NetfilterSKB is the hook's struct sk_buff as a partial kernel struct.
func NetfilterSKB[T any](ctx *Netfilter) *T { return netfilterPart[T](ctx.SKB) }

func netfilterPart[T any](part any) *T {
	p, ok := part.(*T)
	if !ok {
		p = new(T)
	}
	fillPointers(reflect.ValueOf(p), 4)
	return p
}
