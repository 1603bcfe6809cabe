/**
 * Which registers an instruction reads and writes, from the roles in its row.
 *
 *     r1 += r2                 uses r1 r2, defs r1
 *     v5 = call get#14()       defs v5 (in R0), clobbers R1–R5
 *
 * A register may appear twice in a result: `r1 += r1` uses r1 and r1.
 */

import { type IsaRow, isaRow } from './isa.ts';
import type { MInst, PReg } from './minst.ts';

const reads = (role: IsaRow['dst']): boolean => role === 'use' || role === 'both';
const writes = (role: IsaRow['dst']): boolean => role === 'def' || role === 'both';

/** The row; a parallel copy has none. */
export function rowOf<R>(inst: MInst<R>): IsaRow | null {
  return inst.op === 'parcopy' ? null : isaRow(inst.op);
}

/** Registers read: dst, src, then `uses`; constants among `uses` are left out. */
export function usesOf<R extends number>(inst: MInst<R>): R[] {
  const row = rowOf(inst);
  const list: R[] = [];
  if (row !== null && inst.dst !== null && reads(row.dst)) list.push(inst.dst);
  if (row !== null && inst.src !== null && reads(row.src)) list.push(inst.src);
  for (const use of inst.uses) if (typeof use !== 'bigint') list.push(use);
  return list;
}

/** Registers written: dst, src (fetching atomics), then `defs`. */
export function defsOf<R extends number>(inst: MInst<R>): R[] {
  const row = rowOf(inst);
  const list: R[] = [];
  if (row !== null && inst.dst !== null && writes(row.dst)) list.push(inst.dst);
  if (row !== null && inst.src !== null && writes(row.src)) list.push(inst.src);
  list.push(...inst.defs);
  return list;
}

/** Physical registers whose value is lost although the instruction does not define them. R0 too when a call's result is unnamed. */
export function clobbersOf<R extends number>(inst: MInst<R>): readonly PReg[] {
  const row = rowOf(inst);
  if (row === null) return [];
  const lost = inst.defs.length === 0 ? [...row.fixedDefs, ...row.clobbers] : row.clobbers;
  return lost as readonly number[] as readonly PReg[];
}

/** dst is read and written by the same field: the allocator gives both the same register. */
export function isTied<R>(inst: MInst<R>): boolean {
  return rowOf(inst)?.dst === 'both';
}

/** Ends a block, or is the conditional jump before the jump that does. */
export function isTerminator<R>(inst: MInst<R>): boolean {
  const kind = rowOf(inst)?.kind;
  return kind === 'jump' || kind === 'branch' || kind === 'exit';
}

/** Control never reaches what follows. */
export function endsFlow<R>(inst: MInst<R>): boolean {
  const kind = rowOf(inst)?.kind;
  return kind === 'jump' || kind === 'exit';
}

/** Blocks that a block can go to, in order of its terminators; falling through is not among them. */
export function targetsOf<R>(body: readonly MInst<R>[]): number[] {
  const list: number[] = [];
  for (const inst of body) if (inst.target !== null && !list.includes(inst.target)) list.push(inst.target);
  return list;
}

/** Slots of eight bytes that the encoded instruction takes. */
export function slotsOf<R>(inst: MInst<R>): 1 | 2 {
  return rowOf(inst)?.kind === 'wide' ? 2 : 1;
}

/** May the instruction be removed when nothing reads what it defines? */
export function isPure<R>(inst: MInst<R>): boolean {
  const kind = rowOf(inst)?.kind;
  return (
    inst.op === 'parcopy' ||
    kind === 'alu' ||
    kind === 'wide' ||
    (kind === 'load' && !inst.op.startsWith('load_acquire'))
  );
}
