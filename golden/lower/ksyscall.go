// A system call's arguments are behind a pointer that the probed function gets.
package ksyscall

import "bpfc/sdk/bpf"

//bpf:attach ksyscall/kill
func Kill(ctx *bpf.Kprobe, pid int32, signal uint64) int32 {
	return pid + int32(signal)
}
