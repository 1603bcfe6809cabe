/** The running kernel's own types, read once per process, and the ids by which programs name their hooks. */

import { existsSync, readFileSync } from 'node:fs';
import type { ProgramRow } from '../bpf/programs.ts';
import { type Btf, readBtf } from '../object/btf-read.ts';
import { findType } from '../object/core.ts';

const path = '/sys/kernel/btf/vmlinux';
let read: Btf | null = null;

export function hostBtf(): Btf {
  if (!existsSync(path)) throw new Error(`this kernel has no ${path}: it was built without its types`);
  read ??= readBtf(new Uint8Array(readFileSync(path)));
  return read;
}

/** Of which kernel function or type a hook's name is made, by the attach type. */
const hooks: Readonly<Record<string, { readonly prefix: string; readonly kind: 'func' | 'typedef' }>> = {
  trace_raw_tp: { prefix: 'btf_trace_', kind: 'typedef' },
  trace_iter: { prefix: 'bpf_iter_', kind: 'func' },
  lsm_mac: { prefix: 'bpf_lsm_', kind: 'func' },
  lsm_cgroup: { prefix: 'bpf_lsm_', kind: 'func' },
  trace_fentry: { prefix: '', kind: 'func' },
  trace_fexit: { prefix: '', kind: 'func' },
  trace_fsession: { prefix: '', kind: 'func' },
  modify_return: { prefix: '', kind: 'func' },
};

/** The BTF id that the kernel wants at load; 0 for types that want none. */
export function hookId(row: ProgramRow, target: string): number {
  const hook = row.attachType === null ? undefined : hooks[row.attachType];
  if (hook === undefined) return 0;
  const id = findType(hostBtf(), hook.kind, `${hook.prefix}${target}`);
  if (id === null) throw new Error(`this kernel has no ${row.attachType} hook ${target}`);
  return id;
}

/** The id of a kernel function that programs may call; null: this kernel has none of that name, or no types. */
export function kernelFunction(name: string): number | null {
  return existsSync(path) ? findType(hostBtf(), 'func', name) : null;
}

export function kernelFunctionId(name: string): number {
  const id = kernelFunction(name);
  if (id === null) throw new Error(`this kernel has no function ${name}`);
  return id;
}
