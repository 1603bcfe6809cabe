// Package kprobe_percpu counts the programs that are started, on every processor by itself.
package kprobe_percpu

import "bpfc/sdk/bpf"

var started = bpf.PerCPUArray[uint64]{MaxEntries: 1}

//bpf:attach ksyscall/execve
func Execve(ctx *bpf.Kprobe) int32 {
	if n := started.Lookup(0); n != nil {
		*n++
	}
	return 0
}
