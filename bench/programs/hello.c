#include "bench.h"

SEC("tracepoint/syscalls/sys_enter_execve")
int hello(void *ctx)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	bpf_printk("Hello, World! pid=%d\n", tgid);
	return 0;
}
LICENSE;
