// Row 2: counts openings in the one entry of an array.
package sysenteropen

import "bpfc/sdk/bpf"

var Counts = bpf.Array[uint32]{MaxEntries: 1}

//bpf:attach tracepoint/syscalls/sys_enter_open
func SysEnterOpen() int32 {
	if value := Counts.Lookup(0); value != nil {
		*value += 1
	} else {
		Counts.Update(0, 1, bpf.NoExist)
	}
	return 0
}
