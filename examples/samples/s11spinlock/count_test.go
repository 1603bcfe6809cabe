package s11spinlock

import (
	"testing"

	"bpfc/sdk/bpf"
)

func TestCount(t *testing.T) {
	packet := make([]byte, 60)
	packet[23] = 6
	for range 3 {
		if got := bpf.Run(Count, &bpf.SKB{Buf: packet, Len: 60}); got != bpf.TCOk {
			t.Fatal(got)
		}
	}
	if s := Stats.Lookup(6); s.Packets != 3 || s.Bytes != 180 {
		t.Fatalf("%+v", s)
	}
}
