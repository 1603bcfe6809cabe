#include "bench.h"
#include <bpf/bpf_core_read.h>

struct task_struct { struct task_struct *real_parent; int tgid, exit_code; } __attribute__((preserve_access_index));
struct event {
	__u32 pid, ppid, exit_code;
	__u64 duration;
	char comm[16];
	_Bool exit_event;
};
MAP(started, HASH, __u32, __u64, 8192);
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");
const volatile __u64 min_duration_ns = 0;

SEC("tp/sched/sched_process_exit")
int exitsnoop(void *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 pid = id >> 32;
	__u64 duration = 0;
	if (pid != (__u32)id)
		return 0;
	__u64 *start = bpf_map_lookup_elem(&started, &pid);
	if (start)
		duration = bpf_ktime_get_ns() - *start;
	bpf_map_delete_elem(&started, &pid);
	if (duration < min_duration_ns)
		return 0;
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	struct task_struct *task = (void *)bpf_get_current_task();
	e->exit_event = 1;
	e->duration = duration;
	e->pid = pid;
	e->ppid = BPF_CORE_READ(task, real_parent, tgid);
	e->exit_code = (BPF_CORE_READ(task, exit_code) >> 8) & 0xff;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}
LICENSE;
