// Package lsm forbids bpf(2) to everyone but its loader.
package lsm

import "bpfc/sdk/bpf"

// Loader is the process that may go on; 0 for none.
//
//bpf:config
var Loader uint32

//bpf:attach lsm/bpf
func ForbidBPF(ctx *bpf.LSM, cmd int32, attr uintptr, size uint32, ret int32) int32 {
	if ret != 0 { // another module has said no
		return ret
	}
	if _, tgid := bpf.CurrentPidTgid(); tgid == Loader && Loader != 0 {
		return 0
	}
	bpf.Printk("LSM: block bpf() worked\n")
	return -bpf.EPERM
}
