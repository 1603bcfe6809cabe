/**
 * Context layouts: the fields of each of the SDK's context types, and of the structs that contexts point to.
 *
 *     contextField('SKB', 'Mark')                          → offset 8, four bytes
 *     mayWrite(contexts.SKB.fields.Mark, programs.socket)  → false
 *
 * The kernel rewrites loads and stores of these structs, so offset and width are its contract: a field is read and
 * written at its width (some also narrower), whatever the width of its Go type; the Go value is the low bits.
 * Facts of include/uapi/linux/bpf.h and of the *_is_valid_access functions of net/core/filter.c, kernel/bpf/cgroup.c
 * and kernel/trace/bpf_trace.c (read).
 *
 * Invariant: every exported field of an SDK context struct has a row under its Go name; `Data`, `DataEnd`, `DataMeta`,
 * `Optval` and `OptvalEnd` have no Go field, they are what `Packet`, `Meta`, `Optval` and `At` read.
 */

import type { ProgramRow } from './programs.ts';

/** What a load of the field gives: a number, or a pointer of the verifier's. */
export type ContextFieldKind =
  | 'scalar'
  | 'data'
  | 'data-end'
  | 'data-meta'
  | 'sock'
  | 'sock-or-null'
  | 'sock-common-or-null'
  | 'flow-keys';

export interface ContextField {
  readonly offset: number;
  /** Bytes of one element. */
  readonly width: number;
  /** Elements of an array, which take constant indexes; absent: no array. */
  readonly count?: number;
  /** Absent: scalar. */
  readonly kind?: ContextFieldKind;
  /** May also be read at a smaller width. */
  readonly narrow?: true;
  /** Program types or attach types that may read it; absent: all. */
  readonly read?: readonly string[];
  /** Program types or attach types that may write it; absent: none. */
  readonly write?: readonly string[] | 'all';
  /** First kernel, when later than the context's. */
  readonly since?: string;
}

export interface ContextRow {
  /** The kernel's struct. */
  readonly struct: string;
  readonly size: number;
  /** By Go name; a field of a nested struct by its path: `Regs.Arg1`. */
  readonly fields: Readonly<Record<string, ContextField>>;
}

const lwt = ['lwt_in', 'lwt_out', 'lwt_xmit', 'lwt_seg6local'];
const tc = ['sched_cls', 'sched_act'];
const skb = ['socket_filter', 'cgroup_skb', ...lwt, ...tc, 'sk_skb'];
const sockLife = ['cgroup_inet_sock_create', 'cgroup_inet_sock_release'];
const addressed = (family: 4 | 6): string[] => [
  ...['bind', 'connect', 'getpeername', 'getsockname'].map((call) => `cgroup_inet${family}_${call}`),
  `cgroup_udp${family}_sendmsg`,
  `cgroup_udp${family}_recvmsg`,
];
const addressed4 = addressed(4);
const addressed6 = addressed(6);

// biome-ignore format: one field a line
export const contexts = {
  SKB: {
    struct: '__sk_buff',
    size: 192,
    fields: {
      Len: { offset: 0, width: 4, narrow: true, read: skb },
      PktType: { offset: 4, width: 4, narrow: true, read: skb },
      Mark: { offset: 8, width: 4, narrow: true, read: ['socket_filter', 'cgroup_skb', ...lwt, ...tc], write: ['cgroup_skb', ...lwt, ...tc] },
      QueueMapping: { offset: 12, width: 4, narrow: true, read: skb, write: tc },
      Protocol: { offset: 16, width: 4, narrow: true, read: skb },
      VlanPresent: { offset: 20, width: 4, narrow: true, read: skb },
      VlanTCI: { offset: 24, width: 4, narrow: true, read: skb },
      VlanProto: { offset: 28, width: 4, narrow: true, read: skb },
      Priority: { offset: 32, width: 4, narrow: true, read: skb, write: ['cgroup_skb', ...lwt, ...tc, 'sk_skb'] },
      IngressIfindex: { offset: 36, width: 4, narrow: true, read: skb },
      Ifindex: { offset: 40, width: 4, narrow: true, read: skb },
      TCIndex: { offset: 44, width: 4, narrow: true, read: skb, write: [...tc, 'sk_skb'] },
      CB: { offset: 48, width: 4, count: 5, narrow: true, read: skb, write: ['socket_filter', 'cgroup_skb', ...lwt, ...tc] },
      Hash: { offset: 68, width: 4, narrow: true, read: skb },
      TCClassid: { offset: 72, width: 4, narrow: true, read: tc, write: tc },
      Data: { offset: 76, width: 4, kind: 'data', read: ['cgroup_skb', ...lwt, ...tc, 'sk_skb', 'flow_dissector'] },
      DataEnd: { offset: 80, width: 4, kind: 'data-end', read: ['cgroup_skb', ...lwt, ...tc, 'sk_skb', 'flow_dissector'] },
      NapiID: { offset: 84, width: 4, narrow: true, read: skb },
      Family: { offset: 88, width: 4, narrow: true, read: ['cgroup_skb', 'sk_skb'] },
      RemoteIP4: { offset: 92, width: 4, read: ['cgroup_skb', 'sk_skb'] },
      LocalIP4: { offset: 96, width: 4, read: ['cgroup_skb', 'sk_skb'] },
      RemoteIP6: { offset: 100, width: 4, count: 4, read: ['cgroup_skb', 'sk_skb'] },
      LocalIP6: { offset: 116, width: 4, count: 4, read: ['cgroup_skb', 'sk_skb'] },
      RemotePort: { offset: 132, width: 4, read: ['cgroup_skb', 'sk_skb'] },
      LocalPort: { offset: 136, width: 4, read: ['cgroup_skb', 'sk_skb'] },
      DataMeta: { offset: 140, width: 4, kind: 'data-meta', read: tc },
      FlowKeys: { offset: 144, width: 8, kind: 'flow-keys', read: ['flow_dissector'] },
      Tstamp: { offset: 152, width: 8, read: ['cgroup_skb', ...tc], write: ['cgroup_skb', ...tc], since: '5.0' },
      WireLen: { offset: 160, width: 4, narrow: true, read: tc, since: '5.0' },
      GSOSegs: { offset: 164, width: 4, narrow: true, read: skb, since: '5.1' },
      Sk: { offset: 168, width: 8, kind: 'sock-common-or-null', read: skb, since: '5.1' },
      GSOSize: { offset: 176, width: 4, narrow: true, read: skb, since: '5.7' },
      TstampType: { offset: 180, width: 1, read: tc, since: '5.18' },
      HWTstamp: { offset: 184, width: 8, read: ['cgroup_skb', ...tc], since: '5.16' },
    },
  },
  XDP: {
    struct: 'xdp_md',
    size: 24,
    fields: {
      Data: { offset: 0, width: 4, kind: 'data' },
      DataEnd: { offset: 4, width: 4, kind: 'data-end' },
      DataMeta: { offset: 8, width: 4, kind: 'data-meta' },
      IngressIfindex: { offset: 12, width: 4, since: '4.16' },
      RxQueueIndex: { offset: 16, width: 4, since: '4.16' },
      EgressIfindex: { offset: 20, width: 4, read: ['xdp_devmap'], since: '5.8' },
    },
  },
  SockAddr: {
    struct: 'bpf_sock_addr',
    size: 72,
    fields: {
      UserFamily: { offset: 0, width: 4 },
      UserIP4: { offset: 4, width: 4, narrow: true, read: addressed4, write: addressed4 },
      UserIP6: { offset: 8, width: 4, count: 4, narrow: true, read: addressed6, write: addressed6 },
      UserPort: { offset: 24, width: 4, narrow: true, write: 'all' },
      Family: { offset: 28, width: 4 },
      Type: { offset: 32, width: 4 },
      Protocol: { offset: 36, width: 4 },
      MsgSrcIP4: { offset: 40, width: 4, narrow: true, read: ['cgroup_udp4_sendmsg'], write: ['cgroup_udp4_sendmsg'], since: '4.18' },
      MsgSrcIP6: { offset: 44, width: 4, count: 4, narrow: true, read: ['cgroup_udp6_sendmsg'], write: ['cgroup_udp6_sendmsg'], since: '4.18' },
      Sk: { offset: 64, width: 8, kind: 'sock', since: '5.3' },
    },
  },
  SockOps: {
    struct: 'bpf_sock_ops',
    size: 224,
    fields: {
      Op: { offset: 0, width: 4 },
      Args: { offset: 4, width: 4, count: 4 },
      Reply: { offset: 4, width: 4, write: 'all' },
      Family: { offset: 20, width: 4 },
      RemoteIP4: { offset: 24, width: 4 },
      LocalIP4: { offset: 28, width: 4 },
      RemoteIP6: { offset: 32, width: 4, count: 4 },
      LocalIP6: { offset: 48, width: 4, count: 4 },
      RemotePort: { offset: 64, width: 4 },
      LocalPort: { offset: 68, width: 4 },
      IsFullsock: { offset: 72, width: 4, since: '4.16' },
      SndCwnd: { offset: 76, width: 4, since: '4.16' },
      SrttUs: { offset: 80, width: 4, since: '4.16' },
      CBFlags: { offset: 84, width: 4, since: '4.16' },
      State: { offset: 88, width: 4, since: '4.16' },
      RTTMin: { offset: 92, width: 4, since: '4.16' },
      SndSsthresh: { offset: 96, width: 4, since: '4.16' },
      RcvNxt: { offset: 100, width: 4, since: '4.16' },
      SndNxt: { offset: 104, width: 4, since: '4.16' },
      SndUna: { offset: 108, width: 4, since: '4.16' },
      MSSCache: { offset: 112, width: 4, since: '4.16' },
      ECNFlags: { offset: 116, width: 4, since: '4.16' },
      RateDelivered: { offset: 120, width: 4, since: '4.16' },
      RateInterval: { offset: 124, width: 4, since: '4.16' },
      PacketsOut: { offset: 128, width: 4, since: '4.16' },
      RetransOut: { offset: 132, width: 4, since: '4.16' },
      TotalRetrans: { offset: 136, width: 4, since: '4.16' },
      SegsIn: { offset: 140, width: 4, since: '4.16' },
      DataSegsIn: { offset: 144, width: 4, since: '4.16' },
      SegsOut: { offset: 148, width: 4, since: '4.16' },
      DataSegsOut: { offset: 152, width: 4, since: '4.16' },
      LostOut: { offset: 156, width: 4, since: '4.16' },
      SackedOut: { offset: 160, width: 4, since: '4.16' },
      SkTxhash: { offset: 164, width: 4, write: 'all', since: '4.16' },
      BytesReceived: { offset: 168, width: 8, since: '4.16' },
      BytesAcked: { offset: 176, width: 8, since: '4.16' },
      Sk: { offset: 184, width: 8, kind: 'sock-or-null', since: '5.3' },
      Data: { offset: 192, width: 8, kind: 'data', since: '5.10' },
      DataEnd: { offset: 200, width: 8, kind: 'data-end', since: '5.10' },
      SkbLen: { offset: 208, width: 4, since: '5.10' },
      SkbTCPFlags: { offset: 212, width: 4, since: '5.10' },
      SkbHWTstamp: { offset: 216, width: 8, since: '6.2' },
    },
  },
  SkMsg: {
    struct: 'sk_msg_md',
    size: 80,
    fields: {
      Data: { offset: 0, width: 8, kind: 'data' },
      DataEnd: { offset: 8, width: 8, kind: 'data-end' },
      Family: { offset: 16, width: 4 },
      RemoteIP4: { offset: 20, width: 4 },
      LocalIP4: { offset: 24, width: 4 },
      RemoteIP6: { offset: 28, width: 4, count: 4 },
      LocalIP6: { offset: 44, width: 4, count: 4 },
      RemotePort: { offset: 60, width: 4 },
      LocalPort: { offset: 64, width: 4 },
      Size: { offset: 68, width: 4, since: '5.0' },
      Sk: { offset: 72, width: 8, kind: 'sock', since: '5.7' },
    },
  },
  SkLookup: {
    struct: 'bpf_sk_lookup',
    size: 72,
    fields: {
      Sk: { offset: 0, width: 8, kind: 'sock-or-null' },
      Family: { offset: 8, width: 4, narrow: true },
      Protocol: { offset: 12, width: 4, narrow: true },
      RemoteIP4: { offset: 16, width: 4, narrow: true },
      RemoteIP6: { offset: 20, width: 4, count: 4, narrow: true },
      RemotePort: { offset: 36, width: 2 },
      LocalIP4: { offset: 40, width: 4, narrow: true },
      LocalIP6: { offset: 44, width: 4, count: 4, narrow: true },
      LocalPort: { offset: 60, width: 4, narrow: true },
      IngressIfindex: { offset: 64, width: 4, narrow: true, since: '5.17' },
    },
  },
  SkReuseport: {
    struct: 'sk_reuseport_md',
    size: 56,
    fields: {
      Data: { offset: 0, width: 8, kind: 'data' },
      DataEnd: { offset: 8, width: 8, kind: 'data-end' },
      Len: { offset: 16, width: 4 },
      EthProtocol: { offset: 20, width: 4 },
      IPProtocol: { offset: 24, width: 4 },
      BindInany: { offset: 28, width: 4 },
      Hash: { offset: 32, width: 4 },
      Sk: { offset: 40, width: 8, kind: 'sock', since: '5.14' },
      MigratingSk: { offset: 48, width: 8, kind: 'sock-common-or-null', since: '5.14' },
    },
  },
  CgroupDevice: {
    struct: 'bpf_cgroup_dev_ctx',
    size: 12,
    fields: {
      AccessType: { offset: 0, width: 4, narrow: true },
      Major: { offset: 4, width: 4 },
      Minor: { offset: 8, width: 4 },
    },
  },
  Sysctl: {
    struct: 'bpf_sysctl',
    size: 8,
    fields: {
      Write: { offset: 0, width: 4, narrow: true },
      FilePos: { offset: 4, width: 4, narrow: true, write: 'all' },
    },
  },
  Sockopt: {
    struct: 'bpf_sockopt',
    size: 40,
    fields: {
      Sk: { offset: 0, width: 8, kind: 'sock' },
      Optval: { offset: 8, width: 8, kind: 'data' },
      OptvalEnd: { offset: 16, width: 8, kind: 'data-end' },
      Level: { offset: 24, width: 4, write: ['cgroup_setsockopt'] },
      Optname: { offset: 28, width: 4, write: ['cgroup_setsockopt'] },
      Optlen: { offset: 32, width: 4, write: 'all' },
      Retval: { offset: 36, width: 4, read: ['cgroup_getsockopt'], write: ['cgroup_getsockopt'] },
    },
  },
  Sock: {
    struct: 'bpf_sock',
    size: 80,
    fields: {
      BoundDevIf: { offset: 0, width: 4, read: sockLife, write: sockLife },
      Family: { offset: 4, width: 4 },
      Type: { offset: 8, width: 4 },
      Protocol: { offset: 12, width: 4 },
      Mark: { offset: 16, width: 4, read: sockLife, write: sockLife, since: '4.14' },
      Priority: { offset: 20, width: 4, read: sockLife, write: sockLife, since: '4.14' },
      SrcIP4: { offset: 24, width: 4, narrow: true, read: ['cgroup_inet4_post_bind'], since: '4.17' },
      SrcIP6: { offset: 28, width: 4, count: 4, narrow: true, read: ['cgroup_inet6_post_bind'], since: '4.17' },
      SrcPort: { offset: 44, width: 4, read: ['cgroup_inet4_post_bind', 'cgroup_inet6_post_bind'], since: '4.17' },
      DstPort: { offset: 48, width: 2, since: '5.1' },
      DstIP4: { offset: 52, width: 4, narrow: true, since: '5.1' },
      DstIP6: { offset: 56, width: 4, count: 4, narrow: true, since: '5.1' },
      State: { offset: 72, width: 4, since: '5.1' },
      RxQueueMapping: { offset: 76, width: 4, since: '5.8' },
    },
  },
  TCPSock: {
    struct: 'bpf_tcp_sock',
    size: 112,
    fields: {
      SndCwnd: { offset: 0, width: 4 },
      SrttUs: { offset: 4, width: 4 },
      RTTMin: { offset: 8, width: 4 },
      SndSsthresh: { offset: 12, width: 4 },
      RcvNxt: { offset: 16, width: 4 },
      SndNxt: { offset: 20, width: 4 },
      SndUna: { offset: 24, width: 4 },
      MSSCache: { offset: 28, width: 4 },
      ECNFlags: { offset: 32, width: 4 },
      RateDelivered: { offset: 36, width: 4 },
      RateInterval: { offset: 40, width: 4 },
      PacketsOut: { offset: 44, width: 4 },
      RetransOut: { offset: 48, width: 4 },
      TotalRetrans: { offset: 52, width: 4 },
      SegsIn: { offset: 56, width: 4 },
      DataSegsIn: { offset: 60, width: 4 },
      SegsOut: { offset: 64, width: 4 },
      DataSegsOut: { offset: 68, width: 4 },
      LostOut: { offset: 72, width: 4 },
      SackedOut: { offset: 76, width: 4 },
      BytesReceived: { offset: 80, width: 8 },
      BytesAcked: { offset: 88, width: 8 },
      DsackDups: { offset: 96, width: 4 },
      Delivered: { offset: 100, width: 4 },
      DeliveredCE: { offset: 104, width: 4 },
      ICSKRetrans: { offset: 108, width: 4 },
    },
  },
  FlowKeys: {
    struct: 'bpf_flow_keys',
    size: 56,
    fields: {
      NHOff: { offset: 0, width: 2, write: 'all' },
      THOff: { offset: 2, width: 2, write: 'all' },
      AddrProto: { offset: 4, width: 2, write: 'all' },
      IsFrag: { offset: 6, width: 1, write: 'all' },
      IsFirstFrag: { offset: 7, width: 1, write: 'all' },
      IsEncap: { offset: 8, width: 1, write: 'all' },
      IPProto: { offset: 9, width: 1, write: 'all' },
      NProto: { offset: 10, width: 2, write: 'all' },
      SPort: { offset: 12, width: 2, write: 'all' },
      DPort: { offset: 14, width: 2, write: 'all' },
      IPv6Src: { offset: 16, width: 4, count: 4, write: 'all' },
      IPv6Dst: { offset: 32, width: 4, count: 4, write: 'all' },
      Flags: { offset: 48, width: 4, write: 'all' },
      FlowLabel: { offset: 52, width: 4, write: 'all' },
    },
  },
  LircMode2: { struct: 'u32', size: 4, fields: { Sample: { offset: 0, width: 4 } } },
  RawTracepoint: { struct: 'bpf_raw_tracepoint_args', size: 96, fields: { Args: { offset: 0, width: 8, count: 12 } } },
} satisfies Readonly<Record<string, ContextRow>>;

// ---------------------------------------------------------------- registers of probes

export type Arch = 'x86_64' | 'arm64';

export interface RegisterRow {
  /** Bytes of struct pt_regs as contexts have it. */
  readonly size: number;
  /** Offsets of the registers that hold a function's arguments, by position. */
  readonly args: readonly number[];
  /** Offsets of the registers that hold a system call's arguments. */
  readonly syscallArgs: readonly number[];
  readonly ret: number;
  readonly fp: number;
  readonly sp: number;
  readonly ip: number;
  /** The symbol of a system call's implementation: this, then the call's name. It takes a struct pt_regs pointer. */
  readonly syscallPrefix: string;
}

/** struct pt_regs of the kernel's machines: arch/x86/include/asm/ptrace.h, arch/arm64/include/uapi/asm/ptrace.h. */
export const registers: Readonly<Record<Arch, RegisterRow>> = {
  x86_64: {
    size: 168,
    args: [112, 104, 96, 88, 72, 64],
    syscallArgs: [112, 104, 96, 56, 72, 64],
    ret: 80,
    fp: 32,
    sp: 152,
    ip: 128,
    syscallPrefix: '__x64_sys_',
  },
  arm64: {
    size: 272,
    args: [0, 8, 16, 24, 32, 40, 48, 56],
    syscallArgs: [272, 8, 16, 24, 32, 40],
    ret: 0,
    fp: 232,
    sp: 248,
    ip: 256,
    syscallPrefix: '__arm64_sys_',
  },
};

const probes = ['Kprobe', 'Kretprobe', 'Uprobe', 'Uretprobe', 'USDT'];

/** Layout of a context that holds registers, which depends on the machine. */
function registerContext(name: string, arch: Arch): ContextRow | null {
  if (name !== 'PerfEvent' && !probes.includes(name)) return null;
  const row = registers[arch];
  const at = (offset: number): ContextField => ({ offset, width: 8 });
  const fields: Record<string, ContextField> = {
    'Regs.Ret': at(row.ret),
    'Regs.FP': at(row.fp),
    'Regs.SP': at(row.sp),
    'Regs.IP': at(row.ip),
  };
  row.args.slice(0, 6).forEach((offset, i) => {
    fields[`Regs.Arg${i + 1}`] = at(offset);
  });
  if (name !== 'PerfEvent') return { struct: 'pt_regs', size: row.size, fields };
  fields.SamplePeriod = { offset: row.size, width: 8, narrow: true };
  fields.Addr = { offset: row.size + 8, width: 8, narrow: true, since: '4.17' };
  return { struct: 'bpf_perf_event_data', size: row.size + 16, fields };
}

/** Layout of an SDK context type (or of `Sock`, `TCPSock`, `FlowKeys`); null for those without fields. */
export function contextRow(name: string, arch: Arch = 'x86_64'): ContextRow | null {
  const rows: Readonly<Record<string, ContextRow>> = contexts;
  return Object.hasOwn(rows, name) ? (rows[name] ?? null) : registerContext(name, arch);
}

/** The field of a context type, or null. */
export function contextField(name: string, field: string, arch: Arch = 'x86_64'): ContextField | null {
  const fields = contextRow(name, arch)?.fields;
  return fields !== undefined && Object.hasOwn(fields, field) ? (fields[field] ?? null) : null;
}

function names(list: readonly string[], program: ProgramRow): boolean {
  return list.includes(program.type) || (program.attachType !== null && list.includes(program.attachType));
}

/** Do the target kernels take constants stored to a context (st rather than stx)? They do since 6.4 (measured). */
export const contextTakesConstants = ([major, minor]: readonly [number, number]): boolean =>
  major > 6 || (major === 6 && minor >= 4);

export function mayRead(field: ContextField, program: ProgramRow): boolean {
  return field.read === undefined || names(field.read, program);
}

export function mayWrite(field: ContextField, program: ProgramRow): boolean {
  if (field.write === undefined) return false;
  return field.write === 'all' || names(field.write, program);
}

/**
 * May a field of `Sock`, `TCPSock` or `FlowKeys` be read through a pointer of the kind (a context's field, a
 * helper's result)? Socks that may be request or time-wait ones show less; SkFullsock gives the rest.
 */
export function mayReadThrough(field: string, kind: ContextFieldKind): boolean {
  return kind !== 'sock-common-or-null' || !['Type', 'Protocol', 'Mark', 'Priority'].includes(field);
}

/** Can the program's packet be read through pointers (`At`, `Packet`), not only through `Load`? */
export function hasDirectPacket(program: ProgramRow): boolean {
  const field = program.context === null ? null : contextField(program.context, 'Data');
  return field !== null && mayRead(field, program);
}
