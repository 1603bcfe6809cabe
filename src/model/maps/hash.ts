/**
 * Hash maps and tries. An update of a key that is there gives it a new value in the kernel's way: the entry is
 * exchanged, so that a pointer to the old value sees the old value; values per processor are overwritten in place.
 */

import type { MapDecl } from '../../bpf/maps.ts';
import type { Memory } from '../memory.ts';
import { errors, keyText, type ModelMap, numberOf, updateFlags } from './map.ts';

interface Entry {
  readonly key: Uint8Array;
  readonly address: bigint;
}

/** Flags: BPF_F_LOCK (4) may come with any. */
const lockFlag = 4n;

interface Behaviour {
  /** What two equal keys have in common. */
  readonly text: (key: Uint8Array) => string;
  /** The oldest makes room. */
  readonly evicts: boolean;
  /** An update overwrites the old value. */
  readonly inPlace: boolean;
  readonly full: bigint;
}

function entriesMap(
  decl: MapDecl,
  handle: bigint,
  memory: Memory,
  { text, evicts, inPlace, full }: Behaviour,
): ModelMap {
  const entries = new Map<string, Entry>();
  const find = (key: Uint8Array): Entry | undefined => {
    const entry = entries.get(text(key));
    if (entry !== undefined && evicts) {
      entries.delete(text(key));
      entries.set(text(key), entry);
    }
    return entry;
  };
  const make = (key: Uint8Array, value: Uint8Array): void => {
    const name = `${decl.name}{${Array.from(key, (b) => b.toString(16).padStart(2, '0')).join('')}}`;
    entries.set(text(key), { key: key.slice(), address: memory.allocate(name, value.slice()) });
  };
  return {
    decl,
    handle,
    lookup: (key) => find(key)?.address ?? 0n,
    update(key, value, flags) {
      const wanted = flags & ~lockFlag;
      if (wanted > updateFlags.exist) return errors.invalid;
      const entry = find(key);
      if (entry !== undefined && wanted === updateFlags.noExist) return errors.exists;
      if (entry === undefined && wanted === updateFlags.exist) return errors.noEntry;
      if (entry !== undefined && (inPlace || (flags & lockFlag) !== 0n)) {
        memory.write(entry.address, value);
        return 0n;
      }
      if (entry === undefined && entries.size >= decl.maxEntries) {
        const oldest = entries.keys().next();
        if (!evicts || oldest.done === true) return full;
        entries.delete(oldest.value);
      }
      make(key, value);
      return 0n;
    },
    delete: (key) => (entries.delete(text(key)) ? 0n : errors.noEntry),
    keys: () => [...entries.values()].map((e) => e.key),
  };
}

export function hashMap(decl: MapDecl, handle: bigint, memory: Memory): ModelMap {
  return entriesMap(decl, handle, memory, {
    text: keyText,
    evicts: decl.type.startsWith('lru_'),
    inPlace: decl.type.includes('percpu'),
    full: errors.tooBig,
  });
}

/** Longest prefix: the key starts with its length in bits as a u32 in the target's byte order. */
export function lpmTrie(decl: MapDecl, handle: bigint, memory: Memory): ModelMap {
  const longest = (decl.keySize - 4) * 8;
  const bits = (key: Uint8Array): number => numberOf(key.subarray(0, 4), memory);
  /** The key with the bits behind its prefix cleared. */
  const prefix = (key: Uint8Array): Uint8Array => {
    const length = bits(key);
    return key.map((byte, i) => {
      if (i < 4) return byte;
      const kept = Math.min(8, Math.max(0, length - (i - 4) * 8));
      return byte & (0xff << (8 - kept));
    });
  };
  const cut = (key: Uint8Array, length: number): Uint8Array => {
    const shorter = key.slice();
    shorter.set(memory.encode(BigInt(length), 4));
    return prefix(shorter);
  };
  const exact = entriesMap(decl, handle, memory, {
    text: (key) => keyText(prefix(key)),
    evicts: false,
    inPlace: false,
    full: errors.noSpace,
  });
  return {
    ...exact,
    lookup(key) {
      for (let length = Math.min(bits(key), longest); length >= 0; length--) {
        const found = exact.lookup(cut(key, length));
        if (found !== 0n) return bits(key) > longest ? 0n : found;
      }
      return 0n;
    },
    update: (key, value, flags) => (bits(key) > longest ? errors.invalid : exact.update(key, value, flags)),
    delete: (key) => (bits(key) > longest ? errors.invalid : exact.delete(key)),
  };
}
