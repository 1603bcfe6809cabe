// Package sched_ext is a scheduler: every task waits in the kernel's one global queue, and whenever one gets a
// processor, its process is noted. It is told by its name in /sys/kernel/sched_ext/root/ops.
package sched_ext

import (
	"bpfc/sdk/bpf"
	"examples/kernel"
)

//bpf:license Dual MIT/GPL
//bpf:target-kernel 6.12

// Ops is struct sched_ext_ops, as far as this scheduler goes.
//
//bpf:core sched_ext_ops
type Ops struct {
	Running func(ctx *bpf.StructOps, task *kernel.Task) `btf:"running"`
	Name    [128]byte                                   `btf:"name"`
}

// Turns counts how often the tasks of a process got a processor.
var turns = bpf.LRUHashMap[int32, uint64]{MaxEntries: 4096}

// Running is called when a task gets a processor.
//
//bpf:attach struct_ops/running
func Running(ctx *bpf.StructOps, task *kernel.Task) {
	if n := turns.LookupOrInit(task.TGID, 0); n != nil {
		*n++
	}
}

// Minimal is the scheduler.
var Minimal = bpf.StructOpsMap[Ops]{
	Ops: Ops{
		Running: Running,
		Name:    [128]byte{'m', 'i', 'n', 'i', 'm', 'a', 'l'},
	},
	Link: true,
}
