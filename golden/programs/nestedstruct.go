// Structs inside structs and arrays of structs, as locals and as map values.
//
// run: Main(a=3, b=4) = 117
// run: Main(a=0, b=0) = 110
package nestedstruct

import "bpfc/sdk/bpf"

// Args is the context of the syscall program: two inputs and the result.
type Args struct{ A, B, Result uint64 }

type Point struct {
	X, Y int32
}

type Box struct {
	Low, High Point
	Corners   [2]Point
}

var Boxes = bpf.Array[Box]{MaxEntries: 2}

//bpf:attach syscall
func Main(ctx *Args) int32 {
	box := Box{Low: Point{X: int32(ctx.A), Y: int32(ctx.B)}}
	box.High = Point{100, 10}
	box.Corners[1] = box.Low
	stored := Boxes.Lookup(0)
	if stored == nil {
		return 1
	}
	*stored = box
	stored.Low.X = 0
	ctx.Result = uint64(stored.High.X + stored.High.Y + stored.Corners[1].X + stored.Corners[1].Y + stored.Low.X)
	return 0
}
