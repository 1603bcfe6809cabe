// Package usdt prints the arguments of a static probe like setjmp of the C library, libc.so.6:libc:setjmp. Where they
// are, the probe's note says, which the loader reads.
package usdt

import "bpfc/sdk/bpf"

// PID is the process, set by the loader.
var PID uint32

//bpf:attach usdt
func Setjmp(ctx *bpf.USDT, env uint64, mask int32, pc uint64) int32 {
	_, tgid := bpf.CurrentPidTgid()
	if tgid != PID {
		return 0
	}
	bpf.Printk("libc:setjmp: arg1 = %x, arg2 = %d, arg3 = %x\n", env, mask, pc)
	return 0
}
