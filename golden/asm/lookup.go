package lookup

import "bpfc/sdk/bpf"

var hits = bpf.HashMap[uint32, uint64]{MaxEntries: 16}

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Count() int32 {
	pid := uint32(bpf.GetCurrentPidTgid())
	if n := hits.Lookup(pid); n != nil {
		*n++
		return 0
	}
	hits.Update(pid, 1, bpf.Any)
	return 0
}
