/**
 * Kernel functions by name: ids in the running kernel's own BTF, which a call of a kfunc holds.
 *
 *     kernelFunction('bpf_iter_num_new')    → 98127, or null where the kernel has no such function
 *
 * The section is megabytes of types; it is read when first asked for, and only its functions are kept.
 */

import { existsSync, readFileSync } from 'node:fs';
import { readBtf } from '../object/btf-read.ts';

const path = '/sys/kernel/btf/vmlinux';

let known: ReadonlyMap<string, number> | null = null;

function readFunctions(): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  if (!existsSync(path)) return ids;
  readBtf(new Uint8Array(readFileSync(path))).types.forEach((type, id) => {
    if (type?.kind === 'func') ids.set(type.name, id);
  });
  return ids;
}

export function kernelFunction(name: string): number | null {
  known ??= readFunctions();
  return known.get(name) ?? null;
}
