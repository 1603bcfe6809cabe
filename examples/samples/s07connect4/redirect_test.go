package s07connect4

import (
	"testing"

	"bpfc/sdk/bpf"
)

func TestRedirect(t *testing.T) {
	to := Dest{IP: bpf.IP4(127, 0, 0, 1), Port: bpf.HToN16(8080)}
	Backends.Update(Dest{IP: bpf.IP4(10, 0, 0, 1), Port: bpf.HToN16(80)}, to, bpf.Any)
	ctx := &bpf.SockAddr{UserIP4: bpf.IP4(10, 0, 0, 1), UserPort: bpf.HToN16(80)}
	if got := bpf.RunAs("cgroup/connect4", Redirect, ctx); got != bpf.Allow {
		t.Fatal(got)
	}
	if ctx.UserIP4 != to.IP || ctx.UserPort.Host() != 8080 {
		t.Fatalf("%+v", ctx)
	}
}
