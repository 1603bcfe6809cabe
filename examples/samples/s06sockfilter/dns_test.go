package s06sockfilter

import (
	"testing"

	"bpfc/sdk/bpf"
)

func TestOnlyDNS(t *testing.T) {
	packet := make([]byte, 60)
	packet[23], packet[37] = 17, 53
	if got := bpf.Run(OnlyDNS, &bpf.SKB{Buf: packet}); got != -1 {
		t.Fatal("a DNS packet gives", got)
	}
	packet[37] = 80
	if got := bpf.Run(OnlyDNS, &bpf.SKB{Buf: packet}); got != 0 {
		t.Fatal("another packet gives", got)
	}
	if got := bpf.Run(OnlyDNS, &bpf.SKB{Buf: packet[:20]}); got != 0 {
		t.Fatal("a short packet gives", got)
	}
}
