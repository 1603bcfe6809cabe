// Row 1: prints the process id at every execve.
package hello

import "bpfc/sdk/bpf"

//bpf:attach tracepoint/syscalls/sys_enter_execve
func Hello() int32 {
	bpf.TracePrintk("Hello, World! pid=%d\n", uint32(bpf.GetCurrentPidTgid()>>32))
	return 0
}
