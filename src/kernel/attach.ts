/**
 * Attach a loaded program, by the routes of the kernel: link, perf event, raw tracepoint.
 *
 *     const attached = attach(system, fd, { kind: 'tracepoint', category: 'syscalls', name: 'sys_enter_openat' });
 *     attached.close();
 *
 * Everything that an attachment opened is closed by `close`, also when attaching fails half way.
 */

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { command, type FieldValue } from './command.ts';
import { closeFd, KernelError, succeed, type System } from './system.ts';
import { tracefs } from './trace.ts';

export type Attachment =
  | {
      readonly kind: 'tracepoint';
      readonly category: string;
      readonly name: string;
      readonly cookie?: bigint;
    }
  | { readonly kind: 'raw_tracepoint'; readonly name: string }
  /** tp_btf, fentry, fexit, fmod_ret and lsm know their hook from the load. */
  | { readonly kind: 'tracing' }
  | {
      readonly kind: 'kprobe';
      readonly symbol: string;
      readonly offset: number;
      readonly ret: boolean;
      readonly cookie?: bigint;
    }
  | {
      readonly kind: 'uprobe';
      readonly path: string;
      readonly offset: bigint;
      /** File offset of the counter that tells a static probe that someone listens. */
      readonly semaphore?: bigint;
      readonly ret: boolean;
      readonly cookie?: bigint;
    }
  /** `target`: interface index (xdp, tcx, netkit), cgroup, network namespace or map descriptor. */
  | {
      readonly kind: 'link';
      readonly attachType: number;
      readonly target: number;
      readonly flags?: number;
      readonly extra?: Uint8Array;
    };

export interface Attached {
  /** Descriptors that hold the attachment, the link first where there is one. */
  readonly fds: readonly number[];
  readonly close: () => void;
}

const BPF_PERF_EVENT = 41;
const PERF_TYPE_TRACEPOINT = 2;
const PERF_FLAG_FD_CLOEXEC = 8;
const PERF_EVENT_IOC_ENABLE = 0x2400;
const PERF_EVENT_IOC_SET_BPF = 0x40042408;
const EINVAL = 22;

interface PerfEvent {
  readonly type: number;
  readonly config: bigint;
  /** config1 and config2 of struct perf_event_attr: a string is passed by address. */
  readonly config1?: string;
  readonly config2?: bigint;
  /** Events, or with `flags` bit 10 samples per second, between two runs of the program; default every event. */
  readonly period?: bigint;
  readonly flags?: bigint;
  /** Default 0, which tracepoints and probes take as all. */
  readonly cpu?: number;
}

const attributeSize = 128;

/** perf_event_open(2) for all processes. */
function perfEventOpen(system: System, event: PerfEvent): number {
  const attributes = new ArrayBuffer(attributeSize);
  const view = new DataView(attributes);
  const held: ArrayBuffer[] = [];
  view.setUint32(0, event.type, true);
  view.setUint32(4, attributeSize, true);
  view.setBigUint64(8, event.config, true);
  view.setBigUint64(16, event.period ?? 1n, true);
  view.setBigUint64(40, event.flags ?? 0n, true);
  if (event.config1 !== undefined) {
    const bytes = new TextEncoder().encode(`${event.config1}\0`);
    const buffer = new ArrayBuffer(bytes.length);
    new Uint8Array(buffer).set(bytes);
    held.push(buffer);
    view.setBigUint64(56, system.address(buffer), true);
  }
  view.setBigUint64(64, event.config2 ?? 0n, true);
  return succeed(
    'perf_event_open',
    system.call('perf_event_open', [attributes, -1, event.cpu ?? 0, -1, PERF_FLAG_FD_CLOEXEC], held),
  );
}

function closing(system: System, fds: readonly number[]): Attached {
  let open = true;
  return {
    fds,
    close() {
      if (open) for (const fd of fds) closeFd(system, fd);
      open = false;
    },
  };
}

/** The link, or -errno. `held`: buffers that `extra` refers to by address. */
export function createLink(
  system: System,
  progFd: number,
  target: number,
  attachType: number,
  flags: number,
  extra?: FieldValue,
  held: readonly ArrayBuffer[] = [],
): number {
  const values = {
    prog_fd: progFd,
    target,
    attach_type: attachType,
    flags,
    ...(extra === undefined ? {} : { extra }),
  };
  return command(system, 'LINK_CREATE', values, held).result;
}

/** Bytes in a buffer of their own, and its address for the kernel. */
export function held(
  system: System,
  bytes: Uint8Array,
): { readonly buffer: ArrayBuffer; readonly address: bigint } {
  const buffer = new ArrayBuffer(Math.max(1, bytes.length));
  new Uint8Array(buffer).set(bytes);
  return { buffer, address: system.address(buffer) };
}

const PERF_TYPE_SOFTWARE = 1;
const PERF_COUNT_SW_CPU_CLOCK = 0n;
const frequencyBit = 1n << 10n;

/** Runs the program `frequency` times a second on every processor. */
export function attachSampling(
  system: System,
  progFd: number,
  frequency: number,
  processors: number,
): Attached {
  const all: Attached[] = [];
  const close = (): void => {
    for (const one of all) one.close();
  };
  try {
    for (let cpu = 0; cpu < processors; cpu++) {
      const event: PerfEvent = {
        type: PERF_TYPE_SOFTWARE,
        config: PERF_COUNT_SW_CPU_CLOCK,
        period: BigInt(frequency),
        flags: frequencyBit,
        cpu,
      };
      all.push(attachPerfEvent(system, progFd, event, 0n));
    }
    return { fds: all.flatMap((one) => one.fds), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** The event with the program: a link, or before Linux 5.15 the ioctl. */
function attachPerfEvent(system: System, progFd: number, event: PerfEvent, cookie: bigint): Attached {
  const eventFd = perfEventOpen(system, event);
  try {
    const extra = new Uint8Array(8);
    new DataView(extra.buffer).setBigUint64(0, cookie, true);
    const link = createLink(system, progFd, eventFd, BPF_PERF_EVENT, 0, extra);
    if (link < 0 && (link !== -EINVAL || cookie !== 0n)) throw new KernelError('BPF_LINK_CREATE', -link);
    if (link < 0)
      succeed('PERF_EVENT_IOC_SET_BPF', system.call('ioctl', [eventFd, PERF_EVENT_IOC_SET_BPF, progFd]));
    const attached = closing(system, link < 0 ? [eventFd] : [link, eventFd]);
    succeed('PERF_EVENT_IOC_ENABLE', system.call('ioctl', [eventFd, PERF_EVENT_IOC_ENABLE, 0]));
    return attached;
  } catch (error) {
    closeFd(system, eventFd);
    throw error;
  }
}

/** A number from a one-line file of tracefs or sysfs. */
function readNumber(path: string, what: string): number {
  if (!existsSync(path)) throw new Error(`${what}: this kernel has no ${path}`);
  const digits = /\d+/.exec(readFileSync(path, 'utf8'));
  if (digits === null) throw new Error(`${what}: no number in ${path}`);
  return Number(digits[0]);
}

/** The counter's offset is in the upper half of the event's configuration. */
const counterShift = 32n;

function probeEvent(
  kind: 'kprobe' | 'uprobe',
  ret: boolean,
  where: string,
  offset: bigint,
  semaphore = 0n,
): PerfEvent {
  const folder = `/sys/bus/event_source/devices/${kind}`;
  const type = readNumber(`${folder}/type`, kind);
  const bit = ret ? readNumber(`${folder}/format/retprobe`, `${kind} at return`) : 0;
  const config = (ret ? 1n << BigInt(bit) : 0n) | (semaphore << counterShift);
  return { type, config, config1: where, config2: offset };
}

/** Attach; throws an error that names what the kernel lacks or refuses. */
export function attach(system: System, progFd: number, to: Attachment): Attached {
  switch (to.kind) {
    case 'tracepoint': {
      const where = `tracepoint ${to.category}/${to.name}`;
      const id = readNumber(`${tracefs()}/events/${to.category}/${to.name}/id`, where);
      return attachPerfEvent(
        system,
        progFd,
        { type: PERF_TYPE_TRACEPOINT, config: BigInt(id) },
        to.cookie ?? 0n,
      );
    }
    case 'kprobe':
      return attachPerfEvent(
        system,
        progFd,
        probeEvent('kprobe', to.ret, to.symbol, BigInt(to.offset)),
        to.cookie ?? 0n,
      );
    case 'uprobe':
      return attachPerfEvent(
        system,
        progFd,
        probeEvent('uprobe', to.ret, to.path, to.offset, to.semaphore),
        to.cookie ?? 0n,
      );
    case 'raw_tracepoint': {
      const { result } = command(system, 'RAW_TRACEPOINT_OPEN', { name: to.name, prog_fd: progFd });
      return closing(system, [succeed(`raw tracepoint ${to.name}`, result)]);
    }
    case 'tracing': {
      const { result } = command(system, 'RAW_TRACEPOINT_OPEN', { prog_fd: progFd });
      return closing(system, [succeed('attach', result)]);
    }
    case 'link': {
      const result = createLink(system, progFd, to.target, to.attachType, to.flags ?? 0, to.extra);
      return closing(system, [succeed('BPF_LINK_CREATE', result)]);
    }
    default:
      return to satisfies never;
  }
}

/** Make an object outlive the process, at a path of a mounted bpffs; missing folders are made. */
export function pin(system: System, fd: number, path: string): void {
  mkdirSync(path.slice(0, path.lastIndexOf('/')) || '/', { recursive: true });
  succeed(`pin at ${path}`, command(system, 'OBJ_PIN', { pathname: path, bpf_fd: fd }).result);
}
