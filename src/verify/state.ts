/**
 * States of the walk: frames of registers and stack slots, checkpoints to compare with, and the marks that say which
 * numbers a checkpoint holds for a reason.
 *
 *     if r1 < 40 is decided  →  the number in r1, and what it was computed from, is `precise` back to the program's start
 *
 * Two states are alike if the numbers that nothing was decided by may differ. Marks go back through the instructions
 * walked, as the kernel's do.
 */

import { must } from '../base/assert.ts';
import type { Line, Program } from './code.ts';
import type { Value } from './values.ts';

/** Forks and checkpoints share frames: what is written to is first made the state's own, see ownFrame. */
export interface Frame {
  readonly func: number;
  /** Instruction to go on with behind the exit; of a callback the call itself; -1: the program ends. */
  readonly callsite: number;
  readonly callback: boolean;
  /** Rounds of the callback that the call of this frame has begun since it went on the last time. */
  readonly rounds: number;
  readonly regs: readonly (Value | null)[];
  readonly stack: readonly (Value | null)[];
}

/** A frame that one state alone has. */
export interface OwnFrame extends Frame {
  rounds: number;
  readonly regs: (Value | null)[];
  readonly stack: (Value | null)[];
}

/** An instruction walked, and what was before it. */
export interface Step {
  readonly pc: number;
  readonly depth: number;
  /** The stack slot that it read or wrote: frame × 64 + slot; -1: none. */
  slot: number;
  readonly before: Step | null;
}

/** How a place was reached: what was walked since the last checkpoint. */
export interface Way {
  readonly history: Step | null;
  readonly parent: Checkpoint | null;
}

/** Registers and slots, three words of bits a frame: registers, slots 0 to 31, slots 32 to 63. */
export type Marks = number[];

const wordsPerFrame = 3;

/** Where in marks the registers of a frame are. */
export const marksOf = (depth: number): number => depth * wordsPerFrame;
/** Where in marks a slot of a frame is; its bit is `1 << (slot & 31)`. */
export const slotWord = (depth: number, slot: number): number => depth * wordsPerFrame + 1 + (slot >> 5);

export interface Checkpoint {
  readonly pc: number;
  readonly frames: readonly Frame[];
  readonly marks: Marks;
  readonly parent: Checkpoint | null;
  /** What was walked between the parent and this. */
  readonly history: Step | null;
  readonly rounds: number;
  /** The ring of instructions that it lies in, by the calls that lead there; null: it is passed once. */
  readonly ring: string | null;
  /** Taken out of the list of states to compare with. */
  evicted: boolean;
  /** Paths from here that are not walked to their end. */
  branches: number;
  hits: number;
  misses: number;
  /** Where the last state that was compared with it differed: frame × 80 + register, or + 16 + slot; -1: nowhere. */
  differed: number;
}

export interface State {
  pc: number;
  readonly frames: Frame[];
  /** Bits of the frames that no other state and no checkpoint has. */
  owned: number;
  parent: Checkpoint | null;
  history: Step | null;
  /** Rounds of callbacks and iterators begun: these may come by with nothing changed. */
  rounds: number;
}

export const topFrame = (s: State): Frame => must(s.frames[s.frames.length - 1], 'a frame');

export function newFrame(func: number, callsite: number, callback: boolean): OwnFrame {
  return { func, callsite, callback, rounds: 0, regs: new Array(10).fill(null), stack: [] };
}

/** The frame, to be written to. */
export function ownFrame(s: State, depth: number): OwnFrame {
  const frame = must(s.frames[depth], 'a frame');
  const bit = 1 << depth;
  if ((s.owned & bit) !== 0) return frame as OwnFrame;
  const { func, callsite, callback, rounds, regs, stack } = frame;
  const own = { func, callsite, callback, rounds, regs: regs.slice(), stack: stack.slice() };
  s.frames[depth] = own;
  s.owned |= bit;
  return own;
}

export const ownTop = (s: State): OwnFrame => ownFrame(s, s.frames.length - 1);

export function pushFrame(s: State, frame: OwnFrame): void {
  s.owned |= 1 << s.frames.length;
  s.frames.push(frame);
}

export function popFrame(s: State): void {
  s.frames.pop();
  s.owned &= ~(1 << s.frames.length);
}

/** The frames for somebody else to have, too. */
export function sharedFrames(s: State): Frame[] {
  s.owned = 0;
  return s.frames.slice();
}

// ---------------------------------------------------------------- marking

export interface Marker {
  readonly program: Program;
  /** What is needed, while marks are carried back. */
  readonly needs: Marks;
}

export const maxFrames = 9;
export const noNeeds = (): Marks => new Array(maxFrames * wordsPerFrame).fill(0);

/** Goes back over one instruction: what was needed behind it becomes what is needed before it. */
function back(line: Line, step: Step, needs: Marks): void {
  const at = marksOf(step.depth);
  const regs = must(needs[at], 'a frame');
  const { dstBit, srcBit } = line;
  switch (line.kind) {
    case 'alu':
      if ((regs & dstBit) !== 0) needs[at] = (line.row.dst === 'def' ? regs & ~dstBit : regs) | srcBit;
      return;
    case 'wide':
      needs[at] = regs & ~dstBit;
      return;
    case 'load':
      if ((regs & dstBit) === 0) return;
      needs[at] = regs & ~dstBit;
      if (step.slot >= 0) {
        const word = slotWord(step.slot >> 6, step.slot & 63);
        needs[word] = must(needs[word], 'a slot') | (1 << (step.slot & 31));
      }
      return;
    case 'store': {
      if (step.slot < 0) return;
      const word = slotWord(step.slot >> 6, step.slot & 63);
      const slots = must(needs[word], 'a slot');
      const bit = 1 << (step.slot & 31);
      if ((slots & bit) === 0) return;
      needs[word] = slots & ~bit;
      needs[at] = must(needs[at], 'a frame') | srcBit;
      return;
    }
    case 'branch':
      if ((regs & (dstBit | srcBit)) !== 0) needs[at] = regs | dstBit | srcBit;
      return;
    case 'call':
      if (line.inst.op === 'call_func') takeArguments(needs, at);
      needs[at] = must(needs[at], 'a frame') & ~1;
      return;
    case 'exit':
      if (step.depth > 0) giveResult(needs, at);
      return;
    case 'atomic':
      if (line.row.src === 'both') needs[at] = regs & ~srcBit;
      return;
    case 'jump':
    case 'skb':
      return;
    default:
      line.kind satisfies never;
  }
}

/** Back over a call of a function: what its frame needed are arguments. */
function takeArguments(needs: Marks, at: number): void {
  const inner = at + wordsPerFrame;
  if (inner >= needs.length) return;
  needs[at] = must(needs[at], 'a frame') | (must(needs[inner], 'a frame') & 0x3e);
  needs.fill(0, inner, inner + wordsPerFrame);
}

/** Back over an exit: the caller's result was in r0. */
function giveResult(needs: Marks, at: number): void {
  const outer = at - wordsPerFrame;
  const regs = must(needs[outer], 'a frame');
  if ((regs & 1) === 0) return;
  needs[outer] = regs & ~1;
  needs[at] = must(needs[at], 'a frame') | 1;
}

/** Of one word: marks what holds a number; what does not, or is marked already, is needed no more. */
function markAll(
  values: readonly (Value | null)[],
  from: number,
  count: number,
  needs: Marks,
  marks: Marks,
  word: number,
): void {
  let left = must(needs[word], 'needs');
  let marked = must(marks[word], 'marks');
  const length = Math.min(count, values.length - from);
  const mask = length >= 32 ? -1 : length <= 0 ? 0 : (1 << length) - 1;
  for (let rest = left & mask; rest !== 0; rest &= rest - 1) {
    const bit = rest & -rest;
    const value = values[from + 31 - Math.clz32(bit)];
    if (value?.kind !== 'number' || (marked & bit) !== 0) left &= ~bit;
    else marked |= bit;
  }
  needs[word] = left;
  marks[word] = marked;
}

/** Marks a checkpoint; what is marked already, or holds no number, is needed no more. Is anything needed still? */
function apply({ frames, marks }: Checkpoint, needs: Marks): boolean {
  let open = 0;
  for (let depth = 0; depth < frames.length; depth++) {
    const { regs, stack } = must(frames[depth], 'a frame');
    const at = marksOf(depth);
    if (needs[at] !== 0) markAll(regs, 0, 10, needs, marks, at);
    if (needs[at + 1] !== 0) markAll(stack, 0, 32, needs, marks, at + 1);
    if (needs[at + 2] !== 0) markAll(stack, 32, 32, needs, marks, at + 2);
    open |= needs[at]! | needs[at + 1]! | needs[at + 2]!;
  }
  return open !== 0;
}

function isNothing(needs: Marks, at: number): boolean {
  return (needs[at]! | needs[at + 1]! | needs[at + 2]!) === 0 && !needs.some((word) => word !== 0);
}

/** Carries what is needed at the end of a way back to the checkpoints before; was anything marked that was not yet? */
function markBack({ program: { lines }, needs }: Marker, end: Way): boolean {
  let { history, parent } = end;
  for (let marked = false; ; marked = true) {
    for (let step = history; step !== null; step = step.before) {
      back(lines[step.pc]!, step, needs);
      if (isNothing(needs, marksOf(step.depth))) return marked;
    }
    if (parent === null || !apply(parent, needs)) return marked;
    ({ history, parent } = parent);
  }
}

/** Registers of the innermost frame decided something. */
export function markPrecise(marker: Marker, s: State, registers: number): void {
  if ((registers & 0x3ff) === 0) return;
  marker.needs.fill(0);
  marker.needs[marksOf(s.frames.length - 1)] = registers & 0x3ff;
  markBack(marker, s);
}

/** The end of `way` is like a checkpoint, whose marks hold for the way too; were any new? */
export function inheritMarks(marker: Marker, way: Way, { marks }: Checkpoint): boolean {
  const { needs } = marker;
  needs.fill(0);
  for (let i = 0; i < marks.length; i++) needs[i] = marks[i]!;
  return markBack(marker, way);
}

export function checkpointOf(s: State, ring: string | null): Checkpoint {
  const frames = sharedFrames(s);
  return {
    pc: s.pc,
    frames,
    marks: new Array(frames.length * wordsPerFrame).fill(0),
    parent: s.parent,
    history: s.history,
    rounds: s.rounds,
    ring,
    evicted: false,
    branches: 1,
    hits: 0,
    misses: 0,
    differed: -1,
  };
}
