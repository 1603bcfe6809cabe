/**
 * The table of kernel functions (kfuncs), and the questions one asks of it. The checker compares declarations with
 * it, the path checks read its flags, the object writer makes types of it.
 *
 *     kfuncPrototype('bpf_iter_num_new')      → int (struct bpf_iter_num *it, int start, int end)
 *     kfuncVerdict('bpf_task_acquire', 'xdp') → { allowed: true, since: '6.2' }
 *     kfuncRelease('bpf_task_from_pid')       → 'bpf_task_release'
 *
 * Invariant: a function that is not in the table may still exist, in a module or a newer kernel; nothing is known of it.
 */

import { newestKernel } from './kernels.ts';
import { kfuncRows, kfuncSets } from './kfunc-rows.ts';

/** KF_ flags of include/linux/btf.h. */
export type KfuncFlag =
  | 'acquire'
  | 'release'
  | 'ret-null'
  | 'trusted-args'
  | 'rcu'
  | 'rcu-protected'
  | 'sleepable'
  | 'destructive'
  | 'iter-new'
  | 'iter-next'
  | 'iter-destroy'
  | 'implicit-args'
  | 'fastcall'
  | 'arena-ret'
  | 'arena-arg2';

export type KfuncSet = keyof typeof kfuncSets;

export interface KfuncRow {
  /** C type, typedefs of integers resolved to `u8` … `s64`, `int`, `bool` and `char`; `func` is a function. */
  readonly result: string;
  /** C declarations; the name's suffix tells the verifier what it is (`__sz`, `__str`, `__ign`, `__prog`, …). */
  readonly params: readonly string[];
  readonly flags: readonly KfuncFlag[];
  /** Empty: not known, every program type is let through. */
  readonly sets: readonly KfuncSet[];
  /** First kernel (read). */
  readonly since: string;
  /** The prototype comes from a kernel's types; false: from its source. */
  readonly measured: boolean;
}

/** A C type of a prototype. Qualifiers are left out: no loader compares them. */
export type KfuncType =
  | { readonly kind: 'void' | 'func' }
  | { readonly kind: 'int'; readonly name: string; readonly size: number; readonly signed: boolean }
  | { readonly kind: 'enum' | 'struct' | 'union'; readonly name: string }
  | { readonly kind: 'ptr'; readonly to: KfuncType };

export interface KfuncParam {
  readonly name: string;
  readonly type: KfuncType;
  /** The caller gives nothing: the kernel fills it in or ignores it. */
  readonly hidden: boolean;
}

export interface KfuncPrototype {
  readonly result: KfuncType;
  readonly params: readonly KfuncParam[];
}

const table: Readonly<Record<string, KfuncRow>> = kfuncRows;

export function kfuncRow(name: string): KfuncRow | null {
  return Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}

export const kfuncNames = (): readonly string[] => Object.keys(table);

export const kfuncHas = (name: string, flag: KfuncFlag): boolean =>
  kfuncRow(name)?.flags.includes(flag) ?? false;

const integers: Readonly<Record<string, readonly [size: number, signed: boolean]>> = {
  bool: [1, false],
  char: [1, true],
  int: [4, true],
  u8: [1, false],
  u16: [2, false],
  u32: [4, false],
  u64: [8, false],
  s8: [1, true],
  s16: [2, true],
  s32: [4, true],
  s64: [8, true],
};

/** A C type without a name: `const struct cpumask *`. */
export function parseKfuncType(text: string): KfuncType {
  const spelled = text.replace(/\b(const|volatile)\b/g, '').trim();
  if (spelled.endsWith('*')) return { kind: 'ptr', to: parseKfuncType(spelled.slice(0, -1)) };
  const [word = '', name = ''] = spelled.split(/\s+/);
  if (word === 'struct' || word === 'union' || word === 'enum') return { kind: word, name };
  if (word === 'void' || word === 'func') return { kind: word };
  const [size, signed] = integers[word] ?? [8, false];
  return { kind: 'int', name: word, size, signed };
}

export function kfuncPrototype(name: string): KfuncPrototype | null {
  const row = kfuncRow(name);
  if (row === null) return null;
  const params = row.params.map((text): KfuncParam => {
    const at = text.search(/\w+$/);
    const param = text.slice(at);
    return {
      name: param,
      type: parseKfuncType(text.slice(0, at)),
      hidden: /^(meta|aux)__(ign|prog)$/.test(param),
    };
  });
  return { result: parseKfuncType(row.result), params };
}

export interface KfuncVerdict {
  readonly allowed: boolean;
  /** First kernel on which programs of the type may call it. */
  readonly since: string;
}

/** May programs of a type (`xdp`, `tracing`, …) call a function of the table? */
export function kfuncVerdict(name: string, programType: string): KfuncVerdict {
  const row = kfuncRow(name);
  const since = row?.since ?? '5.13';
  if (row === null || row.sets.length === 0) return { allowed: true, since };
  const sets: Readonly<Record<string, Readonly<Record<string, string>> | null>> = kfuncSets;
  for (const set of row.sets) {
    const types = sets[set] ?? null;
    if (types === null) return { allowed: true, since };
    const later = types[programType];
    if (later !== undefined)
      return { allowed: true, since: later === '' ? since : newestKernel([since, later]) };
  }
  return { allowed: false, since };
}

/** Program types that may call a function; null: all of them, or nothing is known. */
export function kfuncPrograms(name: string): readonly string[] | null {
  const sets: Readonly<Record<string, Readonly<Record<string, string>> | null>> = kfuncSets;
  const lists = (kfuncRow(name)?.sets ?? []).map((set) => sets[set] ?? null);
  if (lists.length === 0 || lists.includes(null)) return null;
  return [...new Set(lists.flatMap((types) => Object.keys(types ?? {})))];
}

/** Bytes of structs that the program holds for the kernel (measured on Linux 6.12, 6.18 and 7.3). */
const structSizes: Readonly<Record<string, number>> = {
  bpf_dynptr: 16,
  bpf_iter_bits: 16,
  bpf_iter_css: 24,
  bpf_iter_css_task: 8,
  bpf_iter_dmabuf: 8,
  bpf_iter_kmem_cache: 8,
  bpf_iter_num: 8,
  bpf_iter_scx_dsq: 48,
  bpf_iter_task: 24,
  bpf_iter_task_vma: 8,
};

/** What a struct must measure that a program hands in; null: a struct of the kernel's, or one of any size. */
export const kfuncStructSize = (name: string): number | null => structSizes[name] ?? null;

/** Fields whose pointer the verifier trusts as much as the object that holds it (BTF_TYPE_SAFE_… of verifier.c; read). */
const trustedFields: ReadonlySet<string> = new Set([
  'bpf_iter_meta.seq',
  'bpf_iter__task.meta',
  'bpf_iter__task.task',
  'linux_binprm.file',
  'file.f_inode',
  'file.f_path',
  'dentry.d_inode',
  'socket.sk',
  'task_struct.cpus_ptr',
  'task_struct.cgroups',
  'task_struct.real_parent',
  'task_struct.group_leader',
  'cgroup.kn',
  'css_set.dfl_cgrp',
  'cgroup_subsys_state.cgroup',
  'mm_struct.exe_file',
  'sk_buff.sk',
  'request_sock.sk',
  'vm_area_struct.vm_mm',
  'vm_area_struct.vm_file',
]);

export const isTrustedField = (field: string): boolean => trustedFields.has(field);

/** Pointers of the program's own memory, which need no trust: iterators, dynptrs, options. */
export const isProgramMemory = (struct: string): boolean =>
  Object.hasOwn(structSizes, struct) || /_(opts|tuple|args|params|addr)$/.test(struct);

/** The struct that a pointer type points to, or null. */
export function pointedStruct(type: KfuncType): string | null {
  return type.kind === 'ptr' && type.to.kind === 'struct' ? type.to.name : null;
}

/** The function that gives back what an acquiring one took; null where nothing is taken. */
export function kfuncRelease(name: string): string | null {
  if (!kfuncHas(name, 'acquire')) return null;
  if (name.startsWith('bpf_obj_new')) return name.replace('new', 'drop');
  if (name.startsWith('bpf_percpu_obj_new')) return name.replace('new', 'drop');
  const result = kfuncPrototype(name)?.result;
  const struct = result === undefined ? null : pointedStruct(result);
  if (struct === null) return null;
  const releasing = kfuncNames().find(
    (other) =>
      kfuncHas(other, 'release') &&
      !kfuncHas(other, 'acquire') &&
      pointedStruct(kfuncPrototype(other)?.params[0]?.type ?? { kind: 'void' }) === struct,
  );
  return releasing ?? null;
}
