package s03execsnoop

import (
	"testing"

	"bpfc/sdk/bpf"
	"samples/kernel"
)

func TestExec(t *testing.T) {
	bpf.ResetTest()
	bpf.SetCurrent(7, 8, "sh")
	bpf.SetCurrentTask(&kernel.Task{RealParent: &kernel.Task{TGID: 3}})
	bpf.SetMemory(0x5000, []byte("/bin/true\x00"))
	if got := bpf.Run(Exec, &kernel.SysEnterExecve{Filename: 0x5000}); got != 0 {
		t.Fatal(got)
	}
	events := Events.Drain()
	if len(events) != 1 {
		t.Fatal(events)
	}
	e := events[0]
	if e.PID != 8 || e.PPID != 3 || e.Comm.Text() != "sh" || string(e.File[:10]) != "/bin/true\x00" {
		t.Fatalf("%+v", e)
	}
}
