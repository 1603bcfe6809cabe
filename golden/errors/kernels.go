// bpfc --target-kernel 5.4
package kernels

import "bpfc/sdk/bpf"

var events = bpf.RingBuf[uint64]{Size: 4096}
var seen = bpf.BloomFilter[uint64]{MaxEntries: 64}

//bpf:attach xdp
func Count(ctx *bpf.XDP) bpf.XDPAction {
	seen.Push(uint64(ctx.IngressIfindex), 0)
	return bpf.XDPPass
}

//bpf:attach tcx/ingress
func Mark(ctx *bpf.SKB) bpf.TCAction {
	if ctx.HWTstamp != 0 {
		ctx.Mark = 5
	}
	return bpf.TCOk
}

//bpf:attach kprobe.multi/vfs_read
func Read(ctx *bpf.Kprobe) int32 {
	events.Output(bpf.KtimeGetBootNs(), 0)
	return 0
}

//bpf:attach lsm.s/file_open
func Open(ctx *bpf.LSM) int32 { return 0 }
