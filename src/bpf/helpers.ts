/**
 * The helper table: one row per kernel helper. Lowering, the verifier-side checks, the VM, the SDK generator and
 * `bpfc helpers` read it. The rows are generated (helper-rows.ts, helper-matrix.ts); this file holds their types and
 * the questions one asks of them.
 *
 *     helpers.ringbuf_reserve.acquires            → true
 *     helperVerdict('trace_printk', 'xdp')        → { allowed: true, sleepable: false, measured: true, since: '4.1' }
 *     helperSignature('get_current_comm')         → long bpf_get_current_comm(void *buf, u32 size_of_buf)
 *
 * Invariant: rows are in the order of their numbers, 1 to 211 without gaps.
 */

import { helperLater, helperMatrix } from './helper-matrix.ts';
import { helperRows } from './helper-rows.ts';

/**
 * What a parameter takes, after enum bpf_arg_type of include/linux/bpf.h.
 * `key` and `value` are pointers to as many bytes as the map's key or value has; `mem…` is a pointer whose length is
 * the next parameter (`size…`); a Go caller passes keys, values and typed buffers by value or as pointer.
 */
export type ArgKind =
  | 'scalar'
  | 'ctx'
  /** The context, or a socket. */
  | 'ctx-or-sock'
  | 'map'
  | 'key'
  | 'value'
  | 'value-or-null'
  | 'value-out'
  | 'mem-read'
  | 'mem-read-or-null'
  | 'mem-write'
  | 'mem-read-write'
  /** As many bytes as the C type has; no size parameter follows. */
  | 'mem-fixed'
  | 'size'
  | 'size-or-zero'
  /** A size that must be a constant. */
  | 'const-size'
  | 'ptr-out-32'
  | 'ptr-inout-32'
  | 'ptr-out-64'
  /** A NUL-terminated constant string in .rodata. */
  | 'const-str'
  | 'func'
  | 'stack-or-null'
  | 'spin-lock'
  | 'timer'
  | 'kptr'
  | 'dynptr'
  /** An uninitialised dynptr on the stack that the helper makes. */
  | 'dynptr-out'
  | 'record'
  | 'sock'
  | 'btf'
  /** An address that the helper itself may not trust: a number to the verifier. */
  | 'any-ptr';

export interface HelperArg {
  readonly name: string;
  readonly kind: ArgKind;
  /** C type as the prototype has it: `u32`, `const void *`, `struct bpf_sock *`. */
  readonly ctype: string;
}

export type HelperResult =
  | 'void'
  | 's32'
  | 's64'
  | 'u32'
  | 'u64'
  | 'map-value'
  | 'map-value-or-null'
  | 'mem-or-null'
  | 'sock-or-null'
  | 'tcp-sock-or-null'
  | 'btf-or-null'
  | 'btf';

export interface HelperRow {
  /** BPF_FUNC_ number. */
  readonly id: number;
  readonly args: readonly HelperArg[];
  readonly result: HelperResult;
  /** C type of the result. */
  readonly ctype: string;
  readonly gpl: boolean;
  /** First kernel, `4.1` (read). */
  readonly since: string;
  /** After the call packet pointers are dead. */
  readonly movesPacket: boolean;
  /** More scalar arguments may follow, up to five in all. */
  readonly variadic?: boolean;
  /** The result (or the dynptr it makes) must be released on every path. */
  readonly acquires?: boolean;
  /** Index of the argument that the call releases. */
  readonly releases?: number;
  /** May sleep: sleepable programs only. */
  readonly sleeps?: boolean;
  /** One line of our own. */
  readonly doc: string;
}

export type HelperName = keyof typeof helperRows;

export const helpers: Readonly<Record<HelperName, HelperRow>> = helperRows;

export function isHelperName(name: string): name is HelperName {
  return Object.hasOwn(helperRows, name);
}

const byNumber: readonly HelperName[] = Object.keys(helperRows).filter(isHelperName);

/** Name of the helper with a number, or null. */
export function helperById(id: number): HelperName | null {
  return byNumber[id - 1] ?? null;
}

/** The Go name of a helper, cilium's `asm.FnXxx` without `Fn`: `GetCurrentPidTgid`. */
export function helperGoName(name: HelperName): string {
  return name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The helper of a Go name, or null. */
export function helperByGoName(goName: string): HelperName | null {
  const name = goName.replace(/(?<!^)[A-Z]|\d+(?=[A-Z]|$)/g, (part) => `_${part}`).toLowerCase();
  if (isHelperName(name) && helperGoName(name) === goName) return name;
  return helperNames().find((candidate) => helperGoName(candidate) === goName) ?? null;
}

/** All names, in the order of their numbers. */
export function helperNames(): readonly HelperName[] {
  return byNumber;
}

export interface HelperVerdict {
  readonly allowed: boolean;
  /** Allowed only in programs that may sleep. */
  readonly sleepable: boolean;
  /** Found by loading the call on five kernels; false: read in the kernel's source. */
  readonly measured: boolean;
  /** First kernel on which programs of this kind may call it. */
  readonly since: string;
}

/**
 * May programs of a kind call the helper? `programHelpers` is the program row's `helpers` column.
 * GPL is the helper row's matter, not this one's.
 */
export function helperVerdict(name: HelperName, programHelpers: string): HelperVerdict {
  const letter = helperMatrix[programHelpers]?.[helpers[name].id - 1] ?? '-';
  return {
    allowed: letter !== '.' && letter !== '-',
    sleepable: letter === 's' || letter === 'S',
    measured: '.os'.includes(letter),
    since: helperLater[programHelpers]?.[name] ?? helpers[name].since,
  };
}

/** The program kinds (rows of the matrix) that may call a helper. */
export function helperPrograms(name: HelperName): readonly string[] {
  return Object.keys(helperMatrix).filter((kind) => helperVerdict(name, kind).allowed);
}

/** The C prototype. */
export function helperSignature(name: HelperName): string {
  const row = helpers[name];
  const spaced = (ctype: string): string => (ctype.endsWith('*') ? ctype : `${ctype} `);
  const args = row.args.map((arg) => `${spaced(arg.ctype)}${arg.name}`);
  if (row.variadic === true) args.push('...');
  return `${spaced(row.ctype)}bpf_${name}(${args.length === 0 ? 'void' : args.join(', ')})`;
}
