// Package ksyscall prints who sends which signal to whom.
package ksyscall

import "bpfc/sdk/bpf"

//bpf:target-kernel 5.16

//bpf:attach ksyscall/tgkill
func Tgkill(ctx *bpf.Kprobe, tgid, tid, sig int32) int32 {
	if sig == 0 { // asks only whether there is such a thread
		return 0
	}
	_, caller := bpf.CurrentPidTgid()
	comm := bpf.CurrentComm()
	bpf.Printk("tgkill: PID %d (%s) sends to thread %d of %d the signal %d\n", caller, comm, tid, tgid, sig)
	return 0
}

//bpf:attach ksyscall/kill
func Kill(ctx *bpf.Kprobe, pid, sig int32) int32 {
	if sig == 0 {
		return 0
	}
	_, caller := bpf.CurrentPidTgid()
	comm := bpf.CurrentComm()
	bpf.Printk("kill: PID %d (%s) sends to %d the signal %d\n", caller, comm, pid, sig)
	return 0
}
