// Package lsm forbids bpf(2) to everyone.
package lsm

import "bpfc/sdk/bpf"

//bpf:attach lsm/bpf
func ForbidBPF(ctx *bpf.LSM, cmd int32, attr uintptr, size uint32, ret int32) int32 {
	if ret != 0 { // another module has said no
		return ret
	}
	bpf.Printk("LSM: block bpf() worked\n")
	return -bpf.EPERM
}
