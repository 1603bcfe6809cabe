/**
 * What instructions may be part of a tail that several ways lead to, and which may change places.
 *
 *     r1 = map hits ll; call 1; r2 = *(u64 *)(r0 + 0)     as a whole: what r1 and r0 are is known in it
 *     r2 = *(u64 *)(r0 + 0)                               not alone: r0 may be a value of one map here, of another there
 *
 * Invariant: of a merged instruction the verifier sees the same kinds of pointers, and the same map, on every way.
 */

import { type HelperRow, helpers } from './helpers.ts';
import { framePointer, type MInst, type PReg } from './minst.ts';
import { clobbersOf, defsOf, isTied, rowOf, usesOf } from './operands.ts';

type Inst = MInst<PReg>;

const helpersById: ReadonlyMap<number, HelperRow> = new Map(
  Object.values(helpers).map((row: HelperRow) => [row.id, row]),
);

const helperOf = (i: Inst): HelperRow | undefined =>
  i.op === 'call_helper' ? helpersById.get(Number(i.imm)) : undefined;

/** Arguments of which the verifier notes more at the call than what they are. */
const noted: ReadonlySet<string> = new Set([
  'func',
  'timer',
  'kptr',
  'btf',
  'dynptr',
  'dynptr-out',
  'spin-lock',
]);

/** May it be in a merged tail at all? Not what calls functions, and not a tail call, whose table the verifier notes. */
export function mayEnd(i: Inst): boolean {
  switch (rowOf(i)?.kind) {
    case 'alu':
    case 'wide':
    case 'load':
    case 'store':
    case 'atomic':
    case 'exit':
    case 'jump':
      return true;
    case 'call': {
      const row = helperOf(i);
      return (
        row !== undefined && row.id !== helpers.tail_call.id && row.args.every((a) => !noted.has(a.kind))
      );
    }
    default:
      return false;
  }
}

/** Registers whose origin must be in the tail before `i`, when those of `after` must be before what follows it. */
export function originsBefore(after: ReadonlySet<PReg>, i: Inst): ReadonlySet<PReg> {
  const origins = new Set(after);
  for (const r of [...defsOf(i), ...clobbersOf(i)]) {
    if (!origins.delete(r)) continue;
    if (i.op === 'mov64_reg' || i.op === 'mov32_reg') origins.add(i.src!);
    else if (isTied(i)) for (const use of usesOf(i)) origins.add(use);
  }
  const kind = rowOf(i)?.kind;
  if (kind === 'load') origins.add(i.src!);
  if (kind === 'store' || kind === 'atomic') origins.add(i.dst!);
  helperOf(i)?.args.forEach((a, k) => {
    if (a.kind === 'map') origins.add((k + 1) as PReg);
  });
  origins.delete(framePointer as PReg);
  return origins;
}

/** May `first` go behind `later`? One of them must only compute, and neither touch what the other does. */
export function changePlaces(first: Inst, later: Inst): boolean {
  const computes = (i: Inst): boolean => {
    const kind = rowOf(i)?.kind;
    return kind === 'alu' || kind === 'wide';
  };
  if (!computes(first)) return false;
  const written = new Set<number>([...defsOf(later), ...clobbersOf(later)]);
  const own = [...defsOf(first), ...clobbersOf(first)];
  const read = new Set<number>(usesOf(later));
  return !usesOf(first).some((r) => written.has(r)) && !own.some((r) => written.has(r) || read.has(r));
}
