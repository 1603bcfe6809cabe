#include "bench.h"
#include <bpf/bpf_core_read.h>

struct task_struct { struct task_struct *real_parent; int tgid, exit_code; } __attribute__((preserve_access_index));
struct args { __u64 pad; __u32 filename; __s32 pid, old_pid; };
struct event {
	__u32 pid, ppid, exit_code;
	__u64 duration;
	char comm[16], filename[127];
	_Bool exit_event;
};
MAP(started, HASH, __u32, __u64, 8192);
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");
const volatile __u64 min_duration_ns = 0;

SEC("tp/sched/sched_process_exec")
int execsnoop(struct args *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	__u64 now = bpf_ktime_get_ns();
	bpf_map_update_elem(&started, &pid, &now, BPF_ANY);
	if (min_duration_ns)
		return 0;
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	struct task_struct *task = (void *)bpf_get_current_task();
	e->pid = pid;
	e->ppid = BPF_CORE_READ(task, real_parent, tgid);
	e->exit_code = 0;
	e->duration = 0;
	e->exit_event = 0;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_probe_read_kernel_str(e->filename, sizeof(e->filename), (void *)ctx + (ctx->filename & 0xffff));
	bpf_ringbuf_submit(e, 0);
	return 0;
}
LICENSE;
