// Package fentry prints which files are removed, and whether that worked.
package fentry

import (
	"bpfc/sdk/bpf"
	"examples/kernel"
)

//bpf:attach fentry/do_unlinkat
func Unlink(ctx *bpf.Fentry, dfd int32, name *kernel.Filename) int32 {
	var path [64]byte
	_, tgid := bpf.CurrentPidTgid()
	bpf.ReadKernelStr(path[:], name.Name)
	bpf.Printk("fentry: pid = %d, filename = %s\n", tgid, path)
	return 0
}

//bpf:attach fexit/do_unlinkat
func Unlinked(ctx *bpf.Fexit, dfd int32, name *kernel.Filename, ret int64) int32 {
	_, tgid := bpf.CurrentPidTgid()
	bpf.Printk("fexit: pid = %d, ret = %d\n", tgid, ret)
	return 0
}
