// bpfc --target-kernel 6.1
package gomaps

type Args struct{ A, B, Result uint64 }

type pair struct{ First, Second uint32 }

//bpf:map hash 16
var hits = map[uint32]uint64{}

//bpf:map hash 16
var pairs = map[pair]pair{}

func fill(n uint64) {
	for i := range uint32(8) {
		if uint64(i) < n {
			hits[i] = uint64(i) * 10
			pairs[pair{i, i + 1}] = pair{Second: i}
		}
	}
}

// The operations of Go's maps.
//
// run: Operations(a=3, b=4) = 263172
//
//bpf:attach syscall
func Operations(ctx *Args) int32 {
	hits[1] = ctx.A
	hits[1]++
	hits[2] += ctx.B
	delete(hits, 3)
	v, ok := hits[9]
	if w, found := hits[2]; found && !ok {
		v += w
	}
	pairs[pair{1, 2}] = pair{3, 4}
	ctx.Result = hits[1] + v<<8 + uint64(pairs[pair{1, 2}].Second)<<16
	return 0
}

// A range visits every element, in an order that nobody knows.
//
// run: Sum(a=5, b=0) = 1407396360159312
// run: Sum(a=0, b=0) = 0
//
//bpf:attach syscall
func Sum(ctx *Args) int32 {
	fill(ctx.A)
	var keys uint32
	var last uint32
	for k, v := range hits {
		if k == 2 {
			continue
		}
		keys |= 1 << k
		ctx.Result += v
	}
	for k := range pairs {
		last = max(last, k.Second)
	}
	for range hits {
		ctx.Result += 1 << 48
	}
	ctx.Result += uint64(keys)<<16 + uint64(last)<<32
	return 0
}

// The body is left by break, by return, and by jumps to labels around it; a panic aborts.
//
// run: Leave(a=4, b=0) = 9 ret=0
// run: Leave(a=4, b=1) = 5 ret=77
// run: Leave(a=4, b=2) = 1 ret=0
// run: Leave(a=4, b=3) = 3 ret=0
// run: Leave(a=4, b=4) = 0 ret=-9
// run: Leave(a=4, b=5) = 1 ret=0
//
//bpf:attach syscall
//bpf:panic -9
func Leave(ctx *Args) int32 {
	fill(ctx.A)
	var table [3]uint64
	rounds := uint64(0)
outer:
	for i := range uint64(3) {
		for k, v := range hits {
			rounds++
			switch ctx.B {
			case 0:
				break
			case 1:
				ctx.Result = 5
				return int32(k-k) + 77
			case 2:
				break outer
			case 3:
				continue outer
			case 4:
				table[v*4+3+i] = 1
			default:
				goto done
			}
			for j := range 3 {
				if j == 1 {
					break
				}
			}
			if ctx.B == 0 && i == 2 {
				break
			}
		}
	}
done:
	ctx.Result += rounds + table[0]
	return 0
}

func find(want uint64) (k uint32, found bool) {
	for k, v := range hits {
		if v == want {
			return k, true
		}
	}
	for p := range pairs {
		for q := range pairs {
			if uint64(p.First+q.First*10) == want {
				k = q.Second
				return
			}
		}
	}
	return 99, false
}

// Named and unnamed results, and ranges within ranges.
//
// run: Find(a=5, b=30) = 4294967299
// run: Find(a=5, b=42) = 5
// run: Find(a=5, b=1000) = 99
//
//bpf:attach syscall
func Find(ctx *Args) int32 {
	fill(ctx.A)
	k, found := find(ctx.B)
	ctx.Result = uint64(k)
	if found {
		ctx.Result += 1 << 32
	}
	return 0
}
