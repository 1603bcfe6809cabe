// Row 6: counts system calls by process.
package pidcount

import (
	"sync/atomic"

	"bpfc/sdk/bpf"
)

var Counts = bpf.HashMap[uint32, uint64]{MaxEntries: 10240}

//bpf:attach tracepoint/raw_syscalls/sys_enter
func Pidcount() int32 {
	tgid := uint32(bpf.GetCurrentPidTgid() >> 32)
	if count := Counts.Lookup(tgid); count != nil {
		atomic.AddUint64(count, 1)
	} else {
		Counts.Update(tgid, 1, bpf.Any)
	}
	return 0
}
