/**
 * How a generated Go program attaches a program of each link kind, with cilium/ebpf 0.22 and Go's standard library.
 *
 *     attachCalls.tracepoint.call    → `link.Tracepoint($group, $name, $p, nil)`
 *     attachCalls.uprobe.call        → `attachUprobe(binary, $symbol, $p)`, a function of go-attach-funcs.ts
 *
 * Every call gives something to close and an error. What a call must be told is a *need*: a flag of the command, a
 * parameter of `attach`.
 */

import type { AttachPoint, LinkKind } from '../bpf/programs.ts';
import type { MapDecl, Program } from '../ir/ir.ts';
import type { AttachFunc } from './go-attach-funcs.ts';
import { goAttachType } from './go-names.ts';
import { goString } from './go-text.ts';

/** What the loader must be told by its user. */
export type AttachNeed =
  | 'iface'
  | 'direction'
  | 'cgroup'
  | 'binary'
  | 'symbol'
  | 'netns'
  | 'hook'
  | 'frequency'
  | 'device'
  | 'target'
  | 'probe';

export interface NeedRow {
  /** In Go: name and type, as a parameter of attach. */
  readonly parameter: string;
  /** The flag: a line with $default. */
  readonly flag: string;
  readonly check: readonly string[];
  /** The argument of attach. */
  readonly argument: string;
  readonly imports: readonly string[];
}

const text = (name: string, what: string, value: string): NeedRow => ({
  parameter: `${name} string`,
  flag: `${name} := flag.String("${name}", ${value}, "${what}")`,
  check: [],
  argument: `*${name}`,
  imports: ['flag'],
});

/** Without a useful default. */
function required(row: NeedRow): NeedRow {
  const name = row.argument.slice(1);
  const check = [
    `if ${row.argument} == "" {`,
    `\treturn errors.New("no ${name} to probe (choose one with -${name})")`,
    '}',
  ];
  return { ...row, check, imports: [...row.imports, 'errors'] };
}

export const needRows: Readonly<Record<AttachNeed, NeedRow>> = {
  iface: {
    parameter: 'iface *net.Interface',
    flag: 'ifaceName := flag.String("iface", "", "network interface to attach to")',
    check: [
      'iface, err := net.InterfaceByName(*ifaceName)',
      'if err != nil {',
      '\treturn fmt.Errorf("network interface %q (choose one with -iface): %w", *ifaceName, err)',
      '}',
    ],
    argument: 'iface',
    imports: ['flag', 'net'],
  },
  direction: {
    parameter: 'egress bool',
    flag: 'egress := flag.Bool("egress", false, "attach to outgoing packets, not to incoming ones")',
    check: [],
    argument: '*egress',
    imports: ['flag'],
  },
  cgroup: text('cgroup', 'folder of the cgroup to attach to', '"/sys/fs/cgroup"'),
  binary: required(text('binary', 'executable or library to probe', '$binary')),
  symbol: required(text('symbol', 'function to probe', '""')),
  probe: required(text('probe', 'static probe, BINARY:PROVIDER:NAME,', '""')),
  netns: text('netns', 'network namespace to attach to', '"/proc/self/ns/net"'),
  hook: text('hook', 'prerouting, input, forward, output or postrouting', '"input"'),
  frequency: {
    parameter: 'frequency uint64',
    flag: 'frequency := flag.Uint64("frequency", 99, "samples per second and processor")',
    check: [],
    argument: '*frequency',
    imports: ['flag'],
  },
  device: text('device', 'infrared receiver to attach to', '"/dev/lirc0"'),
  target: {
    parameter: 'target *ebpf.Program',
    flag: 'targetID := flag.Uint("target", 0, "number of the loaded program whose function is replaced")',
    check: [
      'target, err := ebpf.NewProgramFromID(ebpf.ProgramID(*targetID))',
      'if err != nil {',
      '\treturn fmt.Errorf("program %d (choose one with -target): %w", *targetID, err)',
      '}',
      'defer target.Close()',
    ],
    argument: 'target',
    imports: ['flag'],
  },
};

export interface AttachCall {
  /**
   * A Go expression giving (io.Closer, error), or null where the Go program only loads. $p the program, $t the quoted
   * target, $group and $name its two halves at the slash, $binary and $symbol its two halves at the last colon, $sys the
   * quoted target as a system call's symbol, $a the attach type, $egress whether that is outgoing, $sockets the one map
   * of sockets.
   */
  readonly call: string | null;
  readonly needs: readonly AttachNeed[];
  /** The target names a kernel function or hook that the kernel wants at load time. */
  readonly attachTo: boolean;
  /** A function of the generated program that the call uses. */
  readonly func: AttachFunc | null;
}

const by = (call: string, ...needs: readonly AttachNeed[]): AttachCall => ({
  call,
  needs,
  attachTo: false,
  func: null,
});
const hook = (call: string, ...needs: readonly AttachNeed[]): AttachCall => ({
  ...by(call, ...needs),
  attachTo: true,
});
const through = (func: AttachFunc, call: string, ...needs: readonly AttachNeed[]): AttachCall => ({
  ...by(call, ...needs),
  func,
});
const loadedOnly: AttachCall = { call: null, needs: [], attachTo: false, func: null };

const multi = (options: string): string => `link.KprobeMultiOptions{Symbols: []string{$t}${options}}`;
const onInterface = '{Program: $p, Interface: iface.Index, Attach: $a}';
const inCgroup = 'link.AttachCgroup(link.CgroupOptions{Path: cgroup, Attach: $a, Program: $p})';

export const attachCalls: Readonly<Record<LinkKind, AttachCall>> = {
  none: loadedOnly,
  socket: through('socket', 'attachSocketFilter(iface, $p)', 'iface'),
  kprobe: by('link.Kprobe($t, $p, nil)'),
  kretprobe: by('link.Kretprobe($t, $p, nil)'),
  ksyscall: by('link.Kprobe($sys, $p, nil)'),
  kretsyscall: by('link.Kretprobe($sys, $p, nil)'),
  'kprobe.multi': by(`link.KprobeMulti($p, ${multi('')})`),
  'kretprobe.multi': by(`link.KretprobeMulti($p, ${multi('')})`),
  'kprobe.session': by(`link.KprobeMulti($p, ${multi(', Session: true')})`),
  uprobe: through('uprobe', 'attachUprobe(binary, $symbol, $p)', 'binary'),
  uretprobe: through('uretprobe', 'attachUretprobe(binary, $symbol, $p)', 'binary'),
  'uprobe.multi': through('uprobeMulti', 'attachUprobeMulti(binary, $symbol, $p)', 'binary'),
  'uretprobe.multi': through('uretprobeMulti', 'attachUretprobeMulti(binary, $symbol, $p)', 'binary'),
  // cilium/ebpf 0.22 has no option for sessions.
  'uprobe.session': loadedOnly,
  usdt: through('usdt', 'attachStatic($static, $p, coll.Maps["__bpf_usdt_specs"])'),
  tc: through('classifier', 'attachClassifier(iface, egress, $p)', 'iface', 'direction'),
  tcx: through('classifier', 'attachClassifier(iface, $egress, $p)', 'iface'),
  netkit: by(`link.AttachNetkit(link.NetkitOptions${onInterface})`, 'iface'),
  tracepoint: by('link.Tracepoint($group, $name, $p, nil)'),
  raw_tracepoint: by('link.AttachRawTracepoint(link.RawTracepointOptions{Name: $t, Program: $p})'),
  tracing: hook('link.AttachTracing(link.TracingOptions{Program: $p})'),
  iter: { ...hook('attachIter($p)'), func: 'iter' },
  freplace: hook('link.AttachFreplace(target, $t, $p)', 'target'),
  lsm: hook('link.AttachLSM(link.LSMOptions{Program: $p})'),
  lsm_cgroup: hook(inCgroup, 'cgroup'),
  xdp: by('link.AttachXDP(link.XDPOptions{Program: $p, Interface: iface.Index})', 'iface'),
  // An entry of a devmap or cpumap names the program.
  'xdp-map': loadedOnly,
  perf_event: through('perfEvent', 'attachPerfEvent(frequency, $p)', 'frequency'),
  // A route names the program.
  lwt: loadedOnly,
  cgroup: by(inCgroup, 'cgroup'),
  sockmap: through('raw', 'attachRaw($sockets.FD(), $p, $a)'),
  lirc: through('file', 'attachToFile(device, $p, $a)', 'device'),
  netns: through('netns', 'attachNetNs(netns, $p)', 'netns'),
  // The map of a struct_ops attaches its programs together.
  struct_ops: loadedOnly,
  netfilter: through('netfilter', 'attachNetfilter(hook, $p)', 'hook'),
};

const socketMaps: readonly string[] = ['sockmap', 'sockhash'];

/** The call for a program's section; some sections of a kind lack what their kind's call takes. */
export function attachCallOf({ row, target }: AttachPoint, maps: readonly MapDecl[]): AttachCall {
  const call = attachCalls[row.link];
  if (row.type === 'sched_act' || row.type === 'sk_reuseport') return loadedOnly;
  if (row.link === 'sockmap') {
    const sockets = maps.filter((m) => socketMaps.includes(m.type));
    return row.attachType === null || sockets.length !== 1 ? loadedOnly : call;
  }
  if (row.link === 'cgroup' && row.attachType === null)
    return through('cgroupSkb', 'attachCgroupSKB(cgroup, egress, $p)', 'cgroup', 'direction');
  if (row.link === 'usdt' && target === '') return { ...call, needs: ['probe'] };
  const probesBinary = call.needs.includes('binary');
  return probesBinary && target === '' ? { ...call, needs: [...call.needs, 'symbol'] } : call;
}

/** `/usr/bin/bash:readline` → binary and function; without a colon it is a function. */
export function probeTarget(target: string): { readonly binary: string; readonly symbol: string } {
  const colon = target.lastIndexOf(':');
  return { binary: target.slice(0, Math.max(colon, 0)), symbol: target.slice(colon + 1) };
}

/** The words of a call template for one program. */
export function attachWords(
  program: Program,
  { row, target }: AttachPoint,
  maps: readonly MapDecl[],
): Readonly<Record<string, string>> {
  const slash = target.indexOf('/');
  const { symbol } = probeTarget(target);
  const sockets = maps.find((m) => socketMaps.includes(m.type))?.name ?? '';
  return {
    p: `coll.Programs[${goString(program.name)}]`,
    t: goString(target),
    group: goString(target.slice(0, Math.max(slash, 0))),
    name: goString(target.slice(slash + 1)),
    symbol: symbol === '' ? 'symbol' : goString(symbol),
    sys: goString(`sys_${target}`),
    static: target === '' ? 'probe' : goString(target),
    a: row.attachType === null ? 'ebpf.AttachNone' : goAttachType(row.attachType, row.attachId),
    egress: String(row.attachType === 'tcx_egress'),
    sockets: `coll.Maps[${goString(sockets)}]`,
  };
}
