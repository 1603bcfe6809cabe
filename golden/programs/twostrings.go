// Two different strings, one of them twice, and one with an argument.
package twostrings

import "bpfc/sdk/bpf"

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Print() int32 {
	bpf.TracePrintk("first of two\n")
	bpf.TracePrintk("second, which is the longer one\n")
	bpf.TracePrintk("first of two\n")
	bpf.TracePrintk("pid %d\n", uint32(bpf.GetCurrentPidTgid()))
	return 0
}
