// bpfc --emit object
package callbacks

import "bpfc/sdk/bpf"

type Value struct {
	Timer bpf.Timer
	Count uint64
}

var values = bpf.Array[Value]{MaxEntries: 4}

type Cursor struct {
	Rest []byte
}

//bpf:attach tc
func Captures(ctx *bpf.SKB) bpf.TCAction {
	v := values.Lookup(0)
	if v == nil {
		return bpf.TCOk
	}
	mark := ctx.Mark
	bpf.TimerSetCallback(&v.Timer, func(k *uint32, v *Value) { v.Count = uint64(mark) })
	cursor := Cursor{Rest: ctx.Packet()}
	values.ForEach(func(k *uint32, v *Value) bool {
		cursor.Rest = cursor.Rest[1:]
		return true
	})
	var visit func(k *uint32, v *Value) bool
	values.ForEach(visit)
	return bpf.TCOk
}
