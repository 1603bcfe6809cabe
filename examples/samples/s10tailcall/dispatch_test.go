package s10tailcall

import (
	"testing"

	"bpfc/sdk/bpf"
)

func TestDispatch(t *testing.T) {
	ipv6 := &bpf.XDP{Buf: []byte{12: 0x86, 13: 0xdd}}
	if got := bpf.Run(Dispatch, ipv6); got != bpf.XDPPass {
		t.Fatal("an empty slot gives", got)
	}
	stages.Set(slotV6, V6)
	if got := bpf.Run(Dispatch, ipv6); got != bpf.XDPDrop {
		t.Fatal("V6 without V4 gives", got)
	}
	stages.Set(slotV4, V4)
	if got := bpf.Run(Dispatch, ipv6); got != bpf.XDPPass {
		t.Fatal("V6 then V4 gives", got)
	}
}
