// Package kernel describes what the examples read of the kernel: partial structs, whose offsets the loader finds in the
// running kernel's types, and contexts of tracepoints.
package kernel

import "bpfc/sdk/bpf"

// Task is a thread.
//
//bpf:core task_struct
type Task struct {
	PID        int32    `btf:"pid"`
	TGID       int32    `btf:"tgid"`
	ExitCode   int32    `btf:"exit_code"`
	RealParent *Task    `btf:"real_parent"`
	Comm       [16]byte `btf:"comm"`
}

// TaskBefore514 is a thread until Linux 5.13.
//
//bpf:core task_struct___pre514
type TaskBefore514 struct {
	State int64 `btf:"state"`
}

// TaskSince514 is a thread since Linux 5.14.
//
//bpf:core task_struct___post514
type TaskSince514 struct {
	State uint32 `btf:"__state"`
}

// Sock is a socket.
//
//bpf:core sock
type Sock struct {
	Common SockCommon `btf:"__sk_common"`
}

// SockCommon is what sockets of every state have.
//
//bpf:core sock_common
type SockCommon struct {
	Family uint16   `btf:"skc_family"`
	SAddr  bpf.Be32 `btf:"skc_rcv_saddr"`
	DAddr  bpf.Be32 `btf:"skc_daddr"`
	SPort  uint16   `btf:"skc_num"`
	DPort  bpf.Be16 `btf:"skc_dport"`
}

// TCPSock is a TCP socket.
//
//bpf:core tcp_sock
type TCPSock struct {
	SrttUs uint32 `btf:"srtt_us"`
}

// Filename is a path that the kernel has copied from a system call's argument.
//
//bpf:core filename
type Filename struct {
	Name uintptr `btf:"name"`
}

// SchedExec is the event of a program's start. Filename holds the offset of the path in the lower half.
//
//bpf:tracepoint sched/sched_process_exec
type SchedExec struct {
	_        [8]byte
	Filename uint32
	PID      int32
	OldPID   int32
}

// SysEnterWrite is the event of a write.
//
//bpf:tracepoint syscalls/sys_enter_write
type SysEnterWrite struct {
	_     [16]byte
	FD    uint64
	Buf   uintptr
	Count uint64
}

// PageAlloc is the event of memory being taken.
//
//bpf:tracepoint kmem/mm_page_alloc
type PageAlloc struct {
	_           [8]byte
	PFN         uint64
	Order       uint32
	_           [4]byte
	GFPFlags    uint64
	MigrateType int32
}
