// Calls of kernel functions with iterators, references, sections, dynptrs, maps and constant strings.
package kernelcalls

import "bpfc/sdk/bpf"

//bpf:target-kernel 6.17

//bpf:core task_struct
type Task struct {
	PID int32 `btf:"pid"`
}

type It struct{ s [3]uint64 }

//bpf:kfunc bpf_iter_task_new
func taskNew(it *It, t *Task, flags uint32) int32 { return 0 }

//bpf:kfunc bpf_iter_task_next
func taskNext(it *It) *Task { return nil }

//bpf:kfunc bpf_iter_task_destroy
func taskDestroy(it *It) {}

//bpf:kfunc bpf_rcu_read_lock
func rcuLock() {}

//bpf:kfunc bpf_rcu_read_unlock
func rcuUnlock() {}

//bpf:kfunc bpf_strcmp
func cmp(a, b string) int32 { return 0 }

type Mask struct{ b uint64 }

//bpf:kfunc bpf_cpumask_create
func maskNew() *Mask { return nil }

//bpf:kfunc bpf_cpumask_release
func maskFree(m *Mask) {}

//bpf:kfunc bpf_cpumask_set_cpu
func maskSet(cpu uint32, m *Mask) {}

//bpf:kfunc bpf_dynptr_from_skb
func fromSKB(s *bpf.SKB, flags uint64, d *bpf.Dynptr) int32 { return 0 }

//bpf:kfunc bpf_dynptr_slice
func slice(d *bpf.Dynptr, off uint64, buf *[16]byte, size uint64) *[16]byte { return nil }

var sum int32

//bpf:attach iter/bpf_map
func All(ctx *bpf.Iter, m uintptr) int32 {
	var it It
	taskNew(&it, nil, 0)
	for {
		t := taskNext(&it)
		if t == nil {
			break
		}
		sum += t.PID
	}
	taskDestroy(&it)
	return 0
}

//bpf:attach tp_btf/task_newtask
func Mk(ctx *bpf.TpBTF, task *Task, flags uint64) {
	m := maskNew()
	if m == nil {
		return
	}
	defer maskFree(m)
	maskSet(0, m)
}

//bpf:attach tc
func Sk(ctx *bpf.SKB) bpf.TCAction {
	var d bpf.Dynptr
	if fromSKB(ctx, 0, &d) != 0 {
		return bpf.TCOk
	}
	var b [16]byte
	p := slice(&d, 14, &b, 16)
	if p != nil && p[0] == 0x45 {
		return bpf.TCShot
	}
	return bpf.TCOk
}

var table [5]uint32

//bpf:attach raw_tracepoint/sys_enter
func Cm(ctx *bpf.RawTracepoint) {
	if cmp("abc", "ABD") == 0 {
		sum++
	}
	rcuLock()
	defer rcuUnlock()
	table[sum&7]++
}
