/** Values that hang on an object: a socket, task, inode or cgroup, known by its address. */

import type { MapDecl } from '../../bpf/maps.ts';
import type { Memory } from '../memory.ts';
import { errors, type ModelMap, unsupported } from './map.ts';

export function storageMap(decl: MapDecl, handle: bigint, memory: Memory): ModelMap {
  const values = new Map<bigint, bigint>();
  return {
    ...unsupported,
    decl,
    handle,
    storage: {
      get(owner, initial, create) {
        const known = values.get(owner);
        if (known !== undefined || !create) return known ?? 0n;
        const made = memory.allocate(`value of ${decl.name}`, initial?.slice() ?? decl.valueSize);
        values.set(owner, made);
        return made;
      },
      remove: (owner) => (values.delete(owner) ? 0n : errors.noEntry),
    },
  };
}
