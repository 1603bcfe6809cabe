// Package kprobepin counts the programs that are started, in a map that outlives its loader.
package kprobepin

import (
	"sync/atomic"

	"bpfc/sdk/bpf"
)

var started = bpf.Array[uint64]{MaxEntries: 1, Pin: true}

//bpf:attach ksyscall/execve
func Execve(ctx *bpf.Kprobe) int32 {
	if n := started.Lookup(0); n != nil {
		atomic.AddUint64(n, 1)
	}
	return 0
}
