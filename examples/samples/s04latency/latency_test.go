package s04latency

import (
	"testing"

	"bpfc/sdk/bpf"
)

func TestLatency(t *testing.T) {
	bpf.ResetTest()
	bpf.Run(Enter, &bpf.Kprobe{})
	bpf.AdvanceTime(9_000_000)
	bpf.Run(func(ctx *bpf.Kretprobe) int32 { return Exit(ctx, 1) }, &bpf.Kretprobe{})
	if Hist[13] != 1 {
		t.Fatal(Hist)
	}
	bpf.Run(func(ctx *bpf.Kretprobe) int32 { return Exit(ctx, 1) }, &bpf.Kretprobe{})
	if Hist[13] != 1 {
		t.Fatal("counted without a start")
	}
}
