/**
 * Comparing states: is what is known now covered by what was known when this place was walked before?
 *
 *     statesAlike(program, checkpoint, state, 'loose')   →   true: walking on from `state` would find nothing new
 *
 * `loose` lets numbers differ that decided nothing; `within` wants every number in the old one's range, as long as it is
 * not known yet what will be decided by it; `exact` wants them the same. Registers and slots that nobody reads again do
 * not count, but of a checkpoint that is still being explored the kernel compares all slots.
 */

import { must } from '../base/assert.ts';
import type { Line, Program } from './code.ts';
import type { Checkpoint, Frame, State } from './state.ts';
import { pieces, sameValue, type Value, within } from './values.ts';

export type Exactness = 'loose' | 'within' | 'exact';

/** Which number of the old state stands for which of the new one; 0 is a number of its own each time. */
interface Pairs {
  readonly old: Map<number, number>;
  readonly taken: Set<number>;
  fresh: number;
}

function paired(pairs: Pairs, old: number, now: number): boolean {
  const a = old === 0 ? --pairs.fresh : old;
  const b = now === 0 ? --pairs.fresh : now;
  const known = pairs.old.get(a);
  if (known !== undefined) return known === b;
  if (pairs.taken.has(b)) return false;
  pairs.old.set(a, b);
  pairs.taken.add(b);
  return true;
}

function alike(
  old: Value | null,
  now: Value | null,
  precise: boolean,
  how: Exactness,
  pairs: Pairs,
): boolean {
  if (old === null) return how !== 'exact' || now === null;
  if (now === null) return false;
  if (how === 'exact') return sameValue(old, now);
  if (old.kind === 'number') {
    if (now.kind !== 'number') return false;
    if (!precise && how === 'loose') return true;
    return old.delta === now.delta && within(old, now) && paired(pairs, old.id, now.id);
  }
  return (
    now.kind === 'pointer' &&
    old.object === now.object &&
    (old.maybeNil === 0) === (now.maybeNil === 0) &&
    within(old.offset, now.offset)
  );
}

/** Whether nothing, parts or a whole was stored in a slot. */
const kindOf = (slot: Value | null): string =>
  slot === null ? 'none' : slot === pieces ? 'pieces' : 'whole';

/** A slot stored in parts is as good as any, unless it is not known yet who reads it. */
function slotAlike(
  old: Value | null,
  now: Value | null,
  precise: boolean,
  how: Exactness,
  pairs: Pairs,
): boolean {
  if (how === 'loose') return old === pieces || alike(old, now, precise, how, pairs);
  return kindOf(old) === kindOf(now) && alike(old, now, precise, how, pairs);
}

const lineOf = (program: Program, pc: number): Line => must(program.lines[pc], `no instruction ${pc}`);

/** Registers of a frame that are read again: the call above it comes once more if it calls back. */
function liveRegisters(program: Program, pc: number, above: Frame | undefined): number {
  if (above === undefined) return lineOf(program, pc).live;
  return above.callback
    ? lineOf(program, above.callsite).live
    : lineOf(program, above.callsite - 1).liveAfter & 0x3c0;
}

const liveSlots = (program: Program, pc: number, above: Frame | undefined): bigint =>
  lineOf(program, above === undefined ? pc : above.callback ? above.callsite : above.callsite - 1).liveStack;

/** Would walking on from `now` find nothing new? */
export function statesAlike(program: Program, old: Checkpoint, now: State, how: Exactness): boolean {
  if (old.frames.length !== now.frames.length) return false;
  const pairs: Pairs = { old: new Map(), taken: new Set(), fresh: 0 };
  const open = old.branches > 0;
  return old.frames.every((frame, depth) => {
    const other = must(now.frames[depth], 'a frame');
    if (frame.func !== other.func || frame.callsite !== other.callsite) return false;
    if (frame.rounds > other.rounds) return false;
    const above = old.frames[depth + 1];
    const live = liveRegisters(program, old.pc, above);
    const slots = open ? -1n : liveSlots(program, old.pc, above);
    const marks = must(old.marks[depth], 'marks');
    for (let r = 0; r < 10; r++) {
      if ((live & (1 << r)) === 0) continue;
      const precise = (marks.regs & (1 << r)) !== 0;
      if (!alike(frame.regs[r] ?? null, other.regs[r] ?? null, precise, how, pairs)) return false;
    }
    for (let n = 0; n < frame.stack.length; n++) {
      const bit = 1n << BigInt(n);
      if ((slots & bit) === 0n) continue;
      const precise = (marks.stack & bit) !== 0n;
      if (!slotAlike(frame.stack[n] ?? null, other.stack[n] ?? null, precise, how, pairs)) return false;
    }
    return true;
  });
}
