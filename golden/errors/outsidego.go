package outsidego

import "unsafe"

type shape interface{ area() uint64 }

type node struct{ next *node }

var floats = [2]float32{1, 2}

func init() {}

func variadic(list ...int) int { return len(list) }

func kind(x any) int {
	switch x.(type) {
	case int:
		return 1
	}
	return 0
}

func describe(s shape) uint64 { return s.area() }

func again(n int) int { return again(n - 1) }

//bpf:attach syscall
func Main(ctx *node) int32 {
	c := complex(1, 2)
	var list []int
	list = append(list, 1)
	more := make([]int, 3)
	ch := make(chan int)
	s := "a" + string(rune(len(list)))
	bytes := []byte("text")
	var f float64 = 3
	go again(1)
	p := unsafe.Pointer(uintptr(5))
	for i := range 3 {
		defer variadic(i)
	}
	get := ctx.method
	expression := node.method
	select {}
	recover()
	_, _, _, _, _, _, _, _, _ = c, more, ch, s, bytes, f, p, get, expression
	return 0
}

func (n node) method() int { return 1 }
