// A call of every helper, in the order of the helper table (src/bpf/helpers.ts), by a kind of program that may call it.
// golden/tables/rows.ts compiles each by itself: a part is what stands between two lines `// ---- HELPER`.
package tables

import "bpfc/sdk/bpf"

var total uint64

func count(n uint64) { total += n }

type enter struct {
	Header    uint64
	Number    int64
	Directory int64
}

type request struct{ Handle uint64 }

//bpf:core task_struct
type task struct {
	PID int32 `btf:"pid"`
}

//bpf:core inode
type inode struct {
	Links uint32 `btf:"i_nlink"`
}

//bpf:core path
type path struct {
	Mount uintptr `btf:"mnt"`
}

//bpf:core file
type file struct {
	Inode *inode `btf:"f_inode"`
	Path  path   `btf:"f_path"`
}

//bpf:core linux_binprm
type binprm struct {
	Count int32 `btf:"argc"`
	File  *file `btf:"file"`
}

//bpf:core cgroup
type cgroup struct {
	Level int32 `btf:"level"`
}

//bpf:core vm_area_struct
type area struct {
	Start uint64 `btf:"vm_start"`
}

//bpf:core tcp_sock
type tcpSock struct {
	Next uint32 `btf:"rcv_nxt"`
}

// ---- map_lookup_elem

var tableMapLookupElem = bpf.HashMap[uint32, uint64]{MaxEntries: 4}

//bpf:attach socket
func MapLookupElem(ctx *bpf.SKB) {
	if p := bpf.MapLookupElem(&tableMapLookupElem, uint32(1)); p != nil {
		count(*(*uint64)(p))
	}
}

// ---- map_update_elem

var tableMapUpdateElem = bpf.HashMap[uint32, uint64]{MaxEntries: 4}

//bpf:attach socket
func MapUpdateElem(ctx *bpf.SKB) {
	count(uint64(bpf.MapUpdateElem(&tableMapUpdateElem, uint32(1), uint64(2), bpf.Any)))
}

// ---- map_delete_elem

var tableMapDeleteElem = bpf.HashMap[uint32, uint64]{MaxEntries: 4}

//bpf:attach socket
func MapDeleteElem(ctx *bpf.SKB) {
	count(uint64(bpf.MapDeleteElem(&tableMapDeleteElem, uint32(1))))
}

// ---- probe_read

//bpf:attach kprobe/do_sys_openat2
func ProbeRead() {
	var memory [64]byte
	count(uint64(bpf.ProbeRead(&memory, 0x1000)))
}

// ---- ktime_get_ns

//bpf:attach tc
func KtimeGetNs(ctx *bpf.SKB) {
	count(bpf.KtimeGetNs())
}

// ---- trace_printk

//bpf:attach tc
func TracePrintk(ctx *bpf.SKB) {
	count(uint64(bpf.TracePrintk("%d of %d\n", 1, 2)))
}

// ---- get_prandom_u32

//bpf:attach tc
func GetPrandomU32(ctx *bpf.SKB) {
	count(uint64(bpf.GetPrandomU32()))
}

// ---- get_smp_processor_id

//bpf:attach tc
func GetSmpProcessorId(ctx *bpf.SKB) {
	count(uint64(bpf.GetSmpProcessorId()))
}

// ---- skb_store_bytes

//bpf:attach tc
func SkbStoreBytes(ctx *bpf.SKB) {
	var memory [64]byte
	count(uint64(bpf.SkbStoreBytes(ctx, 0, &memory, 0)))
}

// ---- l3_csum_replace

//bpf:attach tc
func L3CsumReplace(ctx *bpf.SKB) {
	count(uint64(bpf.L3CsumReplace(ctx, 0, 0, 0, 0)))
}

// ---- l4_csum_replace

//bpf:attach tc
func L4CsumReplace(ctx *bpf.SKB) {
	count(uint64(bpf.L4CsumReplace(ctx, 0, 0, 0, 0)))
}

// ---- tail_call

var jumps = bpf.ProgArray[func(*bpf.XDP)]{MaxEntries: 4}

//bpf:attach xdp
func TailCall(ctx *bpf.XDP) {
	bpf.TailCall(ctx, &jumps, 1)
}

// ---- clone_redirect

//bpf:attach tc
func CloneRedirect(ctx *bpf.SKB) {
	count(uint64(bpf.CloneRedirect(ctx, 0, 0)))
}

// ---- get_current_pid_tgid

//bpf:attach kprobe/do_sys_openat2
func GetCurrentPidTgid() {
	count(bpf.GetCurrentPidTgid())
}

// ---- get_current_uid_gid

//bpf:attach kprobe/do_sys_openat2
func GetCurrentUidGid() {
	count(bpf.GetCurrentUidGid())
}

// ---- get_current_comm

//bpf:attach kprobe/do_sys_openat2
func GetCurrentComm() {
	var memory [64]byte
	count(uint64(bpf.GetCurrentComm(&memory)))
}

// ---- get_cgroup_classid

//bpf:attach tc
func GetCgroupClassid(ctx *bpf.SKB) {
	count(uint64(bpf.GetCgroupClassid(ctx)))
}

// ---- skb_vlan_push

//bpf:attach tc
func SkbVlanPush(ctx *bpf.SKB) {
	count(uint64(bpf.SkbVlanPush(ctx, 0, 0)))
}

// ---- skb_vlan_pop

//bpf:attach tc
func SkbVlanPop(ctx *bpf.SKB) {
	count(uint64(bpf.SkbVlanPop(ctx)))
}

// ---- skb_get_tunnel_key

//bpf:attach tc
func SkbGetTunnelKey(ctx *bpf.SKB) {
	var key bpf.TunnelKey
	if bpf.SkbGetTunnelKey(ctx, &key, 0) == 0 {
		count(uint64(key.ID))
	}
}

// ---- skb_set_tunnel_key

//bpf:attach tc
func SkbSetTunnelKey(ctx *bpf.SKB) {
	key := bpf.TunnelKey{ID: 1}
	count(uint64(bpf.SkbSetTunnelKey(ctx, &key, 0)))
}

// ---- perf_event_read

var samplesPerfEventRead = bpf.PerfEventArray[uint64]{}

//bpf:attach perf_event
func PerfEventRead() {
	count(bpf.PerfEventRead(&samplesPerfEventRead, 0))
}

// ---- redirect

//bpf:attach tc
func Redirect(ctx *bpf.SKB) {
	count(uint64(bpf.Redirect(0, 0)))
}

// ---- get_route_realm

//bpf:attach tc
func GetRouteRealm(ctx *bpf.SKB) {
	count(uint64(bpf.GetRouteRealm(ctx)))
}

// ---- perf_event_output

var samplesPerfEventOutput = bpf.PerfEventArray[uint64]{}

//bpf:attach perf_event
func PerfEventOutput(ctx *bpf.PerfEvent) {
	value := uint64(1)
	count(uint64(bpf.PerfEventOutput(ctx, &samplesPerfEventOutput, bpf.CurrentCPU, &value)))
}

// ---- skb_load_bytes

//bpf:attach tc
func SkbLoadBytes(ctx *bpf.SKB) {
	var memory [64]byte
	count(uint64(bpf.SkbLoadBytes(ctx, 0, &memory)))
}

// ---- get_stackid

var stacks = bpf.StackTrace{MaxEntries: 4}

//bpf:attach perf_event
func GetStackid(ctx *bpf.PerfEvent) {
	count(uint64(bpf.GetStackid(ctx, &stacks, 0)))
}

// ---- csum_diff

//bpf:attach tc
func CsumDiff(ctx *bpf.SKB) {
	var from, to [8]byte
	count(uint64(bpf.CsumDiff(&from, &to, 0)))
}

// ---- skb_get_tunnel_opt

//bpf:attach tc
func SkbGetTunnelOpt(ctx *bpf.SKB) {
	var memory [64]byte
	count(uint64(bpf.SkbGetTunnelOpt(ctx, &memory)))
}

// ---- skb_set_tunnel_opt

//bpf:attach tc
func SkbSetTunnelOpt(ctx *bpf.SKB) {
	var memory [64]byte
	count(uint64(bpf.SkbSetTunnelOpt(ctx, &memory)))
}

// ---- skb_change_proto

//bpf:attach tc
func SkbChangeProto(ctx *bpf.SKB) {
	count(uint64(bpf.SkbChangeProto(ctx, 0, 0)))
}

// ---- skb_change_type

//bpf:attach tc
func SkbChangeType(ctx *bpf.SKB) {
	count(uint64(bpf.SkbChangeType(ctx, 0)))
}

// ---- skb_under_cgroup

var groupsSkbUnderCgroup = bpf.CgroupArray{MaxEntries: 4}

//bpf:attach tc
func SkbUnderCgroup(ctx *bpf.SKB) {
	count(uint64(bpf.SkbUnderCgroup(ctx, &groupsSkbUnderCgroup, 0)))
}

// ---- get_hash_recalc

//bpf:attach tc
func GetHashRecalc(ctx *bpf.SKB) {
	count(uint64(bpf.GetHashRecalc(ctx)))
}

// ---- get_current_task

//bpf:attach xdp
func GetCurrentTask(ctx *bpf.XDP) {
	count(bpf.GetCurrentTask())
}

// ---- probe_write_user

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func ProbeWriteUser() {
	var memory [64]byte
	count(uint64(bpf.ProbeWriteUser(0x1000, &memory)))
}

// ---- current_task_under_cgroup

var groupsCurrentTaskUnderCgroup = bpf.CgroupArray{MaxEntries: 4}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func CurrentTaskUnderCgroup() {
	count(uint64(bpf.CurrentTaskUnderCgroup(&groupsCurrentTaskUnderCgroup, 0)))
}

// ---- skb_change_tail

//bpf:attach tc
func SkbChangeTail(ctx *bpf.SKB) {
	count(uint64(bpf.SkbChangeTail(ctx, 0, 0)))
}

// ---- skb_pull_data

//bpf:attach tc
func SkbPullData(ctx *bpf.SKB) {
	count(uint64(bpf.SkbPullData(ctx, 0)))
}

// ---- csum_update

//bpf:attach tc
func CsumUpdate(ctx *bpf.SKB) {
	count(uint64(bpf.CsumUpdate(ctx, 0)))
}

// ---- set_hash_invalid

//bpf:attach tc
func SetHashInvalid(ctx *bpf.SKB) {
	bpf.SetHashInvalid(ctx)
}

// ---- get_numa_node_id

//bpf:attach xdp
func GetNumaNodeId(ctx *bpf.XDP) {
	count(uint64(bpf.GetNumaNodeId()))
}

// ---- skb_change_head

//bpf:attach tc
func SkbChangeHead(ctx *bpf.SKB) {
	count(uint64(bpf.SkbChangeHead(ctx, 0, 0)))
}

// ---- xdp_adjust_head

//bpf:attach xdp
func XdpAdjustHead(ctx *bpf.XDP) {
	count(uint64(bpf.XdpAdjustHead(ctx, 1)))
}

// ---- probe_read_str

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func ProbeReadStr() {
	var memory [64]byte
	count(uint64(bpf.ProbeReadStr(&memory, 0x1000)))
}

// ---- get_socket_cookie

//bpf:attach tc
func GetSocketCookie(ctx *bpf.SKB) {
	count(bpf.GetSocketCookie(ctx))
}

// ---- get_socket_uid

//bpf:attach tc
func GetSocketUid(ctx *bpf.SKB) {
	count(uint64(bpf.GetSocketUid(ctx)))
}

// ---- set_hash

//bpf:attach tc
func SetHash(ctx *bpf.SKB) {
	count(uint64(bpf.SetHash(ctx, 0)))
}

// ---- setsockopt

//bpf:attach sockops
func Setsockopt(ctx *bpf.SockOps) {
	var memory [64]byte
	count(uint64(bpf.Setsockopt(ctx, 1, 1, &memory)))
}

// ---- skb_adjust_room

//bpf:attach tc
func SkbAdjustRoom(ctx *bpf.SKB) {
	count(uint64(bpf.SkbAdjustRoom(ctx, 1, 0, 0)))
}

// ---- redirect_map

var ports = bpf.DevMap{MaxEntries: 4}

//bpf:attach xdp
func RedirectMap(ctx *bpf.XDP) {
	count(uint64(bpf.RedirectMap(&ports, 1, 0)))
}

// ---- sk_redirect_map

var socketsSkRedirectMap = bpf.SockMap{MaxEntries: 4}

//bpf:attach sk_skb/stream_verdict
func SkRedirectMap(ctx *bpf.SKB) {
	count(uint64(bpf.SkRedirectMap(ctx, &socketsSkRedirectMap, 1, 0)))
}

// ---- sock_map_update

var socketsSockMapUpdate = bpf.SockMap{MaxEntries: 4}

//bpf:attach sockops
func SockMapUpdate(ctx *bpf.SockOps) {
	count(uint64(bpf.SockMapUpdate(ctx, &socketsSockMapUpdate, uint32(1), 0)))
}

// ---- xdp_adjust_meta

//bpf:attach xdp
func XdpAdjustMeta(ctx *bpf.XDP) {
	count(uint64(bpf.XdpAdjustMeta(ctx, 1)))
}

// ---- perf_event_read_value

var samplesPerfEventReadValue = bpf.PerfEventArray[uint64]{}

//bpf:attach perf_event
func PerfEventReadValue() {
	var value bpf.PerfEventValue
	if bpf.PerfEventReadValue(&samplesPerfEventReadValue, 0, &value) == 0 {
		count(value.Counter)
	}
}

// ---- perf_prog_read_value

//bpf:attach perf_event
func PerfProgReadValue(ctx *bpf.PerfEvent) {
	var value bpf.PerfEventValue
	if bpf.PerfProgReadValue(ctx, &value) == 0 {
		count(value.Counter)
	}
}

// ---- getsockopt

//bpf:attach sockops
func Getsockopt(ctx *bpf.SockOps) {
	var memory [64]byte
	count(uint64(bpf.Getsockopt(ctx, 1, 1, &memory)))
}

// ---- override_return

//bpf:attach kprobe/do_sys_openat2
func OverrideReturn(ctx *bpf.Kprobe) {
	count(uint64(bpf.OverrideReturn(ctx, 0)))
}

// ---- sock_ops_cb_flags_set

//bpf:attach sockops
func SockOpsCbFlagsSet(ctx *bpf.SockOps) {
	count(uint64(bpf.SockOpsCbFlagsSet(ctx, 1)))
}

// ---- msg_redirect_map

var socketsMsgRedirectMap = bpf.SockMap{MaxEntries: 4}

//bpf:attach sk_msg
func MsgRedirectMap(ctx *bpf.SkMsg) {
	count(uint64(bpf.MsgRedirectMap(ctx, &socketsMsgRedirectMap, 1, 0)))
}

// ---- msg_apply_bytes

//bpf:attach sk_msg
func MsgApplyBytes(ctx *bpf.SkMsg) {
	count(uint64(bpf.MsgApplyBytes(ctx, 0)))
}

// ---- msg_cork_bytes

//bpf:attach sk_msg
func MsgCorkBytes(ctx *bpf.SkMsg) {
	count(uint64(bpf.MsgCorkBytes(ctx, 0)))
}

// ---- msg_pull_data

//bpf:attach sk_msg
func MsgPullData(ctx *bpf.SkMsg) {
	count(uint64(bpf.MsgPullData(ctx, 0, 0, 0)))
}

// ---- bind

//bpf:attach cgroup/connect4
func Bind(ctx *bpf.SockAddr) {
	var address [16]byte
	count(uint64(bpf.Bind(ctx, &address)))
}

// ---- xdp_adjust_tail

//bpf:attach xdp
func XdpAdjustTail(ctx *bpf.XDP) {
	count(uint64(bpf.XdpAdjustTail(ctx, 1)))
}

// ---- skb_get_xfrm_state

//bpf:attach tc
func SkbGetXfrmState(ctx *bpf.SKB) {
	var state bpf.XfrmState
	if bpf.SkbGetXfrmState(ctx, 0, &state, 0) == 0 {
		count(uint64(state.ReqID))
	}
}

// ---- get_stack

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func GetStack(ctx *enter) {
	var memory [64]byte
	count(uint64(bpf.GetStack(ctx, &memory, 0)))
}

// ---- skb_load_bytes_relative

//bpf:attach tc
func SkbLoadBytesRelative(ctx *bpf.SKB) {
	var memory [64]byte
	count(uint64(bpf.SkbLoadBytesRelative(ctx, 0, &memory, 0)))
}

// ---- fib_lookup

//bpf:attach xdp
func FibLookup(ctx *bpf.XDP) {
	params := bpf.FibParams{Family: bpf.AFINet, Ifindex: ctx.IngressIfindex}
	if bpf.FibLookup(ctx, &params, 0) == 0 {
		count(uint64(params.Ifindex))
	}
}

// ---- sock_hash_update

var socketsSockHashUpdate = bpf.SockHash[uint64]{MaxEntries: 4}

//bpf:attach sockops
func SockHashUpdate(ctx *bpf.SockOps) {
	count(uint64(bpf.SockHashUpdate(ctx, &socketsSockHashUpdate, uint64(1), 0)))
}

// ---- msg_redirect_hash

var socketsMsgRedirectHash = bpf.SockHash[uint64]{MaxEntries: 4}

//bpf:attach sk_msg
func MsgRedirectHash(ctx *bpf.SkMsg) {
	count(uint64(bpf.MsgRedirectHash(ctx, &socketsMsgRedirectHash, uint64(1), 0)))
}

// ---- sk_redirect_hash

var socketsSkRedirectHash = bpf.SockHash[uint64]{MaxEntries: 4}

//bpf:attach sk_skb/stream_verdict
func SkRedirectHash(ctx *bpf.SKB) {
	count(uint64(bpf.SkRedirectHash(ctx, &socketsSkRedirectHash, uint64(1), 0)))
}

// ---- lwt_push_encap

//bpf:attach lwt_xmit
func LwtPushEncap(ctx *bpf.SKB) {
	var memory [64]byte
	count(uint64(bpf.LwtPushEncap(ctx, 0, &memory)))
}

// ---- lwt_seg6_store_bytes

//bpf:attach lwt_seg6local
func LwtSeg6StoreBytes(ctx *bpf.SKB) {
	var memory [64]byte
	count(uint64(bpf.LwtSeg6StoreBytes(ctx, 0, &memory)))
}

// ---- lwt_seg6_adjust_srh

//bpf:attach lwt_seg6local
func LwtSeg6AdjustSrh(ctx *bpf.SKB) {
	count(uint64(bpf.LwtSeg6AdjustSrh(ctx, 0, 1)))
}

// ---- lwt_seg6_action

//bpf:attach lwt_seg6local
func LwtSeg6Action(ctx *bpf.SKB) {
	var memory [64]byte
	count(uint64(bpf.LwtSeg6Action(ctx, 0, &memory)))
}

// ---- rc_repeat

//bpf:attach lirc_mode2
func RcRepeat(ctx *bpf.LircMode2) {
	count(uint64(bpf.RcRepeat(ctx)))
}

// ---- rc_keydown

//bpf:attach lirc_mode2
func RcKeydown(ctx *bpf.LircMode2) {
	count(uint64(bpf.RcKeydown(ctx, 0, 0, 0)))
}

// ---- skb_cgroup_id

//bpf:attach tc
func SkbCgroupId(ctx *bpf.SKB) {
	count(bpf.SkbCgroupId(ctx))
}

// ---- get_current_cgroup_id

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func GetCurrentCgroupId() {
	count(bpf.GetCurrentCgroupId())
}

// ---- get_local_storage

var storageGetLocalStorage = bpf.CgroupStorage[uint64]{}

//bpf:attach cgroup_skb/ingress
func GetLocalStorage() {
	count(*(*uint64)(bpf.GetLocalStorage(&storageGetLocalStorage, 0)))
}

// ---- sk_select_reuseport

var receivers = bpf.ReuseportSockArray{MaxEntries: 4}

//bpf:attach sk_reuseport
func SkSelectReuseport(ctx *bpf.SkReuseport) {
	count(uint64(bpf.SkSelectReuseport(ctx, &receivers, uint32(1), 0)))
}

// ---- skb_ancestor_cgroup_id

//bpf:attach tc
func SkbAncestorCgroupId(ctx *bpf.SKB) {
	count(bpf.SkbAncestorCgroupId(ctx, 1))
}

// ---- sk_lookup_tcp

//bpf:attach tc
func SkLookupTcp(ctx *bpf.SKB) {
	tuple := bpf.SockTuple4{Src: 1, SrcPort: 2}
	if s := bpf.SkLookupTcp(ctx, &tuple, bpf.CurrentNetNS, 0); s != nil {
		count(uint64(s.Family))
		bpf.SkRelease(s)
	}
}

// ---- sk_lookup_udp

//bpf:attach tc
func SkLookupUdp(ctx *bpf.SKB) {
	tuple := bpf.SockTuple4{Src: 1, SrcPort: 2}
	if s := bpf.SkLookupUdp(ctx, &tuple, bpf.CurrentNetNS, 0); s != nil {
		count(uint64(s.Family))
		bpf.SkRelease(s)
	}
}

// ---- sk_release

//bpf:attach xdp
func SkRelease(ctx *bpf.XDP) {
	tuple := bpf.SockTuple6{SrcPort: 2}
	if s := bpf.SkLookupUdp(ctx, &tuple, bpf.CurrentNetNS, 0); s != nil {
		bpf.SkRelease(s)
	}
}

// ---- map_push_elem

var queueMapPushElem = bpf.Queue[uint64]{MaxEntries: 4}

//bpf:attach tc
func MapPushElem(ctx *bpf.SKB) {
	count(uint64(bpf.MapPushElem(&queueMapPushElem, uint64(1), bpf.Exist)))
}

// ---- map_pop_elem

var queueMapPopElem = bpf.Queue[uint64]{MaxEntries: 4}

//bpf:attach tc
func MapPopElem(ctx *bpf.SKB) {
	var value uint64
	if bpf.MapPopElem(&queueMapPopElem, &value) == 0 {
		count(value)
	}
}

// ---- map_peek_elem

var queueMapPeekElem = bpf.Queue[uint64]{MaxEntries: 4}

//bpf:attach tc
func MapPeekElem(ctx *bpf.SKB) {
	var value uint64
	if bpf.MapPeekElem(&queueMapPeekElem, &value) == 0 {
		count(value)
	}
}

// ---- msg_push_data

//bpf:attach sk_msg
func MsgPushData(ctx *bpf.SkMsg) {
	count(uint64(bpf.MsgPushData(ctx, 0, 0, 0)))
}

// ---- msg_pop_data

//bpf:attach sk_msg
func MsgPopData(ctx *bpf.SkMsg) {
	count(uint64(bpf.MsgPopData(ctx, 0, 0, 0)))
}

// ---- rc_pointer_rel

//bpf:attach lirc_mode2
func RcPointerRel(ctx *bpf.LircMode2) {
	count(uint64(bpf.RcPointerRel(ctx, 1, 1)))
}

// ---- spin_lock

type lockedSpinLock struct {
	lock bpf.SpinLock
	n    uint64
}

var tableSpinLock = bpf.Array[lockedSpinLock]{MaxEntries: 1}

//bpf:attach tc
func SpinLock(ctx *bpf.SKB) {
	if v := tableSpinLock.Lookup(0); v != nil {
		v.lock.Lock()
		v.n++
		v.lock.Unlock()
	}
}

// ---- spin_unlock

type lockedSpinUnlock struct {
	lock bpf.SpinLock
	n    uint64
}

var tableSpinUnlock = bpf.Array[lockedSpinUnlock]{MaxEntries: 1}

//bpf:attach tc
func SpinUnlock(ctx *bpf.SKB) {
	if v := tableSpinUnlock.Lookup(0); v != nil {
		v.lock.Lock()
		v.n++
		v.lock.Unlock()
	}
}

// ---- sk_fullsock

//bpf:attach tc
func SkFullsock(ctx *bpf.SKB) {
	sk := ctx.Sk
	if sk == nil {
		return
	}
	if s := bpf.SkFullsock(sk); s != nil {
		count(uint64(s.State))
	}
}

// ---- tcp_sock

//bpf:attach tc
func TcpSock(ctx *bpf.SKB) {
	sk := ctx.Sk
	if sk == nil {
		return
	}
	if s := bpf.TcpSock(sk); s != nil {
		count(uint64(s.SndCwnd))
	}
}

// ---- skb_ecn_set_ce

//bpf:attach tc
func SkbEcnSetCe(ctx *bpf.SKB) {
	count(uint64(bpf.SkbEcnSetCe(ctx)))
}

// ---- get_listener_sock

//bpf:attach tc
func GetListenerSock(ctx *bpf.SKB) {
	sk := ctx.Sk
	if sk == nil {
		return
	}
	full := bpf.SkFullsock(sk)
	if full == nil {
		return
	}
	if s := bpf.GetListenerSock(full); s != nil {
		count(uint64(s.State))
	}
}

// ---- skc_lookup_tcp

//bpf:attach tc
func SkcLookupTcp(ctx *bpf.SKB) {
	tuple := bpf.SockTuple4{Src: 1, SrcPort: 2}
	if s := bpf.SkcLookupTcp(ctx, &tuple, bpf.CurrentNetNS, 0); s != nil {
		count(uint64(s.Family))
		bpf.SkRelease(s)
	}
}

// ---- tcp_check_syncookie

//bpf:attach tc
func TcpCheckSyncookie(ctx *bpf.SKB) {
	tuple := bpf.SockTuple4{Src: 1, SrcPort: 2}
	s := bpf.SkcLookupTcp(ctx, &tuple, bpf.CurrentNetNS, 0)
	if s == nil {
		return
	}
	var ip, tcp [20]byte
	count(uint64(bpf.TcpCheckSyncookie(s, &ip, &tcp)))
	bpf.SkRelease(s)
}

// ---- sysctl_get_name

//bpf:attach cgroup/sysctl
func SysctlGetName(ctx *bpf.Sysctl) {
	var memory [64]byte
	count(uint64(bpf.SysctlGetName(ctx, &memory, 0)))
}

// ---- sysctl_get_current_value

//bpf:attach cgroup/sysctl
func SysctlGetCurrentValue(ctx *bpf.Sysctl) {
	var memory [64]byte
	count(uint64(bpf.SysctlGetCurrentValue(ctx, &memory)))
}

// ---- sysctl_get_new_value

//bpf:attach cgroup/sysctl
func SysctlGetNewValue(ctx *bpf.Sysctl) {
	var memory [64]byte
	count(uint64(bpf.SysctlGetNewValue(ctx, &memory)))
}

// ---- sysctl_set_new_value

//bpf:attach cgroup/sysctl
func SysctlSetNewValue(ctx *bpf.Sysctl) {
	var memory [64]byte
	count(uint64(bpf.SysctlSetNewValue(ctx, &memory)))
}

// ---- strtol

//bpf:attach cgroup/sysctl
func Strtol() {
	text := [4]byte{'1', '2'}
	var value int64
	if bpf.Strtol(&text, 10, &value) > 0 {
		count(uint64(value))
	}
}

// ---- strtoul

//bpf:attach cgroup/sysctl
func Strtoul() {
	text := [4]byte{'1', '2'}
	var value uint64
	if bpf.Strtoul(&text, 10, &value) > 0 {
		count(uint64(value))
	}
}

// ---- sk_storage_get

var storageSkStorageGet = bpf.SkStorage[uint64]{}

//bpf:attach cgroup/connect4
func SkStorageGet(ctx *bpf.SockAddr) {
	if p := bpf.SkStorageGet(&storageSkStorageGet, ctx.Sk, (*uint64)(nil), bpf.StorageCreate); p != nil {
		count(*(*uint64)(p))
	}
}

// ---- sk_storage_delete

var storageSkStorageDelete = bpf.SkStorage[uint64]{}

//bpf:attach cgroup/connect4
func SkStorageDelete(ctx *bpf.SockAddr) {
	count(uint64(bpf.SkStorageDelete(&storageSkStorageDelete, ctx.Sk)))
}

// ---- send_signal

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func SendSignal() {
	count(uint64(bpf.SendSignal(0)))
}

// ---- tcp_gen_syncookie

//bpf:attach tc
func TcpGenSyncookie(ctx *bpf.SKB) {
	tuple := bpf.SockTuple4{Src: 1, SrcPort: 2}
	s := bpf.SkcLookupTcp(ctx, &tuple, bpf.CurrentNetNS, 0)
	if s == nil {
		return
	}
	var ip, tcp [20]byte
	count(uint64(bpf.TcpGenSyncookie(s, &ip, &tcp)))
	bpf.SkRelease(s)
}

// ---- skb_output

var samplesSkbOutput = bpf.PerfEventArray[uint64]{}

//bpf:core sk_buff
type packet struct {
	Len uint32 `btf:"len"`
}

//bpf:attach tp_btf/kfree_skb
func SkbOutput(ctx *bpf.TpBTF, skb *packet) {
	value := uint64(skb.Len)
	count(uint64(bpf.SkbOutput(skb, &samplesSkbOutput, bpf.CurrentCPU, &value)))
}

// ---- probe_read_user

//bpf:attach xdp
func ProbeReadUser(ctx *bpf.XDP) {
	var memory [64]byte
	count(uint64(bpf.ProbeReadUser(&memory, 0x1000)))
}

// ---- probe_read_kernel

//bpf:attach xdp
func ProbeReadKernel(ctx *bpf.XDP) {
	var memory [64]byte
	count(uint64(bpf.ProbeReadKernel(&memory, 0x1000)))
}

// ---- probe_read_user_str

//bpf:attach xdp
func ProbeReadUserStr(ctx *bpf.XDP) {
	var memory [64]byte
	count(uint64(bpf.ProbeReadUserStr(&memory, 0x1000)))
}

// ---- probe_read_kernel_str

//bpf:attach xdp
func ProbeReadKernelStr(ctx *bpf.XDP) {
	var memory [64]byte
	count(uint64(bpf.ProbeReadKernelStr(&memory, 0x1000)))
}

// ---- tcp_send_ack

//bpf:core tcp_congestion_ops
type congestion struct {
	Ssthresh  func(ctx *bpf.StructOps, sk *tcpSock) uint32             `btf:"ssthresh"`
	CongAvoid func(ctx *bpf.StructOps, sk *tcpSock, ack, acked uint32) `btf:"cong_avoid"`
	UndoCwnd  func(ctx *bpf.StructOps, sk *tcpSock) uint32             `btf:"undo_cwnd"`
	Name      [16]byte                                                 `btf:"name"`
}

var eager = bpf.StructOpsMap[congestion]{
	Ops: congestion{
		Ssthresh:  Ssthresh,
		CongAvoid: TcpSendAck,
		UndoCwnd:  UndoCwnd,
		Name:      [16]byte{'b', 'p', 'f', 'c', '_', 'a', 'c', 'k'},
	},
}

//bpf:attach struct_ops/ssthresh
func Ssthresh(ctx *bpf.StructOps, sk *tcpSock) uint32 { return 10 }

//bpf:attach struct_ops/cong_avoid
func TcpSendAck(ctx *bpf.StructOps, sk *tcpSock, ack, acked uint32) {
	count(uint64(bpf.TcpSendAck(sk, sk.Next)))
}

//bpf:attach struct_ops/undo_cwnd
func UndoCwnd(ctx *bpf.StructOps, sk *tcpSock) uint32 { return 10 }

// ---- send_signal_thread

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func SendSignalThread() {
	count(uint64(bpf.SendSignalThread(0)))
}

// ---- jiffies64

//bpf:attach xdp
func Jiffies64(ctx *bpf.XDP) {
	count(bpf.Jiffies64())
}

// ---- read_branch_records

//bpf:attach perf_event
func ReadBranchRecords(ctx *bpf.PerfEvent) {
	var memory [64]byte
	count(uint64(bpf.ReadBranchRecords(ctx, &memory, 0)))
}

// ---- get_ns_current_pid_tgid

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func GetNsCurrentPidTgid() {
	var ids bpf.PidNSInfo
	if bpf.GetNsCurrentPidTgid(4, 1, &ids) == 0 {
		count(uint64(ids.PID))
	}
}

// ---- xdp_output

var samplesXdpOutput = bpf.PerfEventArray[uint64]{}

//bpf:core xdp_buff
type frame struct {
	Size uint32 `btf:"frame_sz"`
}

//bpf:attach fentry/xdp_do_redirect
func XdpOutput(ctx *bpf.Fentry, device uintptr, buffer *frame) {
	value := uint64(buffer.Size)
	count(uint64(bpf.XdpOutput(buffer, &samplesXdpOutput, bpf.CurrentCPU, &value)))
}

// ---- get_netns_cookie

//bpf:attach cgroup/connect4
func GetNetnsCookie(ctx *bpf.SockAddr) {
	count(bpf.GetNetnsCookie(ctx))
}

// ---- get_current_ancestor_cgroup_id

//bpf:attach sk_msg
func GetCurrentAncestorCgroupId() {
	count(bpf.GetCurrentAncestorCgroupId(1))
}

// ---- sk_assign

//bpf:attach tc
func SkAssign(ctx *bpf.SKB) {
	tuple := bpf.SockTuple4{Src: 1, SrcPort: 2}
	if s := bpf.SkcLookupTcp(ctx, &tuple, bpf.CurrentNetNS, 0); s != nil {
		count(uint64(bpf.SkAssign(ctx, s, 0)))
		bpf.SkRelease(s)
	}
}

// ---- ktime_get_boot_ns

//bpf:attach xdp
func KtimeGetBootNs(ctx *bpf.XDP) {
	count(bpf.KtimeGetBootNs())
}

// ---- seq_printf

//bpf:attach iter/task
func SeqPrintf(ctx *bpf.Iter) {
	number := ctx.SeqNum()
	count(uint64(bpf.SeqPrintf(ctx, "%d\n", &number)))
}

// ---- seq_write

//bpf:attach iter/task
func SeqWrite(ctx *bpf.Iter) {
	value := ctx.SeqNum()
	count(uint64(bpf.SeqWrite(ctx, &value)))
}

// ---- sk_cgroup_id

//bpf:attach cgroup_skb/ingress
func SkCgroupId(ctx *bpf.SKB) {
	sk := ctx.Sk
	if sk == nil {
		return
	}
	if full := bpf.SkFullsock(sk); full != nil {
		count(bpf.SkCgroupId(full))
	}
}

// ---- sk_ancestor_cgroup_id

//bpf:attach cgroup_skb/ingress
func SkAncestorCgroupId(ctx *bpf.SKB) {
	sk := ctx.Sk
	if sk == nil {
		return
	}
	if full := bpf.SkFullsock(sk); full != nil {
		count(bpf.SkAncestorCgroupId(full, 1))
	}
}

// ---- ringbuf_output

var eventsRingbufOutput = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func RingbufOutput() {
	value := uint64(1)
	count(uint64(bpf.RingbufOutput(&eventsRingbufOutput, &value, 0)))
}

// ---- ringbuf_reserve

var eventsRingbufReserve = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func RingbufReserve() {
	if p := bpf.RingbufReserve(&eventsRingbufReserve, 8, 0); p != nil {
		*(*uint64)(p) = 1
		bpf.RingbufSubmit(p, 0)
	}
}

// ---- ringbuf_submit

var eventsRingbufSubmit = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func RingbufSubmit() {
	if p := bpf.RingbufReserve(&eventsRingbufSubmit, 8, 0); p != nil {
		*(*uint64)(p) = 1
		bpf.RingbufSubmit(p, 0)
	}
}

// ---- ringbuf_discard

var eventsRingbufDiscard = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func RingbufDiscard() {
	if p := bpf.RingbufReserve(&eventsRingbufDiscard, 8, 0); p != nil {
		*(*uint64)(p) = 1
		bpf.RingbufDiscard(p, 0)
	}
}

// ---- ringbuf_query

var eventsRingbufQuery = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func RingbufQuery() {
	count(bpf.RingbufQuery(&eventsRingbufQuery, bpf.AvailData))
}

// ---- csum_level

//bpf:attach tc
func CsumLevel(ctx *bpf.SKB) {
	count(uint64(bpf.CsumLevel(ctx, 1)))
}

// ---- skc_to_tcp6_sock

//bpf:attach tc
func SkcToTcp6Sock(ctx *bpf.SKB) {
	sk := ctx.Sk
	if sk == nil {
		return
	}
	if p := bpf.SkcToTcp6Sock(sk); p != nil {
		count(1)
	}
}

// ---- skc_to_tcp_sock

//bpf:attach tc
func SkcToTcpSock(ctx *bpf.SKB) {
	sk := ctx.Sk
	if sk == nil {
		return
	}
	if p := bpf.SkcToTcpSock(sk); p != nil {
		count(1)
	}
}

// ---- skc_to_tcp_timewait_sock

//bpf:attach tc
func SkcToTcpTimewaitSock(ctx *bpf.SKB) {
	sk := ctx.Sk
	if sk == nil {
		return
	}
	if p := bpf.SkcToTcpTimewaitSock(sk); p != nil {
		count(1)
	}
}

// ---- skc_to_tcp_request_sock

//bpf:attach tc
func SkcToTcpRequestSock(ctx *bpf.SKB) {
	sk := ctx.Sk
	if sk == nil {
		return
	}
	if p := bpf.SkcToTcpRequestSock(sk); p != nil {
		count(1)
	}
}

// ---- skc_to_udp6_sock

//bpf:attach tc
func SkcToUdp6Sock(ctx *bpf.SKB) {
	sk := ctx.Sk
	if sk == nil {
		return
	}
	if p := bpf.SkcToUdp6Sock(sk); p != nil {
		count(1)
	}
}

// ---- get_task_stack

//bpf:attach iter/task
func GetTaskStack(ctx *bpf.Iter, t *task) {
	if t == nil {
		return
	}
	var memory [64]byte
	count(uint64(bpf.GetTaskStack(t, &memory, 0)))
}

// ---- load_hdr_opt

//bpf:attach sockops
func LoadHdrOpt(ctx *bpf.SockOps) {
	option := [4]byte{254, 4}
	count(uint64(bpf.LoadHdrOpt(ctx, &option, 0)))
}

// ---- store_hdr_opt

//bpf:attach sockops
func StoreHdrOpt(ctx *bpf.SockOps) {
	var memory [64]byte
	count(uint64(bpf.StoreHdrOpt(ctx, &memory, 0)))
}

// ---- reserve_hdr_opt

//bpf:attach sockops
func ReserveHdrOpt(ctx *bpf.SockOps) {
	count(uint64(bpf.ReserveHdrOpt(ctx, 0, 0)))
}

// ---- inode_storage_get

var storageInodeStorageGet = bpf.InodeStorage[uint64]{}

//bpf:attach lsm/file_open
func InodeStorageGet(ctx *bpf.LSM, f *file) {
	if p := bpf.InodeStorageGet(&storageInodeStorageGet, f.Inode, (*uint64)(nil), bpf.StorageCreate); p != nil {
		count(*(*uint64)(p))
	}
}

// ---- inode_storage_delete

var storageInodeStorageDelete = bpf.InodeStorage[uint64]{}

//bpf:attach lsm/file_open
func InodeStorageDelete(ctx *bpf.LSM, f *file) {
	count(uint64(bpf.InodeStorageDelete(&storageInodeStorageDelete, f.Inode)))
}

// ---- d_path

//bpf:attach fentry/filp_close
func DPath(ctx *bpf.Fentry, f *file) {
	var name [64]byte
	count(uint64(bpf.DPath(&f.Path, &name)))
}

// ---- copy_from_user

//bpf:attach lsm.s/file_open
func CopyFromUser(ctx *bpf.LSM) int32 {
	var value uint64
	count(uint64(bpf.CopyFromUser(&value, 0)) + value)
	return 0
}

// ---- snprintf_btf

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func SnprintfBtf() {
	var text [64]byte
	var what bpf.BTFPtr
	count(uint64(bpf.SnprintfBtf(&text, &what, 0)))
}

// ---- seq_printf_btf

//bpf:attach iter/task
func SeqPrintfBtf(ctx *bpf.Iter) {
	var what bpf.BTFPtr
	count(uint64(bpf.SeqPrintfBtf(ctx, &what, 0)))
}

// ---- skb_cgroup_classid

//bpf:attach tc
func SkbCgroupClassid(ctx *bpf.SKB) {
	count(bpf.SkbCgroupClassid(ctx))
}

// ---- redirect_neigh

//bpf:attach tc
func RedirectNeigh(ctx *bpf.SKB) {
	hop := bpf.RedirNeigh{Family: bpf.AFINet}
	count(uint64(bpf.RedirectNeigh(1, &hop, 0)))
}

// ---- per_cpu_ptr

//bpf:attach tp_btf/sched_process_exec
func PerCpuPtr(ctx *bpf.TpBTF, t *task) {
	if bpf.PerCpuPtr(t, 1) != nil {
		count(1)
	}
}

// ---- this_cpu_ptr

//bpf:attach tp_btf/sched_process_exec
func ThisCpuPtr(ctx *bpf.TpBTF, t *task) {
	if bpf.ThisCpuPtr(t) != nil {
		count(1)
	}
}

// ---- redirect_peer

//bpf:attach tc
func RedirectPeer(ctx *bpf.SKB) {
	count(uint64(bpf.RedirectPeer(0, 0)))
}

// ---- task_storage_get

var storageTaskStorageGet = bpf.TaskStorage[uint64]{}

//bpf:attach tp_btf/sched_process_exec
func TaskStorageGet(ctx *bpf.TpBTF, t *task) {
	if p := bpf.TaskStorageGet(&storageTaskStorageGet, t, (*uint64)(nil), bpf.StorageCreate); p != nil {
		count(*(*uint64)(p))
	}
}

// ---- task_storage_delete

var storageTaskStorageDelete = bpf.TaskStorage[uint64]{}

//bpf:attach tp_btf/sched_process_exec
func TaskStorageDelete(ctx *bpf.TpBTF, t *task) {
	count(uint64(bpf.TaskStorageDelete(&storageTaskStorageDelete, t)))
}

// ---- get_current_task_btf

//bpf:attach tp_btf/sched_process_exec
func GetCurrentTaskBtf() {
	count(uint64((*task)(bpf.GetCurrentTaskBtf()).PID))
}

// ---- bprm_opts_set

//bpf:attach lsm/bprm_creds_for_exec
func BprmOptsSet(ctx *bpf.LSM, program *binprm) {
	count(uint64(bpf.BprmOptsSet(program, 1)))
}

// ---- ktime_get_coarse_ns

//bpf:attach xdp
func KtimeGetCoarseNs(ctx *bpf.XDP) {
	count(bpf.KtimeGetCoarseNs())
}

// ---- ima_inode_hash

//bpf:attach lsm.s/bprm_committed_creds
func ImaInodeHash(ctx *bpf.LSM, program *binprm) {
	var hash [64]byte
	count(uint64(bpf.ImaInodeHash(program.File.Inode, &hash)))
}

// ---- sock_from_file

//bpf:attach lsm/file_open
func SockFromFile(ctx *bpf.LSM, f *file) {
	if bpf.SockFromFile(f) != nil {
		count(1)
	}
}

// ---- check_mtu

//bpf:attach tc
func CheckMtu(ctx *bpf.SKB) {
	var mtu uint32
	count(uint64(bpf.CheckMtu(ctx, 1, &mtu, 0, 0)) + uint64(mtu))
}

// ---- for_each_map_elem

var tableForEachMapElem = bpf.Array[uint64]{MaxEntries: 4}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func ForEachMapElem() {
	bpf.ForEachMapElem(&tableForEachMapElem, func(k *uint32, v *uint64) bool {
		count(*v)
		return *k < 2
	})
}

// ---- snprintf

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func Snprintf() {
	var text [16]byte
	value := uint64(7)
	count(uint64(bpf.Snprintf(&text, "%d", &value)))
}

// ---- sys_bpf

//bpf:attach syscall
func SysBpf() {
	var attributes [64]byte
	count(uint64(bpf.SysBpf(0, &attributes)))
}

// ---- btf_find_by_name_kind

//bpf:attach syscall
func BtfFindByNameKind() {
	count(uint64(bpf.BtfFindByNameKind("task_struct", 4, 0)))
}

// ---- sys_close

//bpf:attach syscall
func SysClose() {
	count(uint64(bpf.SysClose(100)))
}

// ---- timer_init

type timedTimerInit struct {
	timer bpf.Timer
	n     uint64
}

var tableTimerInit = bpf.Array[timedTimerInit]{MaxEntries: 1}

//bpf:attach tc
func TimerInit(ctx *bpf.SKB) {
	v := tableTimerInit.Lookup(0)
	if v == nil {
		return
	}
	count(uint64(bpf.TimerInit(&v.timer, &tableTimerInit, 1)))
}

// ---- timer_set_callback

type timedTimerSetCallback struct {
	timer bpf.Timer
	n     uint64
}

var tableTimerSetCallback = bpf.Array[timedTimerSetCallback]{MaxEntries: 1}

//bpf:attach tc
func TimerSetCallback(ctx *bpf.SKB) {
	v := tableTimerSetCallback.Lookup(0)
	if v == nil {
		return
	}
	count(uint64(bpf.TimerSetCallback(&v.timer, func(k *uint32, v *timedTimerSetCallback) { v.n++ })))
}

// ---- timer_start

type timedTimerStart struct {
	timer bpf.Timer
	n     uint64
}

var tableTimerStart = bpf.Array[timedTimerStart]{MaxEntries: 1}

//bpf:attach tc
func TimerStart(ctx *bpf.SKB) {
	v := tableTimerStart.Lookup(0)
	if v == nil {
		return
	}
	count(uint64(bpf.TimerStart(&v.timer, 1000, 0)))
}

// ---- timer_cancel

type timedTimerCancel struct {
	timer bpf.Timer
	n     uint64
}

var tableTimerCancel = bpf.Array[timedTimerCancel]{MaxEntries: 1}

//bpf:attach tc
func TimerCancel(ctx *bpf.SKB) {
	v := tableTimerCancel.Lookup(0)
	if v == nil {
		return
	}
	count(uint64(bpf.TimerCancel(&v.timer)))
}

// ---- get_func_ip

//bpf:attach kprobe/do_sys_openat2
func GetFuncIp(ctx *bpf.Kprobe) {
	count(bpf.GetFuncIp(ctx))
}

// ---- get_attach_cookie

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func GetAttachCookie(ctx *enter) {
	count(bpf.GetAttachCookie(ctx))
}

// ---- task_pt_regs

//bpf:attach tp_btf/sched_process_exec
func TaskPtRegs(ctx *bpf.TpBTF, t *task) {
	if bpf.TaskPtRegs(t) != 0 {
		count(1)
	}
}

// ---- get_branch_snapshot

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func GetBranchSnapshot() {
	var memory [64]byte
	count(uint64(bpf.GetBranchSnapshot(&memory, 0)))
}

// ---- trace_vprintk

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func TraceVprintk() {
	values := [4]uint64{1, 2, 3, 4}
	count(uint64(bpf.TraceVprintk("%d %d %d %d\n", &values)))
}

// ---- skc_to_unix_sock

//bpf:attach tc
func SkcToUnixSock(ctx *bpf.SKB) {
	sk := ctx.Sk
	if sk == nil {
		return
	}
	if p := bpf.SkcToUnixSock(sk); p != nil {
		count(1)
	}
}

// ---- kallsyms_lookup_name

//bpf:attach syscall
func KallsymsLookupName() {
	var address uint64
	if bpf.KallsymsLookupName("schedule", 0, &address) == 0 {
		count(address)
	}
}

// ---- find_vma

//bpf:attach tp_btf/sched_process_exec
func FindVma(ctx *bpf.TpBTF, t *task) {
	bpf.FindVma(t, 0x1000, func(a *area) bool {
		count(a.Start)
		return true
	})
}

// ---- loop

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func Loop() {
	bpf.Loop(bpf.GetPrandomU32(), func(i uint32) bool {
		count(uint64(i))
		return true
	})
}

// ---- strncmp

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func Strncmp() {
	text := [4]byte{'a', 'b'}
	count(uint64(bpf.Strncmp(&text, "abc")))
}

// ---- get_func_arg

//bpf:attach fentry/bpf_fentry_test1
func GetFuncArg(ctx *bpf.Fentry) {
	var value uint64
	if bpf.GetFuncArg(ctx, 0, &value) == 0 {
		count(value)
	}
}

// ---- get_func_ret

//bpf:attach fexit/bpf_fentry_test1
func GetFuncRet(ctx *bpf.Fexit) {
	var value uint64
	if bpf.GetFuncRet(ctx, &value) == 0 {
		count(value)
	}
}

// ---- get_func_arg_cnt

//bpf:attach fentry/bpf_fentry_test1
func GetFuncArgCnt(ctx *bpf.Fentry) {
	count(uint64(bpf.GetFuncArgCnt(ctx)))
}

// ---- get_retval

//bpf:attach cgroup/connect4
func GetRetval() {
	count(uint64(bpf.GetRetval()))
}

// ---- set_retval

//bpf:attach cgroup/connect4
func SetRetval() {
	count(uint64(bpf.SetRetval(-bpf.EPERM)))
}

// ---- xdp_get_buff_len

//bpf:attach xdp
func XdpGetBuffLen(ctx *bpf.XDP) {
	count(bpf.XdpGetBuffLen(ctx))
}

// ---- xdp_load_bytes

//bpf:attach xdp
func XdpLoadBytes(ctx *bpf.XDP) {
	var memory [64]byte
	count(uint64(bpf.XdpLoadBytes(ctx, 0, &memory)))
}

// ---- xdp_store_bytes

//bpf:attach xdp
func XdpStoreBytes(ctx *bpf.XDP) {
	var memory [64]byte
	count(uint64(bpf.XdpStoreBytes(ctx, 0, &memory)))
}

// ---- copy_from_user_task

//bpf:attach iter.s/task
func CopyFromUserTask(ctx *bpf.Iter, t *task) {
	if t == nil {
		return
	}
	var value uint64
	count(uint64(bpf.CopyFromUserTask(&value, 0, t, 0)) + value)
}

// ---- skb_set_tstamp

//bpf:attach tc
func SkbSetTstamp(ctx *bpf.SKB) {
	count(uint64(bpf.SkbSetTstamp(ctx, 0, 0)))
}

// ---- ima_file_hash

//bpf:attach lsm.s/bprm_committed_creds
func ImaFileHash(ctx *bpf.LSM, program *binprm) {
	var hash [64]byte
	count(uint64(bpf.ImaFileHash(program.File, &hash)))
}

// ---- kptr_xchg

type holder struct{ task bpf.Kptr[task] }

var tableKptrXchg = bpf.Array[holder]{MaxEntries: 1}

//bpf:kfunc bpf_task_release
func release(t *task) {}

//bpf:attach tp_btf/sched_process_exec
func KptrXchg(ctx *bpf.TpBTF, t *task) {
	v := tableKptrXchg.Lookup(0)
	if v == nil {
		return
	}
	if old := bpf.KptrXchg(&v.task, nil); old != nil {
		release(old)
	}
}

// ---- map_lookup_percpu_elem

var tableMapLookupPercpuElem = bpf.PerCPUArray[uint64]{MaxEntries: 4}

//bpf:attach xdp
func MapLookupPercpuElem(ctx *bpf.XDP) {
	if p := bpf.MapLookupPercpuElem(&tableMapLookupPercpuElem, uint32(1), 0); p != nil {
		count(*(*uint64)(p))
	}
}

// ---- skc_to_mptcp_sock

//bpf:attach tc
func SkcToMptcpSock(ctx *bpf.SKB) {
	sk := ctx.Sk
	if sk == nil {
		return
	}
	if p := bpf.SkcToMptcpSock(sk); p != nil {
		count(1)
	}
}

// ---- dynptr_from_mem

var tableDynptrFromMem = bpf.Array[[64]byte]{MaxEntries: 1}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func DynptrFromMem() {
	memory := tableDynptrFromMem.Lookup(0)
	if memory == nil {
		return
	}
	var at bpf.Dynptr
	count(uint64(bpf.DynptrFromMem(memory, 0, &at)))
}

// ---- ringbuf_reserve_dynptr

var eventsRingbufReserveDynptr = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func RingbufReserveDynptr() {
	var record bpf.Dynptr
	count(uint64(bpf.RingbufReserveDynptr(&eventsRingbufReserveDynptr, 64, 0, &record)))
	bpf.RingbufSubmitDynptr(&record, 0)
}

// ---- ringbuf_submit_dynptr

var eventsRingbufSubmitDynptr = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func RingbufSubmitDynptr() {
	var record bpf.Dynptr
	count(uint64(bpf.RingbufReserveDynptr(&eventsRingbufSubmitDynptr, 64, 0, &record)))
	bpf.RingbufSubmitDynptr(&record, 0)
}

// ---- ringbuf_discard_dynptr

var eventsRingbufDiscardDynptr = bpf.RingBuf[uint64]{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func RingbufDiscardDynptr() {
	var record bpf.Dynptr
	count(uint64(bpf.RingbufReserveDynptr(&eventsRingbufDiscardDynptr, 64, 0, &record)))
	bpf.RingbufDiscardDynptr(&record, 0)
}

// ---- dynptr_read

var tableDynptrRead = bpf.Array[[64]byte]{MaxEntries: 1}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func DynptrRead() {
	memory := tableDynptrRead.Lookup(0)
	if memory == nil {
		return
	}
	var at bpf.Dynptr
	count(uint64(bpf.DynptrFromMem(memory, 0, &at)))
	var value uint64
	count(uint64(bpf.DynptrRead(&value, &at, 8, 0)) + value)
}

// ---- dynptr_write

var tableDynptrWrite = bpf.Array[[64]byte]{MaxEntries: 1}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func DynptrWrite() {
	memory := tableDynptrWrite.Lookup(0)
	if memory == nil {
		return
	}
	var at bpf.Dynptr
	count(uint64(bpf.DynptrFromMem(memory, 0, &at)))
	value := uint64(1)
	count(uint64(bpf.DynptrWrite(&at, 8, &value, 0)))
}

// ---- dynptr_data

var tableDynptrData = bpf.Array[[64]byte]{MaxEntries: 1}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func DynptrData() {
	memory := tableDynptrData.Lookup(0)
	if memory == nil {
		return
	}
	var at bpf.Dynptr
	count(uint64(bpf.DynptrFromMem(memory, 0, &at)))
	if p := bpf.DynptrData(&at, 8, 8); p != nil {
		count(*(*uint64)(p))
	}
}

// ---- tcp_raw_gen_syncookie_ipv4

//bpf:attach tc
func TcpRawGenSyncookieIpv4(ctx *bpf.SKB) {
	var ip [20]byte
	var tcp [20]byte
	count(uint64(bpf.TcpRawGenSyncookieIpv4(&ip, &tcp)))
}

// ---- tcp_raw_gen_syncookie_ipv6

//bpf:attach tc
func TcpRawGenSyncookieIpv6(ctx *bpf.SKB) {
	var ip [40]byte
	var tcp [20]byte
	count(uint64(bpf.TcpRawGenSyncookieIpv6(&ip, &tcp)))
}

// ---- tcp_raw_check_syncookie_ipv4

//bpf:attach tc
func TcpRawCheckSyncookieIpv4(ctx *bpf.SKB) {
	var ip [20]byte
	var tcp [20]byte
	count(uint64(bpf.TcpRawCheckSyncookieIpv4(&ip, &tcp)))
}

// ---- tcp_raw_check_syncookie_ipv6

//bpf:attach tc
func TcpRawCheckSyncookieIpv6(ctx *bpf.SKB) {
	var ip [40]byte
	var tcp [20]byte
	count(uint64(bpf.TcpRawCheckSyncookieIpv6(&ip, &tcp)))
}

// ---- ktime_get_tai_ns

//bpf:attach xdp
func KtimeGetTaiNs(ctx *bpf.XDP) {
	count(bpf.KtimeGetTaiNs())
}

// ---- user_ringbuf_drain

var commands = bpf.UserRingBuf{Size: 4096}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func UserRingbufDrain() {
	count(uint64(bpf.UserRingbufDrain(&commands, func(record *bpf.Dynptr) bool { return true }, 0)))
}

// ---- cgrp_storage_get

var storageCgrpStorageGet = bpf.CgroupLocalStorage[uint64]{}

//bpf:attach tp_btf/cgroup_mkdir
func CgrpStorageGet(ctx *bpf.TpBTF, group *cgroup) {
	if p := bpf.CgrpStorageGet(&storageCgrpStorageGet, group, (*uint64)(nil), bpf.StorageCreate); p != nil {
		count(*(*uint64)(p))
	}
}

// ---- cgrp_storage_delete

var storageCgrpStorageDelete = bpf.CgroupLocalStorage[uint64]{}

//bpf:attach tp_btf/cgroup_mkdir
func CgrpStorageDelete(ctx *bpf.TpBTF, group *cgroup) {
	count(uint64(bpf.CgrpStorageDelete(&storageCgrpStorageDelete, group)))
}
