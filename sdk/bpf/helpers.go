package bpf

// Helpers whose Go form is more than the C prototype's: those with callbacks and kernel pointers.

// ForEachMapElem calls visit for every element of a map until it returns false; the result is how many it saw.
func ForEachMapElem[K comparable, V any](m any, visit func(k *K, v *V) bool) int {
	walk, ok := m.(interface {
		ForEach(visit func(k *K, v *V) bool) int
	})
	if !ok {
		panic(missing("bpf: ForEachMapElem takes a pointer to a map of these types"))
	}
	return walk.ForEach(visit)
}

// FindVma calls visit with the memory area (struct vm_area_struct) of a task's address; 0 or a negated error number.
func FindVma[A any](task any, address uint64, visit func(area *A) bool) int {
	area := fake[*A]("FindVma", task, address)
	if area == nil {
		return -ENOENT
	}
	visit(area)
	return 0
}

// UserRingbufDrain visits the waiting records of a user ring buffer until visit returns false.
func UserRingbufDrain(m *UserRingBuf, visit func(record *Dynptr) bool, flags uint64) int {
	return m.Drain(visit, flags)
}

// KptrXchg puts an object into a field and takes the old one out.
func KptrXchg[T any](field *Kptr[T], object *T) *T { return field.Xchg(object) }

// probe is what the probe_read helpers do on addresses that the test made readable.
func probe(dst any, address uintptr) int {
	to := bytesOfAny(dst)
	if readMemory(to, address) {
		return 0
	}
	clear(to)
	return -EFAULT
}
