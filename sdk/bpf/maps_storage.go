package bpf

// SkStorage holds one value per socket (BPF_MAP_TYPE_SK_STORAGE). It needs no size; it lives and dies with the socket.
type SkStorage[V any] struct {
	Pin    bool
	values map[any]*V
}

// Get returns the socket's value, or nil when it has none.
func (m *SkStorage[V]) Get(sk any) *V { return m.values[sk] }

// GetOrCreate returns the socket's value, zero at first; nil when there is no memory.
func (m *SkStorage[V]) GetOrCreate(sk any) *V { return storageOf(&m.values, sk) }

// Delete removes the socket's value.
func (m *SkStorage[V]) Delete(sk any) int { return storageDelete(m.values, sk) }

// InodeStorage holds one value per inode (BPF_MAP_TYPE_INODE_STORAGE). It needs no size; it lives and dies with the inode.
type InodeStorage[V any] struct {
	Pin    bool
	values map[any]*V
}

// Get returns the inode's value, or nil when it has none.
func (m *InodeStorage[V]) Get(inode any) *V { return m.values[inode] }

// GetOrCreate returns the inode's value, zero at first; nil when there is no memory.
func (m *InodeStorage[V]) GetOrCreate(inode any) *V { return storageOf(&m.values, inode) }

// Delete removes the inode's value.
func (m *InodeStorage[V]) Delete(inode any) int { return storageDelete(m.values, inode) }

// TaskStorage holds one value per task (BPF_MAP_TYPE_TASK_STORAGE). It needs no size; it lives and dies with the task.
type TaskStorage[V any] struct {
	Pin    bool
	values map[any]*V
}

// Get returns the task's value, or nil when it has none.
func (m *TaskStorage[V]) Get(task any) *V { return m.values[task] }

// GetOrCreate returns the task's value, zero at first; nil when there is no memory.
func (m *TaskStorage[V]) GetOrCreate(task any) *V { return storageOf(&m.values, task) }

// Delete removes the task's value.
func (m *TaskStorage[V]) Delete(task any) int { return storageDelete(m.values, task) }

// CgroupLocalStorage holds one value per cgroup (BPF_MAP_TYPE_CGRP_STORAGE). It needs no size; it lives and dies with the cgroup.
type CgroupLocalStorage[V any] struct {
	Pin    bool
	values map[any]*V
}

// Get returns the cgroup's value, or nil when it has none.
func (m *CgroupLocalStorage[V]) Get(cgroup any) *V { return m.values[cgroup] }

// GetOrCreate returns the cgroup's value, zero at first; nil when there is no memory.
func (m *CgroupLocalStorage[V]) GetOrCreate(cgroup any) *V { return storageOf(&m.values, cgroup) }

// Delete removes the cgroup's value.
func (m *CgroupLocalStorage[V]) Delete(cgroup any) int { return storageDelete(m.values, cgroup) }

func storageOf[V any](values *map[any]*V, owner any) *V {
	if *values == nil {
		*values = map[any]*V{}
	}
	v := (*values)[owner]
	if v == nil {
		v = new(V)
		(*values)[owner] = v
	}
	return v
}

func storageDelete[V any](values map[any]*V, owner any) int {
	if values[owner] == nil {
		return -ENOENT
	}
	delete(values, owner)
	return 0
}

// CgroupStorage holds one value per cgroup and attachment of the program (BPF_MAP_TYPE_CGROUP_STORAGE).
type CgroupStorage[V any] struct {
	Pin   bool
	value V
}

// Get returns the value of the cgroup that the program runs for.
func (m *CgroupStorage[V]) Get() *V { return &m.value }

// PerCPUCgroupStorage is CgroupStorage with one value per processor (BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE).
type PerCPUCgroupStorage[V any] struct {
	Pin    bool
	values [simulatedCPUs]V
}

// Get returns this processor's value of the cgroup that the program runs for.
func (m *PerCPUCgroupStorage[V]) Get() *V { return &m.values[currentCPU()] }

// Arena is memory shared with user space (BPF_MAP_TYPE_ARENA). MaxEntries is in pages.
type Arena struct {
	MaxEntries uint32
	Pin        bool
	Flags      uint32
}

// StructOpsMap is a table of functions for the kernel: T is the partial kernel struct, whose function fields name
// struct_ops programs (BPF_MAP_TYPE_STRUCT_OPS).
type StructOpsMap[T any] struct {
	Ops T
	// Link attaches by a link, which detaches when the loader ends.
	Link bool
}
