/** Maps without keys: queues, stacks and bloom filters. */

import type { MapDecl } from '../../bpf/maps.ts';
import { errors, keyText, type ModelMap, unsupported } from './map.ts';

/** Flag of bpf_map_push_elem: a full queue drops its oldest value. */
const replaceOldest = 2n;

export function queueMap(decl: MapDecl, handle: bigint): ModelMap {
  const values: Uint8Array[] = [];
  const newestFirst = decl.type === 'stack';
  return {
    ...unsupported,
    decl,
    handle,
    queue: {
      push(value, flags) {
        if (flags !== 0n && flags !== replaceOldest) return errors.invalid;
        if (values.length >= decl.maxEntries) {
          if (flags !== replaceOldest) return errors.tooBig;
          values.shift();
        }
        values.push(value.slice());
        return 0n;
      },
      take(remove) {
        const at = newestFirst ? values.length - 1 : 0;
        const value = values[at] ?? null;
        if (remove && value !== null) values.splice(at, 1);
        return value;
      },
      contains: null,
    },
  };
}

/** Exact, where the kernel's may say yes to what was never pushed. */
export function bloomFilter(decl: MapDecl, handle: bigint): ModelMap {
  const values = new Set<string>();
  return {
    ...unsupported,
    decl,
    handle,
    queue: {
      push(value, flags) {
        if (flags !== 0n) return errors.invalid;
        values.add(keyText(value));
        return 0n;
      },
      take: () => null,
      contains: (value) => values.has(keyText(value)),
    },
  };
}
