/** Maps whose keys are indexes: every entry is there from the start. */

import type { MapDecl } from '../../bpf/maps.ts';
import type { Memory } from '../memory.ts';
import { errors, keyText, type ModelMap, numberOf, updateFlags } from './map.ts';

/** Values of all entries; they are made when they are first asked for, since most tables are large and little used. */
export function arrayMap(decl: MapDecl, handle: bigint, memory: Memory): ModelMap {
  const values = new Map<number, bigint>();
  const at = (index: number): bigint => {
    if (index >= decl.maxEntries) return 0n;
    const known = values.get(index);
    if (known !== undefined) return known;
    const made = memory.allocate(`${decl.name}[${index}]`, decl.valueSize);
    values.set(index, made);
    return made;
  };
  return {
    decl,
    handle,
    lookup: (key) => at(numberOf(key, memory)),
    update(key, value, flags) {
      if (flags > updateFlags.exist) return errors.invalid;
      const address = at(numberOf(key, memory));
      if (address === 0n) return errors.tooBig;
      if (flags === updateFlags.noExist) return errors.exists;
      memory.write(address, value);
      return 0n;
    },
    delete: () => errors.invalid,
    keys: () => Array.from({ length: decl.maxEntries }, (_, i) => memory.encode(BigInt(i), 4)),
  };
}

/**
 * Tables of things that only user space puts there (programs, interfaces, processors, sockets, inner maps): empty at
 * first. `shown` gives what a lookup sees of them.
 */
export function tableMap(
  decl: MapDecl,
  handle: bigint,
  memory: Memory,
  shown: (bytes: Uint8Array) => bigint,
): ModelMap {
  const entries = new Map<string, { readonly key: Uint8Array; readonly shown: bigint }>();
  const indexed = !decl.type.includes('hash');
  return {
    decl,
    handle,
    lookup: (key) => entries.get(keyText(key))?.shown ?? 0n,
    update(key, bytes, flags) {
      if (flags > updateFlags.exist) return errors.invalid;
      const isNew = !entries.has(keyText(key));
      if (indexed ? numberOf(key, memory) >= decl.maxEntries : isNew && entries.size >= decl.maxEntries)
        return errors.tooBig;
      entries.set(keyText(key), { key: key.slice(), shown: shown(bytes) });
      return 0n;
    },
    delete: (key) => (entries.delete(keyText(key)) ? 0n : errors.noEntry),
    keys: () => [...entries.values()].map((entry) => entry.key),
  };
}
