// A map of every type with what programs do to it, in the order of the map table (src/bpf/maps.ts).
// golden/tables/rows.ts compiles each by itself: a part is what stands between two lines `// ---- TYPE`.
package tables

import "bpfc/sdk/bpf"

type pair struct{ A, B uint64 }

// ---- hash

var hash = bpf.HashMap[pair, uint64]{MaxEntries: 64}

//bpf:attach xdp
func Hash(ctx *bpf.XDP) bpf.XDPAction {
	key := pair{1, 2}
	if n := hash.Lookup(key); n != nil {
		*n++
		return bpf.XDPPass
	}
	hash.Update(key, 1, bpf.NoExist)
	hash.Delete(pair{3, 4})
	return bpf.XDPPass
}

// ---- array

var array = bpf.Array[pair]{MaxEntries: 64}

//bpf:attach tc
func Array(ctx *bpf.SKB) bpf.TCAction {
	if v := array.Lookup(ctx.Len & 63); v != nil {
		v.A++
	}
	array.Update(0, pair{B: uint64(ctx.Len)}, bpf.Any)
	return bpf.TCOk
}

// ---- prog_array

var jumps = bpf.ProgArray[func(*bpf.XDP) bpf.XDPAction]{MaxEntries: 4}

//bpf:attach xdp
func ProgArray(ctx *bpf.XDP) bpf.XDPAction {
	jumps.TailCall(ctx, 1)
	return bpf.XDPPass
}

//bpf:attach xdp
//bpf:slot jumps 1
func ProgArrayNext(ctx *bpf.XDP) bpf.XDPAction { return bpf.XDPDrop }

// ---- perf_event_array

var samples = bpf.PerfEventArray[pair]{}

//bpf:attach perf_event
func PerfEventArray(ctx *bpf.PerfEvent) {
	if n := samples.Read(0); n >= 0 {
		samples.Output(ctx, pair{uint64(n), 1})
	}
}

// ---- percpu_hash

var percpuHash = bpf.PerCPUHashMap[uint32, pair]{MaxEntries: 64}

//bpf:attach raw_tracepoint/sys_enter
func PercpuHash() {
	if v := percpuHash.Lookup(1); v != nil {
		v.A++
		return
	}
	percpuHash.Update(1, pair{}, bpf.Any)
	percpuHash.Delete(2)
}

// ---- percpu_array

var percpuArray = bpf.PerCPUArray[uint64]{MaxEntries: 2}

//bpf:attach cgroup_skb/ingress
func PercpuArray(ctx *bpf.SKB) bpf.Verdict {
	if v := percpuArray.Lookup(1); v != nil {
		*v++
	}
	percpuArray.Update(0, 1, bpf.Any)
	return bpf.Allow
}

// ---- stack_trace

var stacks = bpf.StackTrace{MaxEntries: 64}
var stackCounts = bpf.Array[uint64]{MaxEntries: 1}

//bpf:attach perf_event
func StackTrace(ctx *bpf.PerfEvent) {
	id := stacks.ID(ctx, bpf.UserStack)
	if n := stackCounts.Lookup(0); n != nil && id >= 0 {
		*n++
	}
}

// ---- cgroup_array

var cgroups = bpf.CgroupArray{MaxEntries: 2}

//bpf:attach tc
func CgroupArray(ctx *bpf.SKB) bpf.TCAction {
	if cgroups.SKBUnder(ctx, 0) == 1 {
		return bpf.TCShot
	}
	return bpf.TCOk
}

//bpf:attach raw_tracepoint/sys_enter
func CgroupArrayTask() int32 { return int32(cgroups.CurrentUnder(1)) }

// ---- lru_hash

var lruHash = bpf.LRUHashMap[uint32, pair]{MaxEntries: 64}

//bpf:attach socket
func LruHash(ctx *bpf.SKB) int32 {
	if v := lruHash.LookupOrInit(ctx.Len, pair{}); v != nil {
		v.B++
	}
	lruHash.Delete(0)
	return -1
}

// ---- lru_percpu_hash

var lruPercpuHash = bpf.LRUPerCPUHashMap[uint32, uint64]{MaxEntries: 64}

//bpf:attach socket
func LruPercpuHash(ctx *bpf.SKB) int32 {
	if v := lruPercpuHash.LookupOrInit(ctx.Len, 0); v != nil {
		*v++
	}
	lruPercpuHash.Delete(0)
	return -1
}

// ---- lpm_trie

var routes = bpf.LPMTrie[bpf.Be32, uint64]{MaxEntries: 64}

//bpf:attach cgroup/connect4
func LpmTrie(ctx *bpf.SockAddr) bpf.Verdict {
	key := bpf.LPMKey[bpf.Be32]{PrefixLen: 32, Data: ctx.UserIP4}
	if n := routes.Lookup(key); n != nil {
		*n++
		return bpf.Deny
	}
	routes.Update(key, 1, bpf.Any)
	routes.Delete(bpf.LPMKey[bpf.Be32]{})
	return bpf.Allow
}

// ---- array_of_maps

var arrays = bpf.ArrayOfMaps[bpf.Array[uint64]]{MaxEntries: 2, Inner: bpf.Array[uint64]{MaxEntries: 4}}

//bpf:attach xdp
func ArrayOfMaps(ctx *bpf.XDP) bpf.XDPAction {
	if inner := arrays.Lookup(1); inner != nil {
		if n := inner.Lookup(0); n != nil {
			*n++
		}
	}
	return bpf.XDPPass
}

// ---- hash_of_maps

var tables = bpf.HashOfMaps[uint32, bpf.HashMap[uint32, pair]]{MaxEntries: 2, Inner: bpf.HashMap[uint32, pair]{MaxEntries: 4}}

//bpf:attach xdp
func HashOfMaps(ctx *bpf.XDP) bpf.XDPAction {
	if inner := tables.Lookup(7); inner != nil {
		inner.Update(1, pair{1, 2}, bpf.Any)
	}
	return bpf.XDPPass
}

// ---- devmap

var ports = bpf.DevMap{MaxEntries: 8}

//bpf:attach xdp
func Devmap(ctx *bpf.XDP) bpf.XDPAction {
	if to := ports.Lookup(1); to != nil && to.Ifindex == ctx.IngressIfindex {
		return bpf.XDPDrop
	}
	return ports.Redirect(1, 0)
}

// ---- sockmap

var sockets = bpf.SockMap{MaxEntries: 2}

//bpf:attach sockops
func Sockmap(ctx *bpf.SockOps) int32 {
	if ctx.Op == bpf.SockOpsActiveEstablished {
		sockets.Add(ctx, 0, bpf.Any)
	}
	return 1
}

//bpf:attach sk_skb/stream_verdict
func SockmapVerdict(ctx *bpf.SKB) bpf.SKAction { return sockets.RedirectSKB(ctx, 0, 0) }

//bpf:attach sk_msg
func SockmapMessage(ctx *bpf.SkMsg) bpf.SKAction { return sockets.RedirectMsg(ctx, 1, bpf.Ingress) }

//bpf:attach sk_lookup
func SockmapLookup(ctx *bpf.SkLookup) bpf.SKAction {
	if s := sockets.Lookup(0); s != nil {
		bpf.SkAssign(ctx, s, 0)
		bpf.SkRelease(s)
	}
	return bpf.SKPass
}

//bpf:attach sk_reuseport
func SockmapReuseport(ctx *bpf.SkReuseport) bpf.SKAction {
	if sockets.SelectReuseport(ctx, 0, 0) != 0 {
		return bpf.SKDrop
	}
	return bpf.SKPass
}

// ---- cpumap

var processors = bpf.CPUMap{MaxEntries: 2}

//bpf:attach xdp
func Cpumap(ctx *bpf.XDP) bpf.XDPAction {
	return processors.Redirect(ctx.RxQueueIndex, 0)
}

// ---- xskmap

var queues = bpf.XSKMap{MaxEntries: 8}

//bpf:attach xdp
func Xskmap(ctx *bpf.XDP) bpf.XDPAction {
	if !queues.Has(ctx.RxQueueIndex) {
		return bpf.XDPPass
	}
	return queues.Redirect(ctx.RxQueueIndex, 0)
}

// ---- sockhash

var flows = bpf.SockHash[pair]{MaxEntries: 2}

//bpf:attach sockops
func Sockhash(ctx *bpf.SockOps) int32 {
	if ctx.Op == bpf.SockOpsPassiveEstablished {
		flows.Add(ctx, pair{1, uint64(ctx.LocalPort)}, bpf.Any)
	}
	return 1
}

//bpf:attach sk_skb/stream_verdict
func SockhashVerdict(ctx *bpf.SKB) bpf.SKAction { return flows.RedirectSKB(ctx, pair{1, 2}, 0) }

//bpf:attach sk_msg
func SockhashMessage(ctx *bpf.SkMsg) bpf.SKAction {
	return flows.RedirectMsg(ctx, pair{1, 2}, bpf.Ingress)
}

// ---- cgroup_storage

var groupStorage = bpf.CgroupStorage[pair]{}

//bpf:attach cgroup_skb/egress
func CgroupStorage(ctx *bpf.SKB) bpf.Verdict {
	groupStorage.Get().A++
	return bpf.Allow
}

// ---- reuseport_sockarray

var receivers = bpf.ReuseportSockArray{MaxEntries: 4}

//bpf:attach sk_reuseport
func ReuseportSockarray(ctx *bpf.SkReuseport) bpf.SKAction {
	if receivers.Select(ctx, ctx.Hash&3, 0) != 0 {
		return bpf.SKDrop
	}
	return bpf.SKPass
}

// ---- percpu_cgroup_storage

var percpuGroupStorage = bpf.PerCPUCgroupStorage[uint64]{}

//bpf:attach cgroup/sock_create
func PercpuCgroupStorage(ctx *bpf.Sock) bpf.Verdict {
	*percpuGroupStorage.Get()++
	return bpf.Allow
}

// ---- queue

var queue = bpf.Queue[pair]{MaxEntries: 4}

//bpf:attach tc
func Queue(ctx *bpf.SKB) bpf.TCAction {
	queue.Push(pair{1, 2}, bpf.Exist)
	if first, ok := queue.Peek(); ok && first.A == 1 {
		queue.Pop()
	}
	return bpf.TCOk
}

// ---- stack

var stack = bpf.Stack[uint64]{MaxEntries: 4}

//bpf:attach tc
func Stack(ctx *bpf.SKB) bpf.TCAction {
	stack.Push(uint64(ctx.Len), bpf.Any)
	if top, ok := stack.Peek(); ok && top > 100 {
		stack.Pop()
	}
	return bpf.TCOk
}

// ---- sk_storage

var socketStorage = bpf.SkStorage[uint64]{}

//bpf:attach cgroup/connect4
func SkStorage(ctx *bpf.SockAddr) bpf.Verdict {
	if n := socketStorage.GetOrCreate(ctx.Sk); n != nil {
		*n++
	}
	return bpf.Allow
}

// ---- devmap_hash

var portHash = bpf.DevMapHash{MaxEntries: 8}

//bpf:attach xdp
func DevmapHash(ctx *bpf.XDP) bpf.XDPAction {
	if portHash.Lookup(ctx.IngressIfindex) == nil {
		return bpf.XDPPass
	}
	return portHash.Redirect(1000, 0)
}

// ---- struct_ops

//bpf:core sock
type sock struct{}

//bpf:core tcp_congestion_ops
type congestion struct {
	Ssthresh  func(ctx *bpf.StructOps, sk *sock) uint32             `btf:"ssthresh"`
	CongAvoid func(ctx *bpf.StructOps, sk *sock, ack, acked uint32) `btf:"cong_avoid"`
	UndoCwnd  func(ctx *bpf.StructOps, sk *sock) uint32             `btf:"undo_cwnd"`
	Name      [16]byte                                              `btf:"name"`
}

var steady = bpf.StructOpsMap[congestion]{
	Ops: congestion{
		Ssthresh:  Ssthresh,
		CongAvoid: CongAvoid,
		UndoCwnd:  UndoCwnd,
		Name:      [16]byte{'b', 'p', 'f', 'c', '_', 'r', 'o', 'w'},
	},
}

//bpf:attach struct_ops/ssthresh
func Ssthresh(ctx *bpf.StructOps, sk *sock) uint32 { return 10 }

//bpf:attach struct_ops/cong_avoid
func CongAvoid(ctx *bpf.StructOps, sk *sock, ack, acked uint32) {}

//bpf:attach struct_ops/undo_cwnd
func UndoCwnd(ctx *bpf.StructOps, sk *sock) uint32 { return 10 }

// ---- ringbuf

var events = bpf.RingBuf[pair]{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func Ringbuf() {
	e := events.Reserve()
	if e == nil {
		return
	}
	e.A = events.Query(bpf.AvailData)
	e.B = 1
	if e.A > 4000 {
		events.Discard(e)
		return
	}
	events.Submit(e)
	events.Output(pair{3, 4}, 0)
}

// ---- inode_storage

var inodeStorage = bpf.InodeStorage[uint64]{}

//bpf:core file
type file struct {
	Inode *inode `btf:"f_inode"`
}

//bpf:core inode
type inode struct {
	Links uint32 `btf:"i_nlink"`
}

//bpf:attach lsm/file_open
func InodeStorage(ctx *bpf.LSM, f *file) int32 {
	if n := inodeStorage.GetOrCreate(f.Inode); n != nil {
		*n++
	}
	return 0
}

// ---- task_storage

var taskStorage = bpf.TaskStorage[pair]{}

//bpf:core task_struct
type task struct {
	PID int32 `btf:"pid"`
}

//bpf:attach tp_btf/sched_process_exec
func TaskStorage(ctx *bpf.TpBTF, t *task) {
	if v := taskStorage.GetOrCreate(t); v != nil {
		v.A++
	}
}

// ---- bloom_filter

var bloom = bpf.BloomFilter[pair]{MaxEntries: 64}

//bpf:attach tc
func BloomFilter(ctx *bpf.SKB) bpf.TCAction {
	if bloom.Contains(pair{1, 2}) {
		return bpf.TCShot
	}
	bloom.Push(pair{1, 2}, bpf.Any)
	return bpf.TCOk
}

// ---- user_ringbuf

var commands = bpf.UserRingBuf{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func UserRingbuf() {
	commands.Drain(func(record *bpf.Dynptr) bool {
		var first uint32
		return record.Read(&first, 0) == 0
	}, 0)
}

// ---- cgrp_storage

var cgroupStorage = bpf.CgroupLocalStorage[uint64]{}

//bpf:core cgroup
type cgroup struct {
	Level int32 `btf:"level"`
}

//bpf:attach tp_btf/cgroup_mkdir
func CgrpStorage(ctx *bpf.TpBTF, group *cgroup) {
	if n := cgroupStorage.GetOrCreate(group); n != nil {
		*n++
	}
}

// ---- arena

var arena = bpf.Arena{MaxEntries: 4}
