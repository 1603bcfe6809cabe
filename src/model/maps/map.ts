/**
 * What every simulated map can do, and the operations that only some kinds have.
 *
 * Values are memory regions, so that pointers to them stay valid and point where the program thinks. Results are the
 * kernel's: 0 or a negative error number.
 */

import type { MapDecl } from '../../bpf/maps.ts';
import type { Memory } from '../memory.ts';

export interface ModelMap {
  readonly decl: MapDecl;
  /** What `mapaddr` gives. */
  readonly handle: bigint;
  /** Address of the value, or 0n. */
  lookup(key: Uint8Array): bigint;
  /** 0n or a negative error number. */
  update(key: Uint8Array, value: Uint8Array, flags: bigint): bigint;
  delete(key: Uint8Array): bigint;
  /** Keys present, in the order in which they came. */
  keys(): readonly Uint8Array[];
  readonly queue?: QueueOperations;
  readonly ring?: RingOperations;
  readonly events?: EventLog;
  readonly storage?: StorageOperations;
}

/** Queues, stacks, bloom filters. */
export interface QueueOperations {
  push(value: Uint8Array, flags: bigint): bigint;
  /** The value, or null when there is none. */
  take(remove: boolean): Uint8Array | null;
  /** Of a bloom filter: may the value be there? */
  readonly contains: ((value: Uint8Array) => boolean) | null;
}

export interface RingOperations {
  /** Address of a new record's bytes, or 0n when the ring is full; its region's `commit` ends the record. */
  reserve(size: number): bigint;
  /** bpf_ringbuf_query. */
  query(what: bigint): bigint;
}

/** What a program sent to user space. */
export interface EventLog {
  push(data: Uint8Array): void;
  /** What came since the last call; room of a ring is free again. */
  take(): readonly Uint8Array[];
}

export interface StorageOperations {
  /** The owner's value, made on demand; 0n when there is none. */
  get(owner: bigint, initial: Uint8Array | null, create: boolean): bigint;
  remove(owner: bigint): bigint;
}

export const errors = {
  noEntry: -2n,
  tooBig: -7n,
  exists: -17n,
  invalid: -22n,
  noSpace: -28n,
  notSupported: -524n,
} as const;

/** Flags of bpf_map_update_elem. */
export const updateFlags = { any: 0n, noExist: 1n, exist: 2n } as const;

export const keyText = (key: Uint8Array): string => {
  let text = '';
  for (const byte of key) text += String.fromCharCode(byte);
  return text;
};

/** A number of up to four bytes in the target's order. */
export function numberOf(bytes: Uint8Array, memory: Memory): number {
  let value = 0;
  for (let i = 0; i < bytes.length; i++)
    value = value * 256 + (bytes[memory.littleEndian ? bytes.length - 1 - i : i] ?? 0);
  return value;
}

/** The operations that a kind of map lacks. */
export const unsupported = {
  lookup: () => 0n,
  update: () => errors.notSupported,
  delete: () => errors.notSupported,
  keys: () => [],
} satisfies Pick<ModelMap, 'lookup' | 'update' | 'delete' | 'keys'>;
