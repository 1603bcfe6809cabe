/**
 * What a program is attached to: from its section and the options of the command line to the routes of attach.ts.
 *
 *     attachProgram(system, fd, programRow('xdp'), { iface: 'lo' })
 *
 * Everything is a link or lives as long as its descriptor: when the process ends, however it ends, nothing stays.
 */

import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { AttachPoint } from '../bpf/programs.ts';
import { type Attached, attach, attachSampling, createLink, held } from './attach.ts';
import { command } from './command.ts';
import { symbolOffset } from './executable.ts';
import { closeFd, succeed, type System } from './system.ts';
import { attachStatic } from './usdt.ts';

export interface AttachOptions {
  /** Network interface. */
  readonly iface: string | null;
  readonly egress: boolean;
  /** Folder of a cgroup. */
  readonly cgroup: string | null;
  /** Executable and function for probes whose target is left open: `PATH:SYMBOL`. */
  readonly probe: string | null;
  /** Descriptor of the socket map, for sk_skb and sk_msg programs. */
  readonly sockets: number | null;
  /** Descriptor of the map for what static probes' notes say. */
  readonly staticProbes?: number | null;
  readonly netfilterHook: number;
}

/** What the user must tell, or why it cannot be attached. */
export class AttachError extends Error {
  override readonly name = 'AttachError';
}

const cgroupRoots = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'];
const attachTypes = { cgroupIngress: 0, cgroupEgress: 1, tcxIngress: 46, tcxEgress: 47 } as const;
const samplesPerSecond = 99;

function interfaceIndex({ iface }: AttachOptions): number {
  if (iface === null) throw new AttachError('choose a network interface with --iface NAME');
  const path = `/sys/class/net/${iface}/ifindex`;
  if (!existsSync(path)) throw new AttachError(`there is no network interface ${iface}`);
  return Number(readFileSync(path, 'utf8'));
}

/** Attaches by a link to something that a path names; its descriptor is needed only meanwhile. */
function byPath(system: System, progFd: number, path: string, attachType: number): Attached {
  let target: number;
  try {
    target = openSync(path, 'r');
  } catch {
    throw new AttachError(`cannot open ${path}`);
  }
  try {
    return attach(system, progFd, { kind: 'link', attachType, target });
  } finally {
    closeSync(target);
  }
}

function cgroupFolder(options: AttachOptions): string {
  const found = options.cgroup ?? cgroupRoots.find((root) => existsSync(`${root}/cgroup.procs`));
  if (found === undefined) throw new AttachError('choose a cgroup with --cgroup FOLDER');
  return found;
}

/** `PATH:SYMBOL` in its halves. */
function probeTarget(
  target: string,
  options: AttachOptions,
): { readonly path: string; readonly symbol: string } {
  const text = target.includes(':') ? target : (options.probe ?? '');
  const colon = text.lastIndexOf(':');
  if (colon <= 0) throw new AttachError('choose an executable and its function with --probe PATH:SYMBOL');
  return { path: text.slice(0, colon), symbol: text.slice(colon + 1) };
}

/** BINARY:PROVIDER:NAME. */
function usdtTarget(target: string, { probe }: AttachOptions): string {
  const text = target === '' ? (probe ?? '') : target;
  if (text.split(':').length < 3)
    throw new AttachError('choose a static probe with --probe BINARY:PROVIDER:NAME');
  return text;
}

function attachSyscall(system: System, progFd: number, name: string, ret: boolean): Attached {
  const prefix = process.arch === 'arm64' ? '__arm64_sys_' : '__x64_sys_';
  return attach(system, progFd, { kind: 'kprobe', symbol: `${prefix}${name}`, offset: 0, ret });
}

/** kprobe.multi: all functions that a pattern with `*` matches. */
function attachMulti(
  system: System,
  progFd: number,
  target: string,
  attachType: number,
  flags: number,
): Attached {
  const pattern = new RegExp(`^${target.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
  const list = '/sys/kernel/tracing/available_filter_functions';
  const symbols =
    target.includes('*') && existsSync(list)
      ? readFileSync(list, 'utf8')
          .split('\n')
          .map((line) => line.split(' ')[0] ?? '')
          .filter((name) => pattern.test(name))
      : [target];
  const names = symbols.map((name) => held(system, new TextEncoder().encode(`${name}\0`)));
  const table = held(system, new Uint8Array(new BigUint64Array(names.map((n) => n.address)).buffer));
  const extra = new DataView(new ArrayBuffer(32));
  extra.setUint32(0, flags, true);
  extra.setUint32(4, symbols.length, true);
  extra.setBigUint64(8, table.address, true);
  const keep = [...names, table].map((n) => n.buffer);
  const link = createLink(system, progFd, 0, attachType, 0, new Uint8Array(extra.buffer), keep);
  return closing(system, succeed(`attaching to ${target}`, link));
}

function attachUprobeMulti(
  system: System,
  progFd: number,
  where: { readonly path: string; readonly symbol: string },
  attachType: number,
  flags: number,
): Attached {
  const path = held(system, new TextEncoder().encode(`${where.path}\0`));
  const offsets = held(
    system,
    new Uint8Array(new BigUint64Array([symbolOffset(where.path, where.symbol)]).buffer),
  );
  const extra = new DataView(new ArrayBuffer(48));
  extra.setBigUint64(0, path.address, true);
  extra.setBigUint64(8, offsets.address, true);
  extra.setUint32(32, 1, true);
  extra.setUint32(36, flags, true);
  const keep = [path.buffer, offsets.buffer];
  const link = createLink(system, progFd, 0, attachType, 0, new Uint8Array(extra.buffer), keep);
  return closing(system, succeed(`attaching to ${where.path}:${where.symbol}`, link));
}

const closing = (system: System, fd: number): Attached => ({ fds: [fd], close: () => closeFd(system, fd) });

/** AF_PACKET socket that sees every packet of an interface, or of all. */
function attachSocket(system: System, progFd: number, options: AttachOptions): Attached {
  const [AF_PACKET, SOCK_RAW, SOCK_CLOEXEC, ETH_P_ALL] = [17, 3, 0o2000000, 0x0300];
  const [SOL_SOCKET, SO_ATTACH_BPF] = [1, 50];
  const fd = succeed('socket', system.call('socket', [AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, ETH_P_ALL]));
  const attached = closing(system, fd);
  try {
    if (options.iface !== null) {
      const address = new DataView(new ArrayBuffer(20));
      address.setUint16(0, AF_PACKET, true);
      address.setUint16(2, ETH_P_ALL, true);
      address.setInt32(4, interfaceIndex(options), true);
      succeed('bind', system.call('bind', [fd, address.buffer, 20]));
    }
    const value = new Int32Array([progFd]);
    succeed('SO_ATTACH_BPF', system.call('setsockopt', [fd, SOL_SOCKET, SO_ATTACH_BPF, value.buffer, 4]));
    return attached;
  } catch (error) {
    attached.close();
    throw error;
  }
}

function attachNetfilter(
  system: System,
  progFd: number,
  attachType: number,
  options: AttachOptions,
): Attached {
  const NFPROTO_IPV4 = 2;
  const extra = new DataView(new ArrayBuffer(16));
  extra.setUint32(0, NFPROTO_IPV4, true);
  extra.setUint32(4, options.netfilterHook, true);
  extra.setInt32(8, -128, true);
  return attach(system, progFd, { kind: 'link', attachType, target: 0, extra: new Uint8Array(extra.buffer) });
}

/** Before 6.13 socket maps take no links: the program leaves with the map. */
function attachSockmap(system: System, progFd: number, attachType: number, options: AttachOptions): Attached {
  const map = options.sockets;
  if (map === null)
    throw new AttachError('it is attached to a socket map, and the program has none, or several');
  const values = { target_fd: map, attach_bpf_fd: progFd, attach_type: attachType };
  succeed('BPF_PROG_ATTACH', command(system, 'PROG_ATTACH', values).result);
  return { fds: [], close: () => void command(system, 'PROG_DETACH', values) };
}

const multiReturn = 1;

/** Attaches a loaded program; null: its kind is not attached but used by something else. */
export function attachProgram(
  system: System,
  progFd: number,
  { row, target }: AttachPoint,
  options: AttachOptions,
): Attached | null {
  const { link, attachId } = row;
  switch (link) {
    case 'tracepoint': {
      const [category = '', name = ''] = target.split('/');
      return attach(system, progFd, { kind: 'tracepoint', category, name });
    }
    case 'raw_tracepoint':
      return attach(system, progFd, { kind: 'raw_tracepoint', name: target });
    case 'tracing':
    case 'lsm':
      return attach(system, progFd, { kind: 'tracing' });
    case 'kprobe':
    case 'kretprobe':
      return attach(system, progFd, { kind: 'kprobe', symbol: target, offset: 0, ret: link === 'kretprobe' });
    case 'ksyscall':
    case 'kretsyscall':
      return attachSyscall(system, progFd, target, link === 'kretsyscall');
    case 'kprobe.multi':
    case 'kprobe.session':
      return attachMulti(system, progFd, target, attachId, 0);
    case 'kretprobe.multi':
      return attachMulti(system, progFd, target, attachId, multiReturn);
    case 'uprobe':
    case 'uretprobe': {
      const { path, symbol } = probeTarget(target, options);
      return attach(system, progFd, {
        kind: 'uprobe',
        path,
        offset: symbolOffset(path, symbol),
        ret: link === 'uretprobe',
      });
    }
    case 'uprobe.multi':
    case 'uprobe.session':
      return attachUprobeMulti(system, progFd, probeTarget(target, options), attachId, 0);
    case 'uretprobe.multi':
      return attachUprobeMulti(system, progFd, probeTarget(target, options), attachId, multiReturn);
    case 'xdp':
    case 'netkit':
    case 'tcx':
      return attach(system, progFd, { kind: 'link', attachType: attachId, target: interfaceIndex(options) });
    case 'tc': {
      const attachType = options.egress ? attachTypes.tcxEgress : attachTypes.tcxIngress;
      return attach(system, progFd, { kind: 'link', attachType, target: interfaceIndex(options) });
    }
    case 'cgroup':
    case 'lsm_cgroup': {
      const open = options.egress ? attachTypes.cgroupEgress : attachTypes.cgroupIngress;
      return byPath(system, progFd, cgroupFolder(options), row.attachType === null ? open : attachId);
    }
    case 'netns':
      return byPath(system, progFd, '/proc/self/ns/net', attachId);
    case 'netfilter':
      return attachNetfilter(system, progFd, attachId, options);
    case 'socket':
      return row.type === 'sk_reuseport' ? null : attachSocket(system, progFd, options);
    case 'sockmap':
      return attachSockmap(system, progFd, attachId, options);
    case 'iter':
      return attach(system, progFd, { kind: 'link', attachType: attachId, target: 0 });
    case 'perf_event':
      return attachSampling(system, progFd, samplesPerSecond, availableParallelism());
    case 'usdt':
      return attachStatic(system, progFd, usdtTarget(target, options), options.staticProbes ?? null);
    case 'none':
    case 'lwt':
    case 'lirc':
    case 'xdp-map':
    case 'struct_ops':
    case 'freplace':
      return null;
    default:
      return link satisfies never;
  }
}
