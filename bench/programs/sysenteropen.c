#include "bench.h"

MAP(counts, ARRAY, __u32, __u32, 1);

SEC("tracepoint/syscalls/sys_enter_open")
int sys_enter_open(void *ctx)
{
	__u32 key = 0, one = 1;
	__u32 *value = bpf_map_lookup_elem(&counts, &key);
	if (value)
		*value += 1;
	else
		bpf_map_update_elem(&counts, &key, &one, BPF_NOEXIST);
	return 0;
}
LICENSE;
