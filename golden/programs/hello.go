// The first program: prints on every openat.
package hello

import "bpfc/sdk/bpf"

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Hello() int32 {
	bpf.TracePrintk("Hello world!\n")
	return 0
}
