// bpfc --target-kernel 6.1
package locks

import "bpfc/sdk/bpf"

type Locked struct {
	bpf.SpinLock
	N uint64
}

var locked = bpf.Array[Locked]{MaxEntries: 4}

//bpf:attach xdp
func Locks(ctx *bpf.XDP) bpf.XDPAction {
	locked.ForEach(func(k *uint32, v *Locked) bool {
		v.Lock()
		v.N++
		v.Unlock()
		return true
	})
	return bpf.XDPPass
}

//bpf:attach kprobe/vfs_read
func Probe(ctx *bpf.Kprobe) int32 {
	if v := locked.Lookup(0); v != nil {
		v.Lock()
		v.N++
		v.Unlock()
	}
	return 0
}
