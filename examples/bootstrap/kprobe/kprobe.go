// Package kprobe prints which files are removed, and whether that worked.
package kprobe

import (
	"bpfc/sdk/bpf"
	"examples/kernel"
)

//bpf:attach kprobe/do_unlinkat
func Unlink(ctx *bpf.Kprobe, dfd int32, name *kernel.Filename) int32 {
	var path [64]byte
	_, tgid := bpf.CurrentPidTgid()
	bpf.ReadKernelStr(path[:], name.Name)
	bpf.Printk("KPROBE ENTRY pid = %d, filename = %s\n", tgid, path)
	return 0
}

//bpf:attach kretprobe/do_unlinkat
func Unlinked(ctx *bpf.Kretprobe, ret int64) int32 {
	_, tgid := bpf.CurrentPidTgid()
	bpf.Printk("KPROBE EXIT: pid = %d, ret = %d\n", tgid, ret)
	return 0
}
