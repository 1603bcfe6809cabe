package statements

type Args struct{ A, B, Result uint64 }

// Conditions with their own variables, tagless and tagged switches, fallthrough, duplicates of runtime values.
//
// run: Choices(a=1, b=2) = 12884901880
// run: Choices(a=7, b=7) = 281526516318210
// run: Choices(a=20, b=3) = 563018672898060
// run: Choices(a=5, b=1000) = 17179869185
//
//bpf:attach syscall
func Choices(ctx *Args) int32 {
	if s := ctx.A + ctx.B; s > 500 {
		ctx.Result = 1
	} else if d := s - 14; d == 0 {
		ctx.Result = 2 + d
	} else {
		ctx.Result = 3 + d
	}
	switch n := ctx.A % 8; n {
	case 0, 1:
		ctx.Result += 1 << 32
		fallthrough
	case 2:
		ctx.Result += 2 << 32
	case ctx.B, 5:
		ctx.Result += 4 << 32
		if n == 5 {
			break
		}
		ctx.Result += 8 << 32
	default:
		ctx.Result += 16 << 32
	}
	switch {
	case ctx.A == ctx.B:
		ctx.Result += 1 << 48
	case ctx.A > ctx.B:
		ctx.Result += 2 << 48
	}
	return 0
}

// Every form of for, with labels.
//
// run: Loops(a=3, b=2) = 13198484835910
// run: Loops(a=9, b=0) = 13202779799552
//
//bpf:attach syscall
func Loops(ctx *Args) int32 {
	var grid [3][4]uint8
outer:
	for i := 0; i < 3; i++ {
		for j := range 4 {
			if uint64(i*j) == ctx.A {
				break outer
			}
			if uint64(j) == ctx.B {
				continue outer
			}
			grid[i][j] = uint8(i*4 + j)
		}
	}
	n := ctx.A
	for n > 2 {
		n /= 2
		ctx.Result += 1 << 32
	}
	for {
		n++
		if n > 5 {
			break
		}
	}
	for range 3 {
		n += 2
	}
	for i, row := range grid {
		for j := range row {
			ctx.Result += uint64(row[j]) * uint64(i+1)
		}
	}
	for i, v := range &grid[1] {
		ctx.Result += uint64(v) << (8 + i)
	}
	for i := range grid[2][1:] {
		ctx.Result += uint64(i) << 24
	}
	ctx.Result += n << 40
	return 0
}

// goto, forwards and backwards.
//
// run: Jumps(a=5, b=2) = 8589934598
// run: Jumps(a=200, b=2) = 42949738606
//
//bpf:attach syscall
func Jumps(ctx *Args) int32 {
	var i, s uint64
again:
	if i < 10 {
		i++
		s += i * ctx.B
		if s > ctx.A {
			goto out
		}
		goto again
	}
	s += 1 << 16
out:
	{
		ctx.Result = s + i<<32
	}
	return 0
}

type point struct{ x, y uint64 }

var order uint64

func at(n uint64) uint64 {
	order = order*10 + n
	return n
}

// Operands are evaluated first, from left to right, and assigned afterwards.
//
// run: Assignments(a=2, b=1) = 22237901844906824 then Order(a=0, b=0) = 1234
//
//bpf:attach syscall
func Assignments(ctx *Args) int32 {
	a, b, c := ctx.A, ctx.B, uint64(3)
	a, b, c = c, a, b
	list := [4]uint64{1, 2, 3, 4}
	i := uint64(0)
	i, list[i] = 2, 9
	list[at(1)], list[at(2)] = at(3), at(4)
	p := &point{5, 6}
	p.x, p.y = p.y, p.x
	p, p.x = &point{7, 8}, 70
	list[0] <<= a
	list[3] &^= 4
	list[3] %= 3
	p.y++
	ctx.Result = list[0] + list[1]<<8 + list[2]<<16 + list[3]<<24 + (a*100+b*10+c)<<32 + (p.x*10+p.y)<<48
	return 0
}

//bpf:attach syscall
func Order(ctx *Args) int32 {
	ctx.Result = order
	return 0
}
