/** Maps in the kernel, as bytes: create, look up, update, delete, walk. */

import { command } from './command.ts';
import { kernelName } from './program.ts';
import { KernelError, succeed, type System } from './system.ts';

export interface MapSpec {
  /** BPF_MAP_TYPE_ number. */
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags?: number;
  readonly name?: string;
  readonly innerFd?: number;
  readonly btf?: { readonly fd: number; readonly keyType: number; readonly valueType: number };
}

const ENOENT = 2;

/** The new map's descriptor; the caller closes it. */
export function createMap(system: System, spec: MapSpec): number {
  const { btf } = spec;
  const { result } = command(system, 'MAP_CREATE', {
    map_type: spec.type,
    key_size: spec.keySize,
    value_size: spec.valueSize,
    max_entries: spec.maxEntries,
    map_flags: spec.flags ?? 0,
    map_name: kernelName(spec.name ?? ''),
    ...(spec.innerFd === undefined ? {} : { inner_map_fd: spec.innerFd }),
    ...(btf === undefined
      ? {}
      : { btf_fd: btf.fd, btf_key_type_id: btf.keyType, btf_value_type_id: btf.valueType }),
  });
  return succeed(`BPF_MAP_CREATE of ${spec.name ?? 'a map'}`, result);
}

/** The value's bytes, or null. `size` is the value's size; of a per-CPU map, rounded up to 8, times the possible CPUs. */
export function lookup(system: System, fd: number, key: Uint8Array, size: number): Uint8Array | null {
  const value = new Uint8Array(size);
  const { result } = command(system, 'MAP_LOOKUP_ELEM', { map_fd: fd, key, value });
  if (result === -ENOENT) return null;
  succeed('BPF_MAP_LOOKUP_ELEM', result);
  return value;
}

/** `flags`: 0 any, 1 only a new key, 2 only an old one. */
export function update(system: System, fd: number, key: Uint8Array, value: Uint8Array, flags = 0): void {
  succeed(
    'BPF_MAP_UPDATE_ELEM',
    command(system, 'MAP_UPDATE_ELEM', { map_fd: fd, key, value, flags }).result,
  );
}

/** Whether the key was there. */
export function remove(system: System, fd: number, key: Uint8Array): boolean {
  const { result } = command(system, 'MAP_DELETE_ELEM', { map_fd: fd, key });
  if (result === -ENOENT) return false;
  succeed('BPF_MAP_DELETE_ELEM', result);
  return true;
}

/** The key after `key` in the map's own order, the first one after null; null at the end. */
export function nextKey(system: System, fd: number, key: Uint8Array | null, size: number): Uint8Array | null {
  const next = new Uint8Array(size);
  const { result } = command(system, 'MAP_GET_NEXT_KEY', {
    map_fd: fd,
    next_key: next,
    ...(key === null ? {} : { key }),
  });
  if (result === -ENOENT) return null;
  succeed('BPF_MAP_GET_NEXT_KEY', result);
  return next;
}

/** All entries, in the map's own order. */
export function* entries(
  system: System,
  fd: number,
  keySize: number,
  valueSize: number,
): Generator<readonly [key: Uint8Array, value: Uint8Array]> {
  for (let key = nextKey(system, fd, null, keySize); key !== null; key = nextKey(system, fd, key, keySize)) {
    const value = lookup(system, fd, key, valueSize);
    if (value !== null) yield [key, value];
  }
}

/** No more writes from user space; the verifier may then read a `.rodata` map's values as constants. */
export function freeze(system: System, fd: number): void {
  succeed('BPF_MAP_FREEZE', command(system, 'MAP_FREEZE', { map_fd: fd }).result);
}

/** Load type information; a refusal carries the kernel's log, which costs much memory and is asked for only then. */
export function loadBtf(system: System, btf: Uint8Array): number {
  const plain = command(system, 'BTF_LOAD', { btf, btf_size: btf.length }).result;
  if (plain >= 0) return plain;
  const log = new Uint8Array(1 << 20);
  const { result } = command(system, 'BTF_LOAD', {
    btf,
    btf_size: btf.length,
    log_buf: log,
    log_size: log.length,
    log_level: 1,
  });
  if (result >= 0) return result;
  const message = new TextDecoder().decode(log.subarray(0, Math.max(0, log.indexOf(0)))).trim();
  throw new KernelError(`BPF_BTF_LOAD (${message.split('\n').at(-1) ?? ''})`, -result);
}
