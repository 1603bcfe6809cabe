#include "bench.h"

MAP(counts, HASH, __u32, __u64, 10240);

SEC("tracepoint/raw_syscalls/sys_enter")
int pidcount(void *ctx)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	__u64 *count = bpf_map_lookup_elem(&counts, &tgid);
	if (count) {
		__sync_fetch_and_add(count, 1);
	} else {
		__u64 one = 1;
		bpf_map_update_elem(&counts, &tgid, &one, BPF_ANY);
	}
	return 0;
}
LICENSE;
