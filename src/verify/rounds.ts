/**
 * What goes round: calls that call back, kernel iterators, and the instructions of loops. The verifier walks another
 * round as long as its state is new, and helps that along by forgetting what changes from round to round.
 *
 *     round 1: r6 = 0     round 2: r6 = 1, which decided nothing     →   r6 is unknown; round 3 is like round 2
 *
 * A state found like one in an unfinished round says nothing final: what the round decides by is not known to its end.
 * Such pairs are kept per ring and made good when the ring is left (the kernel's backedges).
 */

import { must } from '../base/assert.ts';
import { rings } from '../base/components.ts';
import type { Line, Program } from './code.ts';
import {
  type Checkpoint,
  inheritMarks,
  type Marker,
  marksOf,
  ownFrame,
  type State,
  slotWord,
  type Way,
} from './state.ts';
import { isConstant, pieces, sameValue, unknown, type Value } from './values.ts';

/** States are kept and compared at these whatever happened since the last. */
export const goesRound = (line: Line): boolean => line.callsBack || line.iterates;

/** The ring of each instruction, within its function; -1: it is passed once. */
export function ringsOf(program: Program): Int32Array {
  const { lines } = program;
  const successors = lines.map((line, pc): readonly number[] => {
    if (line.kind === 'exit') return [];
    if (line.kind === 'jump') return [line.target];
    const next = line.target >= 0 ? [pc + 1, line.target] : [pc + 1];
    return line.callsBack ? [...next, pc] : next;
  });
  return rings(successors);
}

/** A ring as it is being walked. */
interface Ring {
  /** The first checkpoint in it; null: it is left. */
  entry: Checkpoint | null;
  backs: { readonly way: Way; readonly like: Checkpoint }[];
}

export interface Rounds {
  readonly ringAt: Int32Array;
  readonly open: Map<string, Ring>;
}

export const newRounds = (program: Program): Rounds => ({ ringAt: ringsOf(program), open: new Map() });

/** The outermost ring that a state is in, named by the calls that lead there. */
export function ringOf({ ringAt }: Rounds, s: State): string | null {
  let calls = '';
  for (let depth = 0; depth < s.frames.length; depth++) {
    const above = s.frames[depth + 1];
    const pc = above === undefined ? s.pc : above.callback ? above.callsite : above.callsite - 1;
    const ring = must(ringAt[pc], 'an instruction');
    if (ring >= 0) return `${calls}${ring}`;
    calls += `${pc},`;
  }
  return null;
}

export function enterRing({ open }: Rounds, checkpoint: Checkpoint): void {
  const { ring: name } = checkpoint;
  if (name === null) return;
  const ring = open.get(name) ?? { entry: null, backs: [] };
  open.set(name, ring);
  ring.entry ??= checkpoint;
}

/** Explored to its end, but in a ring that is not: its marks are not final. */
export const unfinished = ({ open }: Rounds, checkpoint: Checkpoint): boolean =>
  checkpoint.ring !== null && (open.get(checkpoint.ring)?.backs.length ?? 0) > 0;

export function noteBack({ open }: Rounds, s: State, like: Checkpoint): void {
  if (like.ring === null) return;
  open.get(like.ring)?.backs.push({ way: { history: s.history, parent: s.parent }, like });
}

/** How often the marks of a ring are carried round before the kernel marks everything. */
const mostRounds = 64;

/** A checkpoint is explored to its end; with the first of a ring the ring is. */
function leaveRing({ open }: Rounds, marker: Marker, checkpoint: Checkpoint): void {
  const ring = checkpoint.ring === null ? undefined : open.get(checkpoint.ring);
  if (ring === undefined || ring.entry !== checkpoint) return;
  ring.entry = null;
  const { backs } = ring;
  for (let n = 0, changed = backs.length > 0; changed && n < mostRounds; n++)
    changed = backs.map(({ way, like }) => inheritMarks(marker, way, like)).includes(true);
  ring.backs = [];
}

/** A path ended: checkpoints whose paths have all ended are fully explored. */
export function finish(rounds: Rounds, marker: Marker, checkpoint: Checkpoint | null): void {
  for (let at = checkpoint; at !== null; at = at.parent) {
    at.branches--;
    if (at.branches > 0) return;
    leaveRing(rounds, marker, at);
  }
}

function sameCalls(a: Checkpoint, s: State): boolean {
  return (
    a.frames.length === s.frames.length &&
    a.frames.every((frame, depth) => frame.callsite === s.frames[depth]?.callsite)
  );
}

/** The checkpoint of the round before, at an instruction that goes round. */
function roundBefore(s: State, pc: number, from: Checkpoint | null): Checkpoint | null {
  for (let at = from; at !== null; at = at.parent)
    if (at.pc === pc && !at.evicted && sameCalls(at, s)) return at;
  return null;
}

function widened(a: Value | null | undefined, b: Value | null | undefined): boolean {
  if (a?.kind !== 'number' || b?.kind !== 'number' || a === pieces || b === pieces) return false;
  return !(sameValue(a, b) && (isConstant(a) || (a.id === 0) === (b.id === 0)));
}

/** Forgets numbers that differ from those of an earlier round and decided nothing. */
function widen(s: State, earlier: Checkpoint): void {
  const { frames, marks } = earlier;
  s.frames.forEach(({ regs, stack }, depth) => {
    const old = frames[depth];
    if (old === undefined) return;
    const isMarked = (word: number, n: number): boolean =>
      (must(marks[word], 'marks') & (1 << (n & 31))) !== 0;
    for (let r = 0; r < 10; r++)
      if (!isMarked(marksOf(depth), r) && widened(old.regs[r], regs[r])) ownFrame(s, depth).regs[r] = unknown;
    stack.forEach((value, n) => {
      if (!isMarked(slotWord(depth, n), n) && widened(old.stack[n], value))
        ownFrame(s, depth).stack[n] = unknown;
    });
  });
}

/** Behind a callback's exit, or behind the call of an iterator: the state before the next round. */
export function goRound(s: State, pc: number, iterator: boolean): void {
  // An iterator's call has a checkpoint of this very round.
  const earlier = roundBefore(s, pc, iterator ? (s.parent?.parent ?? null) : s.parent);
  if (earlier !== null) widen(s, earlier);
}
