/**
 * The program type table: one row per section kind that `//bpf:attach` takes (libbpf's section names).
 *
 *     programRow('tracepoint/syscalls/sys_enter_execve')   → kind tracepoint, target syscalls/sys_enter_execve
 *     programRow('xdp.frags/devmap')                       → kind xdp.frags/devmap, no target
 *
 * Invariant: `defaultResult` and `abort` lie within `results`.
 */

import { supports } from './kernels.ts';

export interface ProgramRow {
  /** BPF_PROG_TYPE_ in lower case: `xdp`, `sched_cls`, `tracepoint`. */
  readonly type: string;
  /** BPF_PROG_TYPE_ number. */
  readonly typeId: number;
  /** bpf_attach_type in lower case, or null. */
  readonly attachType: string | null;
  /** Number of bpf_attach_type; 0 where there is none. */
  readonly attachId: number;
  /** Does the section take a target: `/TARGET` is refused, allowed or required? */
  readonly target: 'none' | 'optional' | 'required';
  readonly sleepable: boolean;
  /** Loaded with BPF_F_XDP_HAS_FRAGS. */
  readonly frags: boolean;
  /** The SDK's context type: `XDP`, `SKB`, `Kprobe`; null: a pointer to any struct describing the context's bytes. */
  readonly context: string | null;
  /**
   * Parameters after the context: registers of the probed function by position, a system call's arguments by position,
   * the probed function's result, the hook's arguments by BTF, these and then the result, or a static probe's arguments.
   */
  readonly params: 'none' | 'regs' | 'syscall' | 'result' | 'btf' | 'btf-result' | 'usdt';
  /** The SDK's result type; null: a plain integer. */
  readonly resultType: string | null;
  /** Range of results that the kernel allows, inclusive, as signed 32-bit numbers; null: any. */
  readonly results: readonly [bigint, bigint] | null;
  /** An older range: before the kernel. */
  readonly resultsBefore?: { readonly kernel: string; readonly results: readonly [bigint, bigint] };
  /** Returned by a program without result. */
  readonly defaultResult: bigint;
  /** Returned when a Go panic aborts the program. */
  readonly abort: bigint;
  /** The row of helper-matrix.ts: who may call which helper. */
  readonly helpers: string;
  /** How a loader attaches it. */
  readonly link: LinkKind;
  /** First kernel that has this attach kind (read). */
  readonly since: string;
}

export type LinkKind =
  | 'none'
  | 'socket'
  | 'kprobe'
  | 'kretprobe'
  | 'ksyscall'
  | 'kretsyscall'
  | 'kprobe.multi'
  | 'kretprobe.multi'
  | 'kprobe.session'
  | 'uprobe'
  | 'uretprobe'
  | 'uprobe.multi'
  | 'uretprobe.multi'
  | 'uprobe.session'
  | 'usdt'
  | 'tc'
  | 'tcx'
  | 'netkit'
  | 'tracepoint'
  | 'raw_tracepoint'
  | 'tracing'
  | 'iter'
  | 'freplace'
  | 'lsm'
  | 'lsm_cgroup'
  | 'xdp'
  /** Named by an entry of a devmap or cpumap. */
  | 'xdp-map'
  | 'perf_event'
  | 'lwt'
  | 'cgroup'
  | 'sockmap'
  | 'lirc'
  | 'netns'
  | 'struct_ops'
  | 'netfilter';

// biome-ignore format: one row a line
const rows = {
  socket: { type: 'socket_filter', typeId: 1, attachType: null, attachId: 0, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: null, results: null, defaultResult: -1n, abort: 0n, helpers: 'socket_filter', link: 'socket', since: '3.19' },
  'sk_reuseport/migrate': { type: 'sk_reuseport', typeId: 21, attachType: 'sk_reuseport_select_or_migrate', attachId: 40, target: 'none', sleepable: false, frags: false, context: 'SkReuseport', params: 'none', resultType: 'SKAction', results: null, defaultResult: 1n, abort: 0n, helpers: 'sk_reuseport', link: 'socket', since: '5.14' },
  sk_reuseport: { type: 'sk_reuseport', typeId: 21, attachType: 'sk_reuseport_select', attachId: 39, target: 'none', sleepable: false, frags: false, context: 'SkReuseport', params: 'none', resultType: 'SKAction', results: null, defaultResult: 1n, abort: 0n, helpers: 'sk_reuseport', link: 'socket', since: '4.19' },
  kprobe: { type: 'kprobe', typeId: 2, attachType: null, attachId: 0, target: 'required', sleepable: false, frags: false, context: 'Kprobe', params: 'regs', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'kprobe', since: '4.1' },
  uprobe: { type: 'kprobe', typeId: 2, attachType: null, attachId: 0, target: 'optional', sleepable: false, frags: false, context: 'Uprobe', params: 'regs', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'uprobe', since: '4.1' },
  'uprobe.s': { type: 'kprobe', typeId: 2, attachType: null, attachId: 0, target: 'optional', sleepable: true, frags: false, context: 'Uprobe', params: 'regs', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'uprobe', since: '6.0' },
  kretprobe: { type: 'kprobe', typeId: 2, attachType: null, attachId: 0, target: 'required', sleepable: false, frags: false, context: 'Kretprobe', params: 'result', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'kretprobe', since: '4.1' },
  uretprobe: { type: 'kprobe', typeId: 2, attachType: null, attachId: 0, target: 'optional', sleepable: false, frags: false, context: 'Uretprobe', params: 'result', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'uretprobe', since: '4.1' },
  'uretprobe.s': { type: 'kprobe', typeId: 2, attachType: null, attachId: 0, target: 'optional', sleepable: true, frags: false, context: 'Uretprobe', params: 'result', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'uretprobe', since: '6.0' },
  'kprobe.multi': { type: 'kprobe', typeId: 2, attachType: 'trace_kprobe_multi', attachId: 42, target: 'required', sleepable: false, frags: false, context: 'Kprobe', params: 'regs', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'kprobe.multi', since: '5.18' },
  'kretprobe.multi': { type: 'kprobe', typeId: 2, attachType: 'trace_kprobe_multi', attachId: 42, target: 'required', sleepable: false, frags: false, context: 'Kretprobe', params: 'result', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'kretprobe.multi', since: '5.18' },
  'kprobe.session': { type: 'kprobe', typeId: 2, attachType: 'trace_kprobe_session', attachId: 56, target: 'required', sleepable: false, frags: false, context: 'Kprobe', params: 'regs', resultType: null, results: [0n, 1n], defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'kprobe.session', since: '6.10' },
  'uprobe.multi': { type: 'kprobe', typeId: 2, attachType: 'trace_uprobe_multi', attachId: 48, target: 'optional', sleepable: false, frags: false, context: 'Uprobe', params: 'regs', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'uprobe.multi', since: '6.6' },
  'uretprobe.multi': { type: 'kprobe', typeId: 2, attachType: 'trace_uprobe_multi', attachId: 48, target: 'optional', sleepable: false, frags: false, context: 'Uretprobe', params: 'result', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'uretprobe.multi', since: '6.6' },
  'uprobe.session': { type: 'kprobe', typeId: 2, attachType: 'trace_uprobe_session', attachId: 57, target: 'optional', sleepable: false, frags: false, context: 'Uprobe', params: 'regs', resultType: null, results: [0n, 1n], defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'uprobe.session', since: '6.13' },
  'uprobe.multi.s': { type: 'kprobe', typeId: 2, attachType: 'trace_uprobe_multi', attachId: 48, target: 'optional', sleepable: true, frags: false, context: 'Uprobe', params: 'regs', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'uprobe.multi', since: '6.6' },
  'uretprobe.multi.s': { type: 'kprobe', typeId: 2, attachType: 'trace_uprobe_multi', attachId: 48, target: 'optional', sleepable: true, frags: false, context: 'Uretprobe', params: 'result', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'uretprobe.multi', since: '6.6' },
  'uprobe.session.s': { type: 'kprobe', typeId: 2, attachType: 'trace_uprobe_session', attachId: 57, target: 'optional', sleepable: true, frags: false, context: 'Uprobe', params: 'regs', resultType: null, results: [0n, 1n], defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'uprobe.session', since: '6.13' },
  ksyscall: { type: 'kprobe', typeId: 2, attachType: null, attachId: 0, target: 'required', sleepable: false, frags: false, context: 'Kprobe', params: 'syscall', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'ksyscall', since: '4.1' },
  kretsyscall: { type: 'kprobe', typeId: 2, attachType: null, attachId: 0, target: 'required', sleepable: false, frags: false, context: 'Kretprobe', params: 'result', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'kretsyscall', since: '4.1' },
  usdt: { type: 'kprobe', typeId: 2, attachType: null, attachId: 0, target: 'optional', sleepable: false, frags: false, context: 'USDT', params: 'usdt', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'usdt', since: '5.15' },
  'usdt.s': { type: 'kprobe', typeId: 2, attachType: null, attachId: 0, target: 'optional', sleepable: true, frags: false, context: 'USDT', params: 'usdt', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'kprobe', link: 'usdt', since: '6.0' },
  'tc/ingress': { type: 'sched_cls', typeId: 3, attachType: 'tcx_ingress', attachId: 46, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'TCAction', results: null, defaultResult: -1n, abort: 2n, helpers: 'sched_cls', link: 'tcx', since: '6.6' },
  'tc/egress': { type: 'sched_cls', typeId: 3, attachType: 'tcx_egress', attachId: 47, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'TCAction', results: null, defaultResult: -1n, abort: 2n, helpers: 'sched_cls', link: 'tcx', since: '6.6' },
  'tcx/ingress': { type: 'sched_cls', typeId: 3, attachType: 'tcx_ingress', attachId: 46, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'TCAction', results: null, defaultResult: -1n, abort: 2n, helpers: 'sched_cls', link: 'tcx', since: '6.6' },
  'tcx/egress': { type: 'sched_cls', typeId: 3, attachType: 'tcx_egress', attachId: 47, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'TCAction', results: null, defaultResult: -1n, abort: 2n, helpers: 'sched_cls', link: 'tcx', since: '6.6' },
  tc: { type: 'sched_cls', typeId: 3, attachType: null, attachId: 0, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'TCAction', results: null, defaultResult: 0n, abort: 2n, helpers: 'sched_cls', link: 'tc', since: '4.1' },
  classifier: { type: 'sched_cls', typeId: 3, attachType: null, attachId: 0, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'TCAction', results: null, defaultResult: 0n, abort: 2n, helpers: 'sched_cls', link: 'tc', since: '4.1' },
  action: { type: 'sched_act', typeId: 4, attachType: null, attachId: 0, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'TCAction', results: null, defaultResult: 0n, abort: 2n, helpers: 'sched_act', link: 'tc', since: '4.1' },
  'netkit/primary': { type: 'sched_cls', typeId: 3, attachType: 'netkit_primary', attachId: 54, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'TCAction', results: null, defaultResult: -1n, abort: 2n, helpers: 'sched_cls', link: 'netkit', since: '6.7' },
  'netkit/peer': { type: 'sched_cls', typeId: 3, attachType: 'netkit_peer', attachId: 55, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'TCAction', results: null, defaultResult: -1n, abort: 2n, helpers: 'sched_cls', link: 'netkit', since: '6.7' },
  tracepoint: { type: 'tracepoint', typeId: 5, attachType: null, attachId: 0, target: 'required', sleepable: false, frags: false, context: null, params: 'none', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'tracepoint', link: 'tracepoint', since: '4.7' },
  tp: { type: 'tracepoint', typeId: 5, attachType: null, attachId: 0, target: 'required', sleepable: false, frags: false, context: null, params: 'none', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'tracepoint', link: 'tracepoint', since: '4.7' },
  raw_tracepoint: { type: 'raw_tracepoint', typeId: 17, attachType: null, attachId: 0, target: 'required', sleepable: false, frags: false, context: null, params: 'none', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'raw_tracepoint', link: 'raw_tracepoint', since: '4.17' },
  raw_tp: { type: 'raw_tracepoint', typeId: 17, attachType: null, attachId: 0, target: 'required', sleepable: false, frags: false, context: null, params: 'none', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'raw_tracepoint', link: 'raw_tracepoint', since: '4.17' },
  'raw_tracepoint.w': { type: 'raw_tracepoint_writable', typeId: 24, attachType: null, attachId: 0, target: 'required', sleepable: false, frags: false, context: null, params: 'none', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'raw_tracepoint_writable', link: 'raw_tracepoint', since: '5.2' },
  'raw_tp.w': { type: 'raw_tracepoint_writable', typeId: 24, attachType: null, attachId: 0, target: 'required', sleepable: false, frags: false, context: null, params: 'none', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'raw_tracepoint_writable', link: 'raw_tracepoint', since: '5.2' },
  tp_btf: { type: 'tracing', typeId: 26, attachType: 'trace_raw_tp', attachId: 23, target: 'required', sleepable: false, frags: false, context: 'TpBTF', params: 'btf', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'tp_btf', link: 'tracing', since: '5.5' },
  fentry: { type: 'tracing', typeId: 26, attachType: 'trace_fentry', attachId: 24, target: 'required', sleepable: false, frags: false, context: 'Fentry', params: 'btf', resultType: null, results: [0n, 0n], defaultResult: 0n, abort: 0n, helpers: 'fentry', link: 'tracing', since: '5.5' },
  fmod_ret: { type: 'tracing', typeId: 26, attachType: 'modify_return', attachId: 26, target: 'required', sleepable: false, frags: false, context: 'FmodRet', params: 'btf-result', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'fexit', link: 'tracing', since: '5.7' },
  fexit: { type: 'tracing', typeId: 26, attachType: 'trace_fexit', attachId: 25, target: 'required', sleepable: false, frags: false, context: 'Fexit', params: 'btf-result', resultType: null, results: [0n, 0n], defaultResult: 0n, abort: 0n, helpers: 'fexit', link: 'tracing', since: '5.5' },
  'fentry.s': { type: 'tracing', typeId: 26, attachType: 'trace_fentry', attachId: 24, target: 'required', sleepable: true, frags: false, context: 'Fentry', params: 'btf', resultType: null, results: [0n, 0n], defaultResult: 0n, abort: 0n, helpers: 'fentry', link: 'tracing', since: '5.10' },
  'fmod_ret.s': { type: 'tracing', typeId: 26, attachType: 'modify_return', attachId: 26, target: 'required', sleepable: true, frags: false, context: 'FmodRet', params: 'btf-result', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'fexit', link: 'tracing', since: '5.10' },
  'fexit.s': { type: 'tracing', typeId: 26, attachType: 'trace_fexit', attachId: 25, target: 'required', sleepable: true, frags: false, context: 'Fexit', params: 'btf-result', resultType: null, results: [0n, 0n], defaultResult: 0n, abort: 0n, helpers: 'fexit', link: 'tracing', since: '5.10' },
  fsession: { type: 'tracing', typeId: 26, attachType: 'trace_fsession', attachId: 58, target: 'required', sleepable: false, frags: false, context: 'Fentry', params: 'btf', resultType: null, results: [0n, 0n], defaultResult: 0n, abort: 0n, helpers: 'fexit', link: 'tracing', since: '7.0' },
  'fsession.s': { type: 'tracing', typeId: 26, attachType: 'trace_fsession', attachId: 58, target: 'required', sleepable: true, frags: false, context: 'Fentry', params: 'btf', resultType: null, results: [0n, 0n], defaultResult: 0n, abort: 0n, helpers: 'fexit', link: 'tracing', since: '7.0' },
  freplace: { type: 'ext', typeId: 28, attachType: null, attachId: 0, target: 'required', sleepable: false, frags: false, context: null, params: 'none', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'ext', link: 'freplace', since: '5.6' },
  lsm: { type: 'lsm', typeId: 29, attachType: 'lsm_mac', attachId: 27, target: 'required', sleepable: false, frags: false, context: 'LSM', params: 'btf-result', resultType: null, results: [-4095n, 0n], defaultResult: 0n, abort: -1n, helpers: 'lsm', link: 'lsm', since: '5.7' },
  'lsm.s': { type: 'lsm', typeId: 29, attachType: 'lsm_mac', attachId: 27, target: 'required', sleepable: true, frags: false, context: 'LSM', params: 'btf-result', resultType: null, results: [-4095n, 0n], defaultResult: 0n, abort: -1n, helpers: 'lsm', link: 'lsm', since: '5.10' },
  lsm_cgroup: { type: 'lsm', typeId: 29, attachType: 'lsm_cgroup', attachId: 43, target: 'required', sleepable: false, frags: false, context: 'LSM', params: 'btf', resultType: null, results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'lsm_cgroup', link: 'lsm_cgroup', since: '6.0' },
  iter: { type: 'tracing', typeId: 26, attachType: 'trace_iter', attachId: 28, target: 'required', sleepable: false, frags: false, context: 'Iter', params: 'btf', resultType: null, results: [0n, 1n], defaultResult: 0n, abort: 0n, helpers: 'iter', link: 'iter', since: '5.8' },
  'iter.s': { type: 'tracing', typeId: 26, attachType: 'trace_iter', attachId: 28, target: 'required', sleepable: true, frags: false, context: 'Iter', params: 'btf', resultType: null, results: [0n, 1n], defaultResult: 0n, abort: 0n, helpers: 'iter', link: 'iter', since: '5.18' },
  syscall: { type: 'syscall', typeId: 31, attachType: null, attachId: 0, target: 'none', sleepable: true, frags: false, context: null, params: 'none', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'syscall', link: 'none', since: '5.14' },
  'xdp.frags/devmap': { type: 'xdp', typeId: 6, attachType: 'xdp_devmap', attachId: 33, target: 'none', sleepable: false, frags: true, context: 'XDP', params: 'none', resultType: 'XDPAction', results: null, defaultResult: 2n, abort: 0n, helpers: 'xdp', link: 'xdp-map', since: '5.18' },
  'xdp/devmap': { type: 'xdp', typeId: 6, attachType: 'xdp_devmap', attachId: 33, target: 'none', sleepable: false, frags: false, context: 'XDP', params: 'none', resultType: 'XDPAction', results: null, defaultResult: 2n, abort: 0n, helpers: 'xdp', link: 'xdp-map', since: '5.8' },
  'xdp.frags/cpumap': { type: 'xdp', typeId: 6, attachType: 'xdp_cpumap', attachId: 35, target: 'none', sleepable: false, frags: true, context: 'XDP', params: 'none', resultType: 'XDPAction', results: null, defaultResult: 2n, abort: 0n, helpers: 'xdp', link: 'xdp-map', since: '5.18' },
  'xdp/cpumap': { type: 'xdp', typeId: 6, attachType: 'xdp_cpumap', attachId: 35, target: 'none', sleepable: false, frags: false, context: 'XDP', params: 'none', resultType: 'XDPAction', results: null, defaultResult: 2n, abort: 0n, helpers: 'xdp', link: 'xdp-map', since: '5.9' },
  'xdp.frags': { type: 'xdp', typeId: 6, attachType: 'xdp', attachId: 37, target: 'none', sleepable: false, frags: true, context: 'XDP', params: 'none', resultType: 'XDPAction', results: null, defaultResult: 2n, abort: 0n, helpers: 'xdp', link: 'xdp', since: '5.18' },
  xdp: { type: 'xdp', typeId: 6, attachType: 'xdp', attachId: 37, target: 'none', sleepable: false, frags: false, context: 'XDP', params: 'none', resultType: 'XDPAction', results: null, defaultResult: 2n, abort: 0n, helpers: 'xdp', link: 'xdp', since: '4.8' },
  perf_event: { type: 'perf_event', typeId: 7, attachType: null, attachId: 0, target: 'none', sleepable: false, frags: false, context: 'PerfEvent', params: 'none', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'perf_event', link: 'perf_event', since: '4.9' },
  lwt_in: { type: 'lwt_in', typeId: 10, attachType: null, attachId: 0, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'LWTAction', results: null, defaultResult: 0n, abort: 2n, helpers: 'lwt_in', link: 'lwt', since: '4.10' },
  lwt_out: { type: 'lwt_out', typeId: 11, attachType: null, attachId: 0, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'LWTAction', results: null, defaultResult: 0n, abort: 2n, helpers: 'lwt_out', link: 'lwt', since: '4.10' },
  lwt_xmit: { type: 'lwt_xmit', typeId: 12, attachType: null, attachId: 0, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'LWTAction', results: null, defaultResult: 0n, abort: 2n, helpers: 'lwt_xmit', link: 'lwt', since: '4.10' },
  lwt_seg6local: { type: 'lwt_seg6local', typeId: 19, attachType: null, attachId: 0, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'LWTAction', results: null, defaultResult: 0n, abort: 2n, helpers: 'lwt_seg6local', link: 'lwt', since: '4.18' },
  sockops: { type: 'sock_ops', typeId: 13, attachType: 'cgroup_sock_ops', attachId: 3, target: 'none', sleepable: false, frags: false, context: 'SockOps', params: 'none', resultType: null, results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'sock_ops', link: 'cgroup', since: '4.13' },
  'sk_skb/stream_parser': { type: 'sk_skb', typeId: 14, attachType: 'sk_skb_stream_parser', attachId: 4, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'sk_skb', link: 'sockmap', since: '4.14' },
  'sk_skb/stream_verdict': { type: 'sk_skb', typeId: 14, attachType: 'sk_skb_stream_verdict', attachId: 5, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'SKAction', results: null, defaultResult: 1n, abort: 0n, helpers: 'sk_skb', link: 'sockmap', since: '4.14' },
  'sk_skb/verdict': { type: 'sk_skb', typeId: 14, attachType: 'sk_skb_verdict', attachId: 38, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'SKAction', results: null, defaultResult: 1n, abort: 0n, helpers: 'sk_skb', link: 'sockmap', since: '5.13' },
  sk_skb: { type: 'sk_skb', typeId: 14, attachType: null, attachId: 0, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'SKAction', results: null, defaultResult: 1n, abort: 0n, helpers: 'sk_skb', link: 'sockmap', since: '4.14' },
  sk_msg: { type: 'sk_msg', typeId: 16, attachType: 'sk_msg_verdict', attachId: 7, target: 'none', sleepable: false, frags: false, context: 'SkMsg', params: 'none', resultType: 'SKAction', results: null, defaultResult: 1n, abort: 0n, helpers: 'sk_msg', link: 'sockmap', since: '4.17' },
  lirc_mode2: { type: 'lirc_mode2', typeId: 20, attachType: 'lirc_mode2', attachId: 16, target: 'none', sleepable: false, frags: false, context: 'LircMode2', params: 'none', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'lirc_mode2', link: 'lirc', since: '4.18' },
  flow_dissector: { type: 'flow_dissector', typeId: 22, attachType: 'flow_dissector', attachId: 17, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'LWTAction', results: null, defaultResult: 0n, abort: 2n, helpers: 'flow_dissector', link: 'netns', since: '4.20' },
  'cgroup_skb/ingress': { type: 'cgroup_skb', typeId: 8, attachType: 'cgroup_inet_ingress', attachId: 0, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_skb', link: 'cgroup', since: '4.10' },
  'cgroup_skb/egress': { type: 'cgroup_skb', typeId: 8, attachType: 'cgroup_inet_egress', attachId: 1, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'Verdict', results: [0n, 3n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_skb', link: 'cgroup', since: '4.10' },
  'cgroup/skb': { type: 'cgroup_skb', typeId: 8, attachType: null, attachId: 0, target: 'none', sleepable: false, frags: false, context: 'SKB', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_skb', link: 'cgroup', since: '4.10' },
  'cgroup/sock_create': { type: 'cgroup_sock', typeId: 9, attachType: 'cgroup_inet_sock_create', attachId: 2, target: 'none', sleepable: false, frags: false, context: 'Sock', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_sock', link: 'cgroup', since: '4.10' },
  'cgroup/sock_release': { type: 'cgroup_sock', typeId: 9, attachType: 'cgroup_inet_sock_release', attachId: 34, target: 'none', sleepable: false, frags: false, context: 'Sock', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_sock', link: 'cgroup', since: '5.9' },
  'cgroup/sock': { type: 'cgroup_sock', typeId: 9, attachType: 'cgroup_inet_sock_create', attachId: 2, target: 'none', sleepable: false, frags: false, context: 'Sock', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_sock', link: 'cgroup', since: '4.10' },
  'cgroup/post_bind4': { type: 'cgroup_sock', typeId: 9, attachType: 'cgroup_inet4_post_bind', attachId: 12, target: 'none', sleepable: false, frags: false, context: 'Sock', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_sock', link: 'cgroup', since: '4.17' },
  'cgroup/post_bind6': { type: 'cgroup_sock', typeId: 9, attachType: 'cgroup_inet6_post_bind', attachId: 13, target: 'none', sleepable: false, frags: false, context: 'Sock', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_sock', link: 'cgroup', since: '4.17' },
  'cgroup/bind4': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_inet4_bind', attachId: 8, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [0n, 3n], resultsBefore: { kernel: '5.12', results: [0n, 1n] }, defaultResult: 1n, abort: 0n, helpers: 'cgroup_sock_addr/bind', link: 'cgroup', since: '4.17' },
  'cgroup/bind6': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_inet6_bind', attachId: 9, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [0n, 3n], resultsBefore: { kernel: '5.12', results: [0n, 1n] }, defaultResult: 1n, abort: 0n, helpers: 'cgroup_sock_addr/bind', link: 'cgroup', since: '4.17' },
  'cgroup/connect4': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_inet4_connect', attachId: 10, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_sock_addr', link: 'cgroup', since: '4.17' },
  'cgroup/connect6': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_inet6_connect', attachId: 11, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_sock_addr', link: 'cgroup', since: '4.17' },
  'cgroup/connect_unix': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_unix_connect', attachId: 49, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_sock_addr/bind', link: 'cgroup', since: '6.7' },
  'cgroup/sendmsg4': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_udp4_sendmsg', attachId: 14, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_sock_addr/bind', link: 'cgroup', since: '4.18' },
  'cgroup/sendmsg6': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_udp6_sendmsg', attachId: 15, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_sock_addr/bind', link: 'cgroup', since: '4.18' },
  'cgroup/sendmsg_unix': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_unix_sendmsg', attachId: 50, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_sock_addr/bind', link: 'cgroup', since: '6.7' },
  'cgroup/recvmsg4': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_udp4_recvmsg', attachId: 19, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [1n, 1n], defaultResult: 1n, abort: 1n, helpers: 'cgroup_sock_addr/named', link: 'cgroup', since: '5.2' },
  'cgroup/recvmsg6': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_udp6_recvmsg', attachId: 20, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [1n, 1n], defaultResult: 1n, abort: 1n, helpers: 'cgroup_sock_addr/named', link: 'cgroup', since: '5.2' },
  'cgroup/recvmsg_unix': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_unix_recvmsg', attachId: 51, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [1n, 1n], defaultResult: 1n, abort: 1n, helpers: 'cgroup_sock_addr/named', link: 'cgroup', since: '6.7' },
  'cgroup/getpeername4': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_inet4_getpeername', attachId: 29, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [1n, 1n], defaultResult: 1n, abort: 1n, helpers: 'cgroup_sock_addr/named', link: 'cgroup', since: '5.8' },
  'cgroup/getpeername6': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_inet6_getpeername', attachId: 30, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [1n, 1n], defaultResult: 1n, abort: 1n, helpers: 'cgroup_sock_addr/named', link: 'cgroup', since: '5.8' },
  'cgroup/getpeername_unix': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_unix_getpeername', attachId: 52, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [1n, 1n], defaultResult: 1n, abort: 1n, helpers: 'cgroup_sock_addr/named', link: 'cgroup', since: '6.7' },
  'cgroup/getsockname4': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_inet4_getsockname', attachId: 31, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [1n, 1n], defaultResult: 1n, abort: 1n, helpers: 'cgroup_sock_addr/named', link: 'cgroup', since: '5.8' },
  'cgroup/getsockname6': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_inet6_getsockname', attachId: 32, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [1n, 1n], defaultResult: 1n, abort: 1n, helpers: 'cgroup_sock_addr/named', link: 'cgroup', since: '5.8' },
  'cgroup/getsockname_unix': { type: 'cgroup_sock_addr', typeId: 18, attachType: 'cgroup_unix_getsockname', attachId: 53, target: 'none', sleepable: false, frags: false, context: 'SockAddr', params: 'none', resultType: 'Verdict', results: [1n, 1n], defaultResult: 1n, abort: 1n, helpers: 'cgroup_sock_addr/named', link: 'cgroup', since: '6.7' },
  'cgroup/sysctl': { type: 'cgroup_sysctl', typeId: 23, attachType: 'cgroup_sysctl', attachId: 18, target: 'none', sleepable: false, frags: false, context: 'Sysctl', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_sysctl', link: 'cgroup', since: '5.2' },
  'cgroup/getsockopt': { type: 'cgroup_sockopt', typeId: 25, attachType: 'cgroup_getsockopt', attachId: 21, target: 'none', sleepable: false, frags: false, context: 'Sockopt', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_sockopt', link: 'cgroup', since: '5.3' },
  'cgroup/setsockopt': { type: 'cgroup_sockopt', typeId: 25, attachType: 'cgroup_setsockopt', attachId: 22, target: 'none', sleepable: false, frags: false, context: 'Sockopt', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_sockopt/set', link: 'cgroup', since: '5.3' },
  'cgroup/dev': { type: 'cgroup_device', typeId: 15, attachType: 'cgroup_device', attachId: 6, target: 'none', sleepable: false, frags: false, context: 'CgroupDevice', params: 'none', resultType: 'Verdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'cgroup_device', link: 'cgroup', since: '4.15' },
  struct_ops: { type: 'struct_ops', typeId: 27, attachType: null, attachId: 0, target: 'optional', sleepable: false, frags: false, context: 'StructOps', params: 'btf', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'struct_ops', link: 'struct_ops', since: '5.6' },
  'struct_ops.s': { type: 'struct_ops', typeId: 27, attachType: null, attachId: 0, target: 'optional', sleepable: true, frags: false, context: 'StructOps', params: 'btf', resultType: null, results: null, defaultResult: 0n, abort: 0n, helpers: 'struct_ops', link: 'struct_ops', since: '6.3' },
  sk_lookup: { type: 'sk_lookup', typeId: 30, attachType: 'sk_lookup', attachId: 36, target: 'none', sleepable: false, frags: false, context: 'SkLookup', params: 'none', resultType: 'SKAction', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'sk_lookup', link: 'netns', since: '5.9' },
  netfilter: { type: 'netfilter', typeId: 32, attachType: 'netfilter', attachId: 45, target: 'none', sleepable: false, frags: false, context: 'Netfilter', params: 'none', resultType: 'NFVerdict', results: [0n, 1n], defaultResult: 1n, abort: 0n, helpers: 'netfilter', link: 'netfilter', since: '6.4' },
} satisfies Readonly<Record<string, ProgramRow>>;

export type AttachKind = keyof typeof rows;

export const programs: Readonly<Record<AttachKind, ProgramRow>> = rows;

export function isAttachKind(kind: string): kind is AttachKind {
  return Object.hasOwn(rows, kind);
}

export interface AttachPoint {
  readonly kind: AttachKind;
  /** '' when there is none. */
  readonly target: string;
  readonly row: ProgramRow;
}

/**
 * Row of a `KIND` or `KIND/TARGET` as written in `//bpf:attach`; the longest kind that matches wins. libbpf's leading
 * `?` (do not load by default) is accepted. Whether the row wants a target is the caller's check.
 */
export function programRow(attach: string): AttachPoint | null {
  const text = attach.startsWith('?') ? attach.slice(1) : attach;
  for (let end = text.length; end > 0; end = text.lastIndexOf('/', end - 1)) {
    const kind = text.slice(0, end);
    if (isAttachKind(kind)) return { kind, target: text.slice(end + 1), row: programs[kind] };
  }
  return null;
}

/** The range of results that every kernel from `kernel` on allows; null: any. */
export function resultsFor(row: ProgramRow, kernel: string): ProgramRow['results'] {
  const older = row.resultsBefore;
  return older !== undefined && !supports(kernel, older.kernel) ? older.results : row.results;
}

/** Types whose programs can run inside of an interrupt that holds a lock: is_tracing_prog_type of the verifier. */
const tracingTypes: readonly string[] = [
  'kprobe',
  'tracepoint',
  'perf_event',
  'raw_tracepoint',
  'raw_tracepoint_writable',
];

/** May programs of a kind use maps whose values hold a timer? */
export function mayTime(row: ProgramRow): boolean {
  return !tracingTypes.includes(row.type);
}

/** May programs of a kind take spin locks, or use maps whose values hold one? */
export function mayLock(row: ProgramRow): boolean {
  return row.type !== 'socket_filter' && mayTime(row);
}
