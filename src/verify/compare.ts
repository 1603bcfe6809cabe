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
import { type Checkpoint, type Frame, marksOf, type State, slotWord } from './state.ts';
import { pieces, sameValue, type Value, within } from './values.ts';

export type Exactness = 'loose' | 'within' | 'exact';

/** Which number of the old state stands for which of the new one; 0 is a number of its own each time. */
interface Pairs {
  readonly old: number[];
  readonly now: number[];
}

function paired(pairs: Pairs, old: number, now: number): boolean {
  if (old === 0 && now === 0) return true;
  for (let i = 0; i < pairs.old.length; i++) {
    if (old !== 0 && pairs.old[i] === old) return now !== 0 && pairs.now[i] === now;
    if (now !== 0 && pairs.now[i] === now) return false;
  }
  pairs.old.push(old);
  pairs.now.push(now);
  return true;
}

/** Without pairs: as far as the values alone tell. */
function alike(
  old: Value | null,
  now: Value | null,
  precise: boolean,
  how: Exactness,
  pairs: Pairs | null,
): boolean {
  if (old === null) return how !== 'exact' || now === null;
  if (now === null) return false;
  if (how === 'exact') return sameValue(old, now);
  if (old.kind === 'number') {
    if (now.kind !== 'number') return false;
    if (!precise && how === 'loose') return true;
    return old.delta === now.delta && within(old, now) && (pairs === null || paired(pairs, old.id, now.id));
  }
  return (
    now.kind === 'pointer' &&
    old.object === now.object &&
    (old.maybeNil === 0) === (now.maybeNil === 0) &&
    within(old.offset, now.offset)
  );
}

/** A slot stored in parts is as good as any, unless it is not known yet who reads it. */
function slotAlike(
  old: Value | null,
  now: Value | null,
  precise: boolean,
  how: Exactness,
  pairs: Pairs | null,
): boolean {
  if (how === 'loose') return old === pieces || alike(old, now, precise, how, pairs);
  const sameKind = (old === null) === (now === null) && (old === pieces) === (now === pieces);
  return sameKind && alike(old, now, precise, how, pairs);
}

/** The line that says what is read of a frame when the walk comes back to it, by the call above it. */
function lineBelow(program: Program, pc: number, above: Frame | undefined): Line {
  const at = above === undefined ? pc : above.callback ? above.callsite : above.callsite - 1;
  return must(program.lines[at], 'an instruction');
}

/** What of one frame counts: bits of registers and of slots, as marks have them. */
interface Counting {
  readonly registers: number;
  readonly near: number;
  readonly far: number;
}

const everySlot = -1;

function countingOf(program: Program, old: Checkpoint, depth: number): Counting {
  const above = old.frames[depth + 1];
  const line = lineBelow(program, old.pc, above);
  // A call leaves r6 to r9, unless it calls back and comes once more.
  const registers = above === undefined || above.callback ? line.live : line.liveAfter & 0x3c0;
  const open = old.branches > 0;
  return {
    registers: registers & 0x3ff,
    near: open ? everySlot : line.liveSlots,
    far: open ? everySlot : line.liveFarSlots,
  };
}

const placesPerFrame = 80;
const firstSlot = 16;

/** Is one register or slot alike? A place is `frame × 80 + register`, or `+ 16 + slot`. */
function placeAlike(
  old: Checkpoint,
  now: State,
  place: number,
  how: Exactness,
  pairs: Pairs | null,
): boolean {
  const depth = Math.floor(place / placesPerFrame);
  const n = place % placesPerFrame;
  const a = must(old.frames[depth], 'a frame');
  const b = must(now.frames[depth], 'a frame');
  if (n < firstSlot) {
    const precise = (must(old.marks[marksOf(depth)], 'marks') & (1 << n)) !== 0;
    return alike(a.regs[n] ?? null, b.regs[n] ?? null, precise, how, pairs);
  }
  const slot = n - firstSlot;
  const precise = (must(old.marks[slotWord(depth, slot)], 'marks') & (1 << (slot & 31))) !== 0;
  return slotAlike(a.stack[slot] ?? null, b.stack[slot] ?? null, precise, how, pairs);
}

/** The first of some places that is not alike; -1: all are. `bits`: which of the 32 from `first` on. */
function firstDifference(
  old: Checkpoint,
  now: State,
  first: number,
  bits: number,
  how: Exactness,
  pairs: Pairs,
): number {
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    const place = first + 31 - Math.clz32(rest & -rest);
    if (!placeAlike(old, now, place, how, pairs)) return place;
  }
  return -1;
}

/** The lowest `count` bits of a word. */
const lowBits = (count: number): number => (count >= 32 ? -1 : count <= 0 ? 0 : (1 << count) - 1);

/** Where the frames of one depth differ; -1: nowhere. */
function frameDifference(
  program: Program,
  old: Checkpoint,
  now: State,
  depth: number,
  how: Exactness,
  pairs: Pairs,
): number {
  const { registers, near, far } = countingOf(program, old, depth);
  const start = depth * placesPerFrame;
  const place = firstDifference(old, now, start, registers, how, pairs);
  if (place >= 0) return place;
  const slots = must(old.frames[depth], 'a frame').stack.length;
  const nearPlace = firstDifference(old, now, start + firstSlot, near & lowBits(slots), how, pairs);
  if (nearPlace >= 0) return nearPlace;
  return firstDifference(old, now, start + firstSlot + 32, far & lowBits(slots - 32), how, pairs);
}

/** Does the place count, and differ in its values alone? States that differ do so mostly where the one before did. */
function differsAt(program: Program, old: Checkpoint, now: State, place: number, how: Exactness): boolean {
  const depth = Math.floor(place / placesPerFrame);
  const n = place % placesPerFrame;
  const { registers, near, far } = countingOf(program, old, depth);
  const word = n < firstSlot ? registers : n < firstSlot + 32 ? near : far;
  const bit = 1 << (n < firstSlot ? n : (n - firstSlot) & 31);
  return (word & bit) !== 0 && !placeAlike(old, now, place, how, null);
}

function sameCalls(old: Checkpoint, now: State): boolean {
  if (old.frames.length !== now.frames.length) return false;
  return old.frames.every((frame, depth) => {
    const other = must(now.frames[depth], 'a frame');
    return frame.func === other.func && frame.callsite === other.callsite && frame.rounds <= other.rounds;
  });
}

/** Would walking on from `now` find nothing new? */
export function statesAlike(program: Program, old: Checkpoint, now: State, how: Exactness): boolean {
  if (!sameCalls(old, now)) return false;
  if (old.differed >= 0 && differsAt(program, old, now, old.differed, how)) return false;
  const pairs: Pairs = { old: [], now: [] };
  for (let depth = 0; depth < old.frames.length; depth++) {
    const place = frameDifference(program, old, now, depth, how, pairs);
    if (place < 0) continue;
    old.differed = place;
    return false;
  }
  return true;
}
