/**
 * How cilium/ebpf 0.22 spells the kernel's names, and how it attaches a program of each link kind.
 *
 *     goMapType('percpu_hash', 5)    → `ebpf.PerCPUHash`
 *     attachCalls.tracepoint.call    → `link.Tracepoint($group, $name, $p, nil)`
 */

import type { LinkKind } from '../bpf/programs.ts';

const mapTypes: Readonly<Record<string, string>> = {
  hash: 'Hash',
  array: 'Array',
  prog_array: 'ProgramArray',
  perf_event_array: 'PerfEventArray',
  percpu_hash: 'PerCPUHash',
  percpu_array: 'PerCPUArray',
  stack_trace: 'StackTrace',
  cgroup_array: 'CGroupArray',
  lru_hash: 'LRUHash',
  lru_percpu_hash: 'LRUCPUHash',
  lpm_trie: 'LPMTrie',
  array_of_maps: 'ArrayOfMaps',
  hash_of_maps: 'HashOfMaps',
  devmap: 'DevMap',
  sockmap: 'SockMap',
  cpumap: 'CPUMap',
  xskmap: 'XSKMap',
  sockhash: 'SockHash',
  cgroup_storage: 'CGroupStorage',
  reuseport_sockarray: 'ReusePortSockArray',
  percpu_cgroup_storage: 'PerCPUCGroupStorage',
  queue: 'Queue',
  stack: 'Stack',
  sk_storage: 'SkStorage',
  devmap_hash: 'DevMapHash',
  struct_ops: 'StructOpsMap',
  ringbuf: 'RingBuf',
  inode_storage: 'InodeStorage',
  task_storage: 'TaskStorage',
  bloom_filter: 'BloomFilter',
  user_ringbuf: 'UserRingbuf',
  cgrp_storage: 'CgroupStorage',
  arena: 'Arena',
};

const programTypes: Readonly<Record<string, string>> = {
  socket_filter: 'SocketFilter',
  kprobe: 'Kprobe',
  sched_cls: 'SchedCLS',
  sched_act: 'SchedACT',
  tracepoint: 'TracePoint',
  xdp: 'XDP',
  perf_event: 'PerfEvent',
  cgroup_skb: 'CGroupSKB',
  cgroup_sock: 'CGroupSock',
  lwt_in: 'LWTIn',
  lwt_out: 'LWTOut',
  lwt_xmit: 'LWTXmit',
  sock_ops: 'SockOps',
  sk_skb: 'SkSKB',
  cgroup_device: 'CGroupDevice',
  sk_msg: 'SkMsg',
  raw_tracepoint: 'RawTracepoint',
  cgroup_sock_addr: 'CGroupSockAddr',
  lwt_seg6local: 'LWTSeg6Local',
  lirc_mode2: 'LircMode2',
  sk_reuseport: 'SkReuseport',
  flow_dissector: 'FlowDissector',
  cgroup_sysctl: 'CGroupSysctl',
  raw_tracepoint_writable: 'RawTracepointWritable',
  cgroup_sockopt: 'CGroupSockopt',
  tracing: 'Tracing',
  struct_ops: 'StructOps',
  ext: 'Extension',
  lsm: 'LSM',
  sk_lookup: 'SkLookup',
  syscall: 'Syscall',
  netfilter: 'Netfilter',
};

const attachTypes: Readonly<Record<string, string>> = {
  cgroup_inet_ingress: 'AttachCGroupInetIngress',
  cgroup_inet_egress: 'AttachCGroupInetEgress',
  cgroup_inet_sock_create: 'AttachCGroupInetSockCreate',
  cgroup_sock_ops: 'AttachCGroupSockOps',
  sk_skb_stream_parser: 'AttachSkSKBStreamParser',
  sk_skb_stream_verdict: 'AttachSkSKBStreamVerdict',
  cgroup_device: 'AttachCGroupDevice',
  sk_msg_verdict: 'AttachSkMsgVerdict',
  cgroup_inet4_bind: 'AttachCGroupInet4Bind',
  cgroup_inet6_bind: 'AttachCGroupInet6Bind',
  cgroup_inet4_connect: 'AttachCGroupInet4Connect',
  cgroup_inet6_connect: 'AttachCGroupInet6Connect',
  cgroup_inet4_post_bind: 'AttachCGroupInet4PostBind',
  cgroup_inet6_post_bind: 'AttachCGroupInet6PostBind',
  cgroup_udp4_sendmsg: 'AttachCGroupUDP4Sendmsg',
  cgroup_udp6_sendmsg: 'AttachCGroupUDP6Sendmsg',
  lirc_mode2: 'AttachLircMode2',
  flow_dissector: 'AttachFlowDissector',
  cgroup_sysctl: 'AttachCGroupSysctl',
  cgroup_udp4_recvmsg: 'AttachCGroupUDP4Recvmsg',
  cgroup_udp6_recvmsg: 'AttachCGroupUDP6Recvmsg',
  cgroup_getsockopt: 'AttachCGroupGetsockopt',
  cgroup_setsockopt: 'AttachCGroupSetsockopt',
  trace_raw_tp: 'AttachTraceRawTp',
  trace_fentry: 'AttachTraceFEntry',
  trace_fexit: 'AttachTraceFExit',
  modify_return: 'AttachModifyReturn',
  lsm_mac: 'AttachLSMMac',
  trace_iter: 'AttachTraceIter',
  cgroup_inet4_getpeername: 'AttachCgroupInet4GetPeername',
  cgroup_inet6_getpeername: 'AttachCgroupInet6GetPeername',
  cgroup_inet4_getsockname: 'AttachCgroupInet4GetSockname',
  cgroup_inet6_getsockname: 'AttachCgroupInet6GetSockname',
  xdp_devmap: 'AttachXDPDevMap',
  cgroup_inet_sock_release: 'AttachCgroupInetSockRelease',
  xdp_cpumap: 'AttachXDPCPUMap',
  sk_lookup: 'AttachSkLookup',
  xdp: 'AttachXDP',
  sk_skb_verdict: 'AttachSkSKBVerdict',
  sk_reuseport_select: 'AttachSkReuseportSelect',
  sk_reuseport_select_or_migrate: 'AttachSkReuseportSelectOrMigrate',
  perf_event: 'AttachPerfEvent',
  trace_kprobe_multi: 'AttachTraceKprobeMulti',
  trace_kprobe_session: 'AttachTraceKprobeSession',
  lsm_cgroup: 'AttachLSMCgroup',
  struct_ops: 'AttachStructOps',
  netfilter: 'AttachNetfilter',
  tcx_ingress: 'AttachTCXIngress',
  tcx_egress: 'AttachTCXEgress',
  trace_uprobe_multi: 'AttachTraceUprobeMulti',
  cgroup_unix_connect: 'AttachCgroupUnixConnect',
  cgroup_unix_sendmsg: 'AttachCgroupUnixSendmsg',
  cgroup_unix_recvmsg: 'AttachCgroupUnixRecvmsg',
  cgroup_unix_getpeername: 'AttachCgroupUnixGetpeername',
  cgroup_unix_getsockname: 'AttachCgroupUnixGetsockname',
  netkit_primary: 'AttachNetkitPrimary',
  netkit_peer: 'AttachNetkitPeer',
};

/** A type that cilium/ebpf has no name for is written as its number. */
const typed = (names: Readonly<Record<string, string>>, name: string, go: string, id: number): string =>
  names[name] === undefined ? `ebpf.${go}(${id})` : `ebpf.${names[name]}`;

export const goMapType = (name: string, id: number): string => typed(mapTypes, name, 'MapType', id);
export const goProgramType = (name: string, id: number): string =>
  typed(programTypes, name, 'ProgramType', id);
export const goAttachType = (name: string, id: number): string => typed(attachTypes, name, 'AttachType', id);

/** What the loader must be told by its user. */
export type AttachNeed = 'iface' | 'cgroup';

export interface AttachCall {
  /**
   * A Go expression giving (link.Link, error), or null where the Go program only loads. $p the program, $t the quoted
   * target, $group and $name its two halves at the slash, $sys the quoted target as a system call's symbol, $a the
   * attach type.
   */
  readonly call: string | null;
  readonly needs: readonly AttachNeed[];
  /** The target names a kernel function or hook that the kernel wants at load time. */
  readonly attachTo: boolean;
}

const by = (call: string, ...needs: readonly AttachNeed[]): AttachCall => ({ call, needs, attachTo: false });
const hook = (call: string, ...needs: readonly AttachNeed[]): AttachCall => ({ call, needs, attachTo: true });
const loadedOnly: AttachCall = { call: null, needs: [], attachTo: false };

export const attachCalls: Readonly<Record<LinkKind, AttachCall>> = {
  none: loadedOnly,
  socket: loadedOnly,
  kprobe: by('link.Kprobe($t, $p, nil)'),
  kretprobe: by('link.Kretprobe($t, $p, nil)'),
  ksyscall: by('link.Kprobe($sys, $p, nil)'),
  kretsyscall: by('link.Kretprobe($sys, $p, nil)'),
  'kprobe.multi': by('link.KprobeMulti($p, link.KprobeMultiOptions{Symbols: []string{$t}})'),
  'kretprobe.multi': by('link.KretprobeMulti($p, link.KprobeMultiOptions{Symbols: []string{$t}})'),
  'kprobe.session': by('link.KprobeMulti($p, link.KprobeMultiOptions{Symbols: []string{$t}, Session: true})'),
  uprobe: loadedOnly,
  uretprobe: loadedOnly,
  'uprobe.multi': loadedOnly,
  'uretprobe.multi': loadedOnly,
  'uprobe.session': loadedOnly,
  usdt: loadedOnly,
  tc: loadedOnly,
  tcx: by('link.AttachTCX(link.TCXOptions{Program: $p, Interface: iface.Index, Attach: $a})', 'iface'),
  netkit: by(
    'link.AttachNetkit(link.NetkitOptions{Program: $p, Interface: iface.Index, Attach: $a})',
    'iface',
  ),
  tracepoint: by('link.Tracepoint($group, $name, $p, nil)'),
  raw_tracepoint: by('link.AttachRawTracepoint(link.RawTracepointOptions{Name: $t, Program: $p})'),
  tracing: hook('link.AttachTracing(link.TracingOptions{Program: $p})'),
  iter: hook('link.AttachIter(link.IterOptions{Program: $p})'),
  freplace: loadedOnly,
  lsm: hook('link.AttachLSM(link.LSMOptions{Program: $p})'),
  lsm_cgroup: hook('link.AttachCgroup(link.CgroupOptions{Path: cgroup, Attach: $a, Program: $p})', 'cgroup'),
  xdp: by('link.AttachXDP(link.XDPOptions{Program: $p, Interface: iface.Index})', 'iface'),
  'xdp-map': loadedOnly,
  perf_event: loadedOnly,
  lwt: loadedOnly,
  cgroup: by('link.AttachCgroup(link.CgroupOptions{Path: cgroup, Attach: $a, Program: $p})', 'cgroup'),
  sockmap: loadedOnly,
  lirc: loadedOnly,
  netns: loadedOnly,
  struct_ops: loadedOnly,
  netfilter: loadedOnly,
};
