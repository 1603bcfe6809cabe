// Package usdt prints the arguments of the static probe setjmp of the C library. Its note says where they are:
// 8@%rdi -4@%esi 8@%rax.
package usdt

import "bpfc/sdk/bpf"

// PID is the process, set by the loader.
var PID uint32

//bpf:attach usdt/libc.so.6:libc:setjmp
func Setjmp(ctx *bpf.USDT) int32 {
	_, tgid := bpf.CurrentPidTgid()
	if tgid != PID {
		return 0
	}
	bpf.Printk("libc:setjmp: arg1 = %x, arg2 = %d, arg3 = %x\n", ctx.Regs.Arg1, int32(ctx.Regs.Arg2), ctx.Regs.Ret)
	return 0
}
