/**
 * Maps in one process, for the SSA evaluator and the VM: hash and array families, per-CPU (one CPU runs), LRU, LPM trie, queue and stack. Values
 * are memory regions, so that pointers to them stay valid and point where the program thinks.
 */

import type { MapDecl } from '../bpf/maps.ts';
import { type Memory, Trap } from './memory.ts';

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
}

const errors = { noEntry: -2n, tooBig: -7n, exists: -17n, invalid: -22n } as const;

const keyText = (key: Uint8Array): string => Array.from(key, (b) => b.toString(16).padStart(2, '0')).join('');

function arrayMap(decl: MapDecl, handle: bigint, memory: Memory): ModelMap {
  const values: bigint[] = [];
  for (let i = 0; i < decl.maxEntries; i++) {
    values.push(memory.allocate(`${decl.name}[${i}]`, decl.valueSize));
  }
  const index = (key: Uint8Array): number => {
    const ordered = memory.littleEndian ? [...key].reverse() : [...key];
    return ordered.reduce((n, b) => n * 256 + b, 0);
  };
  return {
    decl,
    handle,
    lookup: (key) => values[index(key)] ?? 0n,
    update: (key, value, flags) => {
      const address = values[index(key)];
      if (address === undefined) return errors.tooBig;
      if (flags === 1n) return errors.exists;
      memory.write(address, value);
      return 0n;
    },
    delete: () => errors.invalid,
    keys: () => values.map((_, i) => memory.encode(BigInt(i), 4)),
  };
}

function hashMap(decl: MapDecl, handle: bigint, memory: Memory): ModelMap {
  const entries = new Map<string, { readonly key: Uint8Array; readonly address: bigint }>();
  const evicts = decl.type.startsWith('lru_');
  const find = (key: Uint8Array) => {
    const text = keyText(key);
    const entry = entries.get(text);
    if (entry !== undefined && evicts) {
      entries.delete(text);
      entries.set(text, entry);
    }
    return entry;
  };
  return {
    decl,
    handle,
    lookup: (key) => find(key)?.address ?? 0n,
    update: (key, value, flags) => {
      const entry = find(key);
      if (entry !== undefined && flags === 1n) return errors.exists;
      if (entry === undefined && flags === 2n) return errors.noEntry;
      if (entry !== undefined) {
        memory.write(entry.address, value);
        return 0n;
      }
      if (entries.size >= decl.maxEntries) {
        const oldest = entries.keys().next();
        if (!evicts || oldest.done === true) return errors.tooBig;
        entries.delete(oldest.value);
      }
      const address = memory.allocate(`${decl.name}{${keyText(key)}}`, value.slice());
      entries.set(keyText(key), { key: key.slice(), address });
      return 0n;
    },
    delete: (key) => (entries.delete(keyText(key)) ? 0n : errors.noEntry),
    keys: () => [...entries.values()].map((e) => e.key),
  };
}

/** Longest prefix: the key starts with its length in bits as a u32 in the target's byte order. */
function lpmTrie(decl: MapDecl, handle: bigint, memory: Memory): ModelMap {
  const exact = hashMap(decl, handle, memory);
  const bits = (key: Uint8Array): number => {
    const length = [...key.subarray(0, 4)];
    return (memory.littleEndian ? length.reverse() : length).reduce((n, b) => n * 256 + b, 0);
  };
  const matches = (prefix: Uint8Array, key: Uint8Array): boolean => {
    for (let i = 0; i < bits(prefix); i++) {
      const mask = 0x80 >> (i & 7);
      if (((prefix[4 + (i >> 3)]! ^ key[4 + (i >> 3)]!) & mask) !== 0) return false;
    }
    return bits(prefix) <= bits(key);
  };
  return {
    ...exact,
    lookup: (key) => {
      let best: Uint8Array | null = null;
      for (const prefix of exact.keys()) {
        if (matches(prefix, key) && (best === null || bits(prefix) > bits(best))) best = prefix;
      }
      return best === null ? 0n : exact.lookup(best);
    },
  };
}

export function createMap(decl: MapDecl, memory: Memory): ModelMap {
  const handle = memory.allocate(`map ${decl.name}`, 0);
  if (decl.type === 'lpm_trie') return lpmTrie(decl, handle, memory);
  if (decl.type.includes('hash') || decl.type.endsWith('storage')) return hashMap(decl, handle, memory);
  if (decl.type.includes('array')) return arrayMap(decl, handle, memory);
  const none = (): never => {
    throw new Trap(`the evaluator has no maps of type ${decl.type}`);
  };
  return { decl, handle, lookup: none, update: none, delete: none, keys: () => [] };
}
