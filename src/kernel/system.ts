/**
 * The only way to the kernel: numbered system calls through koffi, which is loaded when first asked for.
 *
 *     const probe = await openSystem();
 *     if (probe.available) probe.system.call('bpf', [command, attributes, size]);
 *
 * Memory that the kernel sees is plain ArrayBuffers; their addresses do not move, and `call` keeps every buffer it
 * is given alive until the call returns. Nothing is allocated outside the JavaScript heap, so nothing can leak.
 */

import { existsSync, readFileSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';

/** System call numbers; arm64 has the generic table of include/uapi/asm-generic/unistd.h. */
export const syscallNumbers = {
  x64: {
    bpf: 321,
    perf_event_open: 298,
    ioctl: 16,
    close: 3,
    prlimit64: 302,
    mmap: 9,
    munmap: 11,
    socket: 41,
    bind: 49,
    setsockopt: 54,
  },
  arm64: {
    bpf: 280,
    perf_event_open: 241,
    ioctl: 29,
    close: 57,
    prlimit64: 261,
    mmap: 222,
    munmap: 215,
    socket: 198,
    bind: 200,
    setsockopt: 208,
  },
} as const;

export type Syscall = keyof (typeof syscallNumbers)['x64'];

/** A buffer is passed as its address. */
export type Word = bigint | number | ArrayBuffer;

export interface System {
  /** The call's result, or -errno. `held`: buffers that `args` refer to by address. */
  readonly call: (name: Syscall, args: readonly Word[], held?: readonly ArrayBuffer[]) => number;
  readonly address: (buffer: ArrayBuffer) => bigint;
  /** Memory at an address that the kernel gave (mmap); not to be touched after munmap. */
  readonly view: (address: number, size: number) => ArrayBuffer;
  /** The running kernel, `6.18.44`. */
  readonly release: string;
}

export type Probe =
  | { readonly available: true; readonly system: System }
  | { readonly available: false; readonly why: string };

type Koffi = Pick<typeof import('koffi'), 'load' | 'address' | 'errno' | 'view'>;
type NativeSyscall = (...words: readonly (bigint | number)[]) => bigint | number;

function bind(koffi: Koffi, numbers: Readonly<Record<Syscall, number>>): System {
  const word = 'uint64_t';
  const native: NativeSyscall = koffi
    .load(null)
    .func('syscall', 'int64_t', [word, word, word, word, word, word, word]);
  // The kernel writes to memory of which it holds only the address; these references keep it from being collected.
  let alive: readonly Word[] = [];
  return {
    call(name, args, held = []) {
      alive = [...args, ...held];
      const words = args.map((a) =>
        a instanceof ArrayBuffer ? koffi.address(a) : BigInt.asUintN(64, BigInt(a)),
      );
      while (words.length < 6) words.push(0n);
      const result = Number(native(numbers[name], ...words));
      const errno = result < 0 ? koffi.errno() : 0;
      alive = alive.slice(0, 0);
      return errno === 0 ? result : -errno;
    },
    address: (buffer) => koffi.address(buffer),
    view: (address, size) => koffi.view(BigInt(address), size),
    release: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
  };
}

/** Kernels before 5.11 count maps and programs as locked memory, of which a process has 64 KiB by default. */
function liftMemoryLimit(system: System): void {
  const RLIMIT_MEMLOCK = 8;
  const unlimited = new BigUint64Array([~0n, ~0n].map((n) => BigInt.asUintN(64, n)));
  system.call('prlimit64', [0, RLIMIT_MEMLOCK, unlimited.buffer, 0]);
}

async function open(): Promise<Probe> {
  const no = (why: string): Probe => ({ available: false, why });
  if (process.platform !== 'linux') return no(`this is ${process.platform}, and eBPF programs load on Linux`);
  const tables: Readonly<Record<string, Readonly<Record<Syscall, number>>>> = syscallNumbers;
  const numbers = tables[process.arch];
  if (numbers === undefined) return no(`the system call numbers of ${process.arch} are not known`);
  if (process.getuid?.() !== 0) return no('loading programs needs root');
  if (!existsSync('/proc/sys/kernel/osrelease')) return no('/proc is not mounted');
  let koffi: Koffi;
  try {
    koffi = (await import('koffi')).default;
  } catch {
    return no('the optional package koffi is not installed');
  }
  const system = bind(koffi, numbers);
  // BPF_PROG_GET_NEXT_ID changes nothing; ENOENT (no program loaded) is an answer as good as success.
  const result = system.call('bpf', [11, new ArrayBuffer(16), 16]);
  if (result < 0 && result !== -2) return no(`the kernel answers bpf(2) with ${errnoName(-result)}`);
  liftMemoryLimit(system);
  return { available: true, system };
}

let opened: Promise<Probe> | null = null;

/** Whether this machine can load programs, with the handle to do so, or why it cannot. Asked once per process. */
export function openSystem(): Promise<Probe> {
  opened ??= open();
  return opened;
}

/** `EACCES` for 13; the number itself where Node has no name. */
export function errnoName(errno: number): string {
  try {
    return getSystemErrorName(-errno);
  } catch {
    return String(errno);
  }
}

/** A system call that has no business failing failed. */
export class KernelError extends Error {
  override readonly name = 'KernelError';
  readonly errno: number;

  constructor(what: string, errno: number) {
    super(`${what}: ${errnoName(errno)}`);
    this.errno = errno;
  }
}

/** The result of a call that must succeed. */
export function succeed(what: string, result: number): number {
  if (result < 0) throw new KernelError(what, -result);
  return result;
}

export function closeFd(system: System, fd: number): void {
  succeed('close', system.call('close', [fd]));
}
