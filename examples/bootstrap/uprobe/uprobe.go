// Package uprobe prints arguments and results of two functions of a program.
package uprobe

import "bpfc/sdk/bpf"

//bpf:attach uprobe/uprobed_add
func Add(ctx *bpf.Uprobe, a, b int32) int32 {
	bpf.Printk("uprobed_add ENTRY: a = %d, b = %d\n", a, b)
	return 0
}

//bpf:attach uretprobe/uprobed_add
func Added(ctx *bpf.Uretprobe, ret int32) int32 {
	bpf.Printk("uprobed_add EXIT: return = %d\n", ret)
	return 0
}

//bpf:attach uprobe/uprobed_sub
func Sub(ctx *bpf.Uprobe, a, b int32) int32 {
	bpf.Printk("uprobed_sub ENTRY: a = %d, b = %d\n", a, b)
	return 0
}

//bpf:attach uretprobe/uprobed_sub
func Subbed(ctx *bpf.Uretprobe, ret int32) int32 {
	bpf.Printk("uprobed_sub EXIT: return = %d\n", ret)
	return 0
}
