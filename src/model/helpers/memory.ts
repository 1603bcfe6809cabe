/** Helpers that read what may not be readable, dynptrs, locks, timers and kernel pointers. */

import type { Host, HostFunction } from '../host.ts';
import { Trap } from '../memory.ts';
import { failures, type HelperTable } from './state.ts';

/** Copies; what cannot be read is an error number and zeros. */
const probe: HostFunction = (host, [to, size, from]) => {
  try {
    host.memory.write(to!, host.memory.read(from!, Number(size)).slice());
    return 0n;
  } catch (error) {
    if (!(error instanceof Trap)) throw error;
    host.memory.write(to!, new Uint8Array(Number(size)));
    return failures.fault;
  }
};

/** Copies up to a NUL; gives the length with it. */
const probeText: HostFunction = (host, [to, size, from]) => {
  const room = Number(size);
  if (room === 0) return 0n;
  try {
    const text = host.memory.text(from!, room - 1);
    host.memory.write(
      to!,
      Uint8Array.from(`${text}\0`, (c) => c.charCodeAt(0)),
    );
    return BigInt(text.length + 1);
  } catch (error) {
    if (!(error instanceof Trap)) throw error;
    host.memory.write(to!, new Uint8Array(room));
    return failures.fault;
  }
};

/** A dynptr is 16 bytes: address, length, offset; all zero when it is invalid (struct bpf_dynptr_kern). */
interface Dynptr {
  readonly data: bigint;
  readonly size: bigint;
}

export function storeDynptr(host: Host, at: bigint, data: bigint, size: bigint): void {
  host.memory.store(at, 8, data);
  host.memory.store(at + 8n, 8, size);
}

export function loadDynptr(host: Host, at: bigint): Dynptr {
  return { data: host.memory.load(at, 8), size: host.memory.load(at + 8n, 8) };
}

const dynptrs: HelperTable = {
  dynptr_from_mem: (host, [data, size, flags, to]) => {
    const wrong = flags !== 0n;
    storeDynptr(host, to!, wrong ? 0n : data!, wrong ? 0n : size!);
    return wrong ? failures.invalid : 0n;
  },
  dynptr_read: (host, [to, size, from, offset, flags]) => {
    const dynptr = loadDynptr(host, from!);
    if (dynptr.data === 0n || flags !== 0n) return failures.invalid;
    if (offset! + size! > dynptr.size) return failures.tooBig;
    host.memory.write(to!, host.memory.read(dynptr.data + offset!, Number(size)).slice());
    return 0n;
  },
  dynptr_write: (host, [to, offset, from, size, flags]) => {
    const dynptr = loadDynptr(host, to!);
    if (dynptr.data === 0n || flags !== 0n) return failures.invalid;
    if (offset! + size! > dynptr.size) return failures.tooBig;
    host.memory.write(dynptr.data + offset!, host.memory.read(from!, Number(size)).slice());
    return 0n;
  },
  dynptr_data: (host, [from, offset, size]) => {
    const dynptr = loadDynptr(host, from!);
    return dynptr.data === 0n || offset! + size! > dynptr.size ? 0n : dynptr.data + offset!;
  },
};

/** A timer's 16 bytes: 1 when it is initialised; the callback; both as the machine's own matter. */
const timers: HelperTable = {
  timer_init: (host, [timer]) => {
    if (host.memory.load(timer!, 8) !== 0n) return failures.busy;
    host.memory.store(timer!, 8, 1n);
    return 0n;
  },
  timer_set_callback: (host, [timer, callback]) => {
    if (host.memory.load(timer!, 8) === 0n) return failures.invalid;
    host.memory.store(timer! + 8n, 8, callback!);
    return 0n;
  },
  timer_start: (host, [timer]) => {
    if (host.memory.load(timer! + 8n, 8) === 0n) return failures.invalid;
    host.memory.store(timer!, 8, 2n);
    return 0n;
  },
  timer_cancel: (host, [timer]) => {
    const state = host.memory.load(timer!, 8);
    if (state === 0n) return failures.invalid;
    host.memory.store(timer!, 8, 1n);
    return state === 2n ? 1n : 0n;
  },
};

export const memoryHelpers: HelperTable = {
  probe_read: probe,
  probe_read_kernel: probe,
  probe_read_user: probe,
  copy_from_user: probe,
  copy_from_user_task: probe,
  probe_read_str: probeText,
  probe_read_kernel_str: probeText,
  probe_read_user_str: probeText,
  probe_write_user: (host, [to, from, size]) => {
    host.memory.write(to!, host.memory.read(from!, Number(size)).slice());
    return 0n;
  },
  spin_lock: () => 0n,
  spin_unlock: () => 0n,
  kptr_xchg: (host, [at, pointer]) => {
    const old = host.memory.load(at!, 8);
    host.memory.store(at!, 8, pointer!);
    return old;
  },
  per_cpu_ptr: (_host, [pointer, cpu]) => (cpu === 0n ? pointer! : 0n),
  this_cpu_ptr: (_host, [pointer]) => pointer!,
  ...dynptrs,
  ...timers,
};
