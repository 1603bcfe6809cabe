package bpf

import (
	"reflect"
	"unsafe"
)

var littleEndian = func() bool {
	v := uint16(1)
	return *(*byte)(unsafe.Pointer(&v)) == 1
}()

// bytesOf views the memory of a value.
func bytesOf[T any](p *T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(p)), unsafe.Sizeof(*p))
}

// bytesOfAny views what a helper's buffer argument names: the elements of a slice, or the value behind a pointer.
func bytesOfAny(buffer any) []byte {
	v := reflect.ValueOf(buffer)
	switch v.Kind() {
	case reflect.Slice:
		return unsafe.Slice((*byte)(v.UnsafePointer()), v.Len()*int(v.Type().Elem().Size()))
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return unsafe.Slice((*byte)(v.UnsafePointer()), v.Type().Elem().Size())
	case reflect.String:
		return []byte(v.String())
	case reflect.Invalid:
		return nil
	default:
		panic("bpf: a helper's buffer is a slice or a pointer, not " + v.Type().String())
	}
}

// fresh makes a value as the kernel leaves uninitialised memory: every byte 0xA5.
func fresh[T any]() *T {
	p := new(T)
	b := bytesOf(p)
	for i := range b {
		b[i] = 0xA5
	}
	return p
}

// fillPointers gives every nil pointer inside a value something to point at, so that walking kernel structs reads zero.
func fillPointers(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				fillPointers(f, depth)
			}
		}
	case reflect.Pointer:
		if v.IsNil() && depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
		}
		if !v.IsNil() {
			fillPointers(v.Elem(), depth-1)
		}
	}
}

// Error numbers that helpers return, negated.
const (
	EPERM     = 1
	ENOENT    = 2
	EINTR     = 4
	E2BIG     = 7
	EAGAIN    = 11
	ENOMEM    = 12
	EACCES    = 13
	EFAULT    = 14
	EBUSY     = 16
	EEXIST    = 17
	ENODEV    = 19
	EINVAL    = 22
	ENOSPC    = 28
	ERANGE    = 34
	EOPNOTSUP = 95
)

// view is the T that bytes hold.
func view[T any](b []byte) *T { return (*T)(unsafe.Pointer(&b[0])) }

// contains tells whether a part lies within a whole.
func contains[V, P any](whole *V, part *P) bool {
	start, at := uintptr(unsafe.Pointer(whole)), uintptr(unsafe.Pointer(part))
	return at >= start && at < start+unsafe.Sizeof(*whole)
}
