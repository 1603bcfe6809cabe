// A program of every kind, in the order of the program table (src/bpf/programs.ts). golden/tables/rows.ts compiles each
// by itself, with what stands before the first one.
package tables

import "bpfc/sdk/bpf"

var total uint64

func count(n uint64) { total += n }

type enter struct {
	Header    uint64
	Number    int64
	Directory int64
}

type leave struct {
	Header uint64
	Number int64
	Result int64
}

type request struct{ Handle uint64 }

//bpf:attach socket
func Socket(ctx *bpf.SKB) int32 {
	return int32(ctx.Len)
}

//bpf:attach sk_reuseport/migrate
func SkReuseportMigrate(ctx *bpf.SkReuseport) bpf.SKAction {
	if ctx.Len == 0 {
		return bpf.SKDrop
	}
	return bpf.SKPass
}

//bpf:attach sk_reuseport
func SkReuseport(ctx *bpf.SkReuseport) bpf.SKAction {
	if ctx.Len == 0 {
		return bpf.SKDrop
	}
	return bpf.SKPass
}

//bpf:attach kprobe/do_sys_openat2
func Kprobe(ctx *bpf.Kprobe, directory int32) {
	count(uint64(directory))
}

//bpf:attach uprobe
func Uprobe(ctx *bpf.Uprobe, size uint64) {
	count(size)
}

//bpf:attach uprobe.s
func UprobeS(ctx *bpf.Uprobe, size uint64) {
	count(size)
}

//bpf:attach kretprobe/do_sys_openat2
func Kretprobe(ctx *bpf.Kretprobe, result int64) {
	count(uint64(result))
}

//bpf:attach uretprobe
func Uretprobe(ctx *bpf.Uretprobe, result uint64) {
	count(result)
}

//bpf:attach uretprobe.s
func UretprobeS(ctx *bpf.Uretprobe, result uint64) {
	count(result)
}

//bpf:attach kprobe.multi/do_sys_openat2
func KprobeMulti(ctx *bpf.Kprobe, directory int32) {
	count(uint64(directory))
}

//bpf:attach kretprobe.multi/do_sys_openat2
func KretprobeMulti(ctx *bpf.Kretprobe, result int64) {
	count(uint64(result))
}

//bpf:attach kprobe.session/do_sys_openat2
func KprobeSession(ctx *bpf.Kprobe, directory int32) int32 {
	if directory < 0 {
		return 1
	}
	return 0
}

//bpf:attach uprobe.multi
func UprobeMulti(ctx *bpf.Uprobe, size uint64) {
	count(size)
}

//bpf:attach uretprobe.multi
func UretprobeMulti(ctx *bpf.Uretprobe, result uint64) {
	count(result)
}

//bpf:attach uprobe.session
func UprobeSession(ctx *bpf.Uprobe, size uint64) int32 {
	if size == 0 {
		return 1
	}
	return 0
}

//bpf:attach uprobe.multi.s
func UprobeMultiS(ctx *bpf.Uprobe, size uint64) {
	count(size)
}

//bpf:attach uretprobe.multi.s
func UretprobeMultiS(ctx *bpf.Uretprobe, result uint64) {
	count(result)
}

//bpf:attach uprobe.session.s
func UprobeSessionS(ctx *bpf.Uprobe, size uint64) int32 {
	if size == 0 {
		return 1
	}
	return 0
}

//bpf:attach ksyscall/unlinkat
func Ksyscall(ctx *bpf.Kprobe, directory int32) {
	count(uint64(directory))
}

//bpf:attach kretsyscall/unlinkat
func Kretsyscall(ctx *bpf.Kretprobe, result int64) {
	count(uint64(result))
}

//bpf:attach usdt
func Usdt(ctx *bpf.USDT) {
	count(ctx.Cookie())
}

//bpf:attach usdt.s
func UsdtS(ctx *bpf.USDT) {
	count(ctx.Cookie())
}

//bpf:attach tc/ingress
func TcIngress(ctx *bpf.SKB) bpf.TCAction {
	if ctx.Len > 1500 {
		return bpf.TCXDrop
	}
	return bpf.TCXNext
}

//bpf:attach tc/egress
func TcEgress(ctx *bpf.SKB) bpf.TCAction {
	if ctx.Len > 1500 {
		return bpf.TCXDrop
	}
	return bpf.TCXNext
}

//bpf:attach tcx/ingress
func TcxIngress(ctx *bpf.SKB) bpf.TCAction {
	if ctx.Len > 1500 {
		return bpf.TCXDrop
	}
	return bpf.TCXNext
}

//bpf:attach tcx/egress
func TcxEgress(ctx *bpf.SKB) bpf.TCAction {
	if ctx.Len > 1500 {
		return bpf.TCXDrop
	}
	return bpf.TCXNext
}

//bpf:attach tc
func Tc(ctx *bpf.SKB) bpf.TCAction {
	if ctx.Len > 1500 {
		return bpf.TCShot
	}
	return bpf.TCOk
}

//bpf:attach classifier
func Classifier(ctx *bpf.SKB) bpf.TCAction {
	if ctx.Len > 1500 {
		return bpf.TCShot
	}
	return bpf.TCOk
}

//bpf:attach action
func Action(ctx *bpf.SKB) bpf.TCAction {
	if ctx.Len > 1500 {
		return bpf.TCShot
	}
	return bpf.TCOk
}

//bpf:attach netkit/primary
func NetkitPrimary(ctx *bpf.SKB) bpf.TCAction {
	if ctx.Len > 1500 {
		return bpf.TCXDrop
	}
	return bpf.TCXNext
}

//bpf:attach netkit/peer
func NetkitPeer(ctx *bpf.SKB) bpf.TCAction {
	if ctx.Len > 1500 {
		return bpf.TCXDrop
	}
	return bpf.TCXNext
}

//bpf:attach tracepoint/syscalls/sys_enter_unlinkat
func Tracepoint(ctx *enter) {
	bpf.TracePrintk("%d\n", ctx.Directory)
}

//bpf:attach tp/syscalls/sys_exit_unlinkat
func Tp(ctx *leave) {
	bpf.TracePrintk("%d\n", ctx.Result)
}

//bpf:attach raw_tracepoint/sys_enter
func RawTracepoint(ctx *bpf.RawTracepoint) {
	count(ctx.Args[1])
}

//bpf:attach raw_tp/sys_exit
func RawTp(ctx *bpf.RawTracepoint) {
	count(ctx.Args[1])
}

//bpf:attach raw_tracepoint.w/bpf_test_finish
func RawTracepointW(ctx *bpf.RawTracepoint) {
	count(1)
}

//bpf:attach raw_tp.w/bpf_test_finish
func RawTpW(ctx *bpf.RawTracepoint) {
	count(1)
}

//bpf:attach tp_btf/sys_enter
func TpBtf(ctx *bpf.TpBTF, regs uintptr, number int64) {
	count(uint64(number))
}

//bpf:attach fentry/bpf_fentry_test1
func Fentry(ctx *bpf.Fentry, a int32) {
	count(uint64(a))
}

//bpf:attach fmod_ret/security_file_open
func FmodRet(ctx *bpf.FmodRet, file uintptr, result int32) int32 {
	return result
}

//bpf:attach fexit/bpf_fentry_test1
func Fexit(ctx *bpf.Fexit, a int32, result int32) {
	count(uint64(result))
}

//bpf:attach fentry.s/bpf_fentry_test1
func FentryS(ctx *bpf.Fentry, a int32) {
	count(uint64(a))
}

//bpf:attach fmod_ret.s/bpf_fentry_test1
func FmodRetS(ctx *bpf.FmodRet, a int32, result int32) int32 {
	return result
}

//bpf:attach fexit.s/bpf_fentry_test1
func FexitS(ctx *bpf.Fexit, a int32, result int32) {
	count(uint64(result))
}

//bpf:attach fsession/bpf_fentry_test1
func Fsession(ctx *bpf.Fentry, a int32) int32 {
	return 0
}

//bpf:attach fsession.s/bpf_fentry_test1
func FsessionS(ctx *bpf.Fentry, a int32) int32 {
	return 0
}

//bpf:attach freplace/entry
func Freplace(ctx *request) int32 {
	return int32(bpf.GetPrandomU32())
}

//bpf:attach lsm/file_open
func Lsm(ctx *bpf.LSM, file uintptr, earlier int32) int32 {
	return earlier
}

//bpf:attach lsm.s/file_open
func LsmS(ctx *bpf.LSM, file uintptr, earlier int32) int32 {
	return earlier
}

//bpf:attach lsm_cgroup/socket_post_create
func LsmCgroup(ctx *bpf.LSM, sock uintptr, family int32) int32 {
	if family == bpf.AFUnix {
		return 0
	}
	return 1
}

//bpf:attach iter/task
func Iter(ctx *bpf.Iter) {
	count(ctx.SeqNum())
}

//bpf:attach iter.s/task
func IterS(ctx *bpf.Iter) {
	count(ctx.SeqNum())
}

//bpf:attach syscall
func Syscall(ctx *request) int32 {
	ctx.Handle = bpf.KtimeGetNs()
	return 0
}

//bpf:attach xdp.frags/devmap
func XdpFragsDevmap(ctx *bpf.XDP) bpf.XDPAction {
	if ctx.EgressIfindex == 1 {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}

//bpf:attach xdp/devmap
func XdpDevmap(ctx *bpf.XDP) bpf.XDPAction {
	if ctx.EgressIfindex == 1 {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}

//bpf:attach xdp.frags/cpumap
func XdpFragsCpumap(ctx *bpf.XDP) bpf.XDPAction {
	first := bpf.At[byte](ctx, 0)
	if first == nil || *first&1 != 0 {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}

//bpf:attach xdp/cpumap
func XdpCpumap(ctx *bpf.XDP) bpf.XDPAction {
	first := bpf.At[byte](ctx, 0)
	if first == nil || *first&1 != 0 {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}

//bpf:attach xdp.frags
func XdpFrags(ctx *bpf.XDP) bpf.XDPAction {
	first := bpf.At[byte](ctx, 0)
	if first == nil || *first&1 != 0 {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}

//bpf:attach xdp
func Xdp(ctx *bpf.XDP) bpf.XDPAction {
	first := bpf.At[byte](ctx, 0)
	if first == nil || *first&1 != 0 {
		return bpf.XDPDrop
	}
	return bpf.XDPPass
}

//bpf:attach perf_event
func PerfEvent(ctx *bpf.PerfEvent) {
	count(ctx.SamplePeriod)
}

//bpf:attach lwt_in
func LwtIn(ctx *bpf.SKB) bpf.LWTAction {
	if ctx.Len > 1500 {
		return bpf.LWTDrop
	}
	return bpf.LWTOk
}

//bpf:attach lwt_out
func LwtOut(ctx *bpf.SKB) bpf.LWTAction {
	if ctx.Len > 1500 {
		return bpf.LWTDrop
	}
	return bpf.LWTOk
}

//bpf:attach lwt_xmit
func LwtXmit(ctx *bpf.SKB) bpf.LWTAction {
	if ctx.Len > 1500 {
		return bpf.LWTDrop
	}
	return bpf.LWTOk
}

//bpf:attach lwt_seg6local
func LwtSeg6local(ctx *bpf.SKB) bpf.LWTAction {
	if ctx.Len > 1500 {
		return bpf.LWTDrop
	}
	return bpf.LWTOk
}

//bpf:attach sockops
func Sockops(ctx *bpf.SockOps) int32 {
	ctx.Reply = ctx.Op
	return 1
}

//bpf:attach sk_skb/stream_parser
func SkSkbStreamParser(ctx *bpf.SKB) int32 {
	return int32(ctx.Len)
}

//bpf:attach sk_skb/stream_verdict
func SkSkbStreamVerdict(ctx *bpf.SKB) bpf.SKAction {
	if ctx.Len > 1500 {
		return bpf.SKDrop
	}
	return bpf.SKPass
}

//bpf:attach sk_skb/verdict
func SkSkbVerdict(ctx *bpf.SKB) bpf.SKAction {
	if ctx.Len > 1500 {
		return bpf.SKDrop
	}
	return bpf.SKPass
}

//bpf:attach sk_skb
func SkSkb(ctx *bpf.SKB) bpf.SKAction {
	if ctx.Len > 1500 {
		return bpf.SKDrop
	}
	return bpf.SKPass
}

//bpf:attach sk_msg
func SkMsg(ctx *bpf.SkMsg) bpf.SKAction {
	if ctx.LocalPort == 22 {
		return bpf.SKDrop
	}
	return bpf.SKPass
}

//bpf:attach lirc_mode2
func LircMode2(ctx *bpf.LircMode2) {
	count(uint64(ctx.Sample))
}

//bpf:attach flow_dissector
func FlowDissector(ctx *bpf.SKB) bpf.LWTAction {
	ctx.FlowKeys.NHOff = 14
	return bpf.LWTOk
}

//bpf:attach cgroup_skb/ingress
func CgroupSkbIngress(ctx *bpf.SKB) bpf.Verdict {
	if ctx.Len > 1500 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup_skb/egress
func CgroupSkbEgress(ctx *bpf.SKB) bpf.Verdict {
	if ctx.Len > 1500 {
		return bpf.AllowCN
	}
	return bpf.Allow
}

//bpf:attach cgroup/skb
func CgroupSkb(ctx *bpf.SKB) bpf.Verdict {
	if ctx.Len > 1500 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/sock_create
func CgroupSockCreate(ctx *bpf.Sock) bpf.Verdict {
	if ctx.Mark == 22 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/sock_release
func CgroupSockRelease(ctx *bpf.Sock) bpf.Verdict {
	if ctx.Mark == 22 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/sock
func CgroupSock(ctx *bpf.Sock) bpf.Verdict {
	if ctx.Mark == 22 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/post_bind4
func CgroupPostBind4(ctx *bpf.Sock) bpf.Verdict {
	if ctx.SrcPort == 22 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/post_bind6
func CgroupPostBind6(ctx *bpf.Sock) bpf.Verdict {
	if ctx.SrcPort == 22 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/bind4
func CgroupBind4(ctx *bpf.SockAddr) bpf.Verdict {
	if ctx.Protocol == 17 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/bind6
func CgroupBind6(ctx *bpf.SockAddr) bpf.Verdict {
	if ctx.Protocol == 17 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/connect4
func CgroupConnect4(ctx *bpf.SockAddr) bpf.Verdict {
	if ctx.Protocol == 17 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/connect6
func CgroupConnect6(ctx *bpf.SockAddr) bpf.Verdict {
	if ctx.Protocol == 17 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/connect_unix
func CgroupConnectUnix(ctx *bpf.SockAddr) bpf.Verdict {
	if ctx.Protocol == 17 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/sendmsg4
func CgroupSendmsg4(ctx *bpf.SockAddr) bpf.Verdict {
	if ctx.Protocol == 17 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/sendmsg6
func CgroupSendmsg6(ctx *bpf.SockAddr) bpf.Verdict {
	if ctx.Protocol == 17 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/sendmsg_unix
func CgroupSendmsgUnix(ctx *bpf.SockAddr) bpf.Verdict {
	if ctx.Protocol == 17 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/recvmsg4
func CgroupRecvmsg4(ctx *bpf.SockAddr) bpf.Verdict {
	count(uint64(ctx.Protocol))
	return bpf.Allow
}

//bpf:attach cgroup/recvmsg6
func CgroupRecvmsg6(ctx *bpf.SockAddr) bpf.Verdict {
	count(uint64(ctx.Protocol))
	return bpf.Allow
}

//bpf:attach cgroup/recvmsg_unix
func CgroupRecvmsgUnix(ctx *bpf.SockAddr) bpf.Verdict {
	count(uint64(ctx.Protocol))
	return bpf.Allow
}

//bpf:attach cgroup/getpeername4
func CgroupGetpeername4(ctx *bpf.SockAddr) bpf.Verdict {
	count(uint64(ctx.Protocol))
	return bpf.Allow
}

//bpf:attach cgroup/getpeername6
func CgroupGetpeername6(ctx *bpf.SockAddr) bpf.Verdict {
	count(uint64(ctx.Protocol))
	return bpf.Allow
}

//bpf:attach cgroup/getpeername_unix
func CgroupGetpeernameUnix(ctx *bpf.SockAddr) bpf.Verdict {
	count(uint64(ctx.Protocol))
	return bpf.Allow
}

//bpf:attach cgroup/getsockname4
func CgroupGetsockname4(ctx *bpf.SockAddr) bpf.Verdict {
	count(uint64(ctx.Protocol))
	return bpf.Allow
}

//bpf:attach cgroup/getsockname6
func CgroupGetsockname6(ctx *bpf.SockAddr) bpf.Verdict {
	count(uint64(ctx.Protocol))
	return bpf.Allow
}

//bpf:attach cgroup/getsockname_unix
func CgroupGetsocknameUnix(ctx *bpf.SockAddr) bpf.Verdict {
	count(uint64(ctx.Protocol))
	return bpf.Allow
}

//bpf:attach cgroup/sysctl
func CgroupSysctl(ctx *bpf.Sysctl) bpf.Verdict {
	if ctx.Write != 0 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/getsockopt
func CgroupGetsockopt(ctx *bpf.Sockopt) bpf.Verdict {
	if ctx.Level == 1 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/setsockopt
func CgroupSetsockopt(ctx *bpf.Sockopt) bpf.Verdict {
	if ctx.Level == 1 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach cgroup/dev
func CgroupDev(ctx *bpf.CgroupDevice) bpf.Verdict {
	if ctx.Major == 1 {
		return bpf.Deny
	}
	return bpf.Allow
}

//bpf:attach struct_ops/ssthresh
func StructOps(ctx *bpf.StructOps, sock uintptr) int32 {
	return 2
}

//bpf:attach struct_ops.s/init
func StructOpsS(ctx *bpf.StructOps, sock uintptr) {
	count(uint64(sock))
}

//bpf:attach sk_lookup
func SkLookup(ctx *bpf.SkLookup) bpf.SKAction {
	if ctx.LocalPort == 22 {
		return bpf.SKDrop
	}
	return bpf.SKPass
}

//bpf:attach netfilter
func Netfilter(ctx *bpf.Netfilter) bpf.NFVerdict {
	return bpf.NFAccept
}
