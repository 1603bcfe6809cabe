// Counts openat calls per process in a hash map.
package pidcount

import "bpfc/sdk/bpf"

var Counts = bpf.HashMap[uint32, uint64]{MaxEntries: 10240}

//bpf:attach tracepoint/syscalls/sys_enter_openat
func Count() int32 {
	tgid := uint32(bpf.GetCurrentPidTgid() >> 32)
	count := Counts.Lookup(tgid)
	if count != nil {
		*count += 1
		return 0
	}
	Counts.Update(tgid, 1, bpf.Any)
	return 0
}
