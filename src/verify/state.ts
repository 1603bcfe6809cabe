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
import type { MInst, PReg } from '../bpf/minst.ts';
import { rowOf } from '../bpf/operands.ts';
import type { Line, Program } from './code.ts';
import { isConstant, sameValue, unknown, type Value, within } from './values.ts';

export interface Frame {
  readonly func: number;
  /** Instruction to go on with behind the exit; of a callback the call itself; -1: the program ends. */
  readonly callsite: number;
  readonly callback: boolean;
  readonly regs: (Value | null)[];
  readonly stack: (Value | null)[];
}

/** An instruction walked, and what was before it. */
export interface Step {
  readonly pc: number;
  readonly depth: number;
  /** The stack slot that it read or wrote: frame × 64 + slot; -1: none. */
  readonly slot: number;
  readonly before: Step | null;
}

/** Marks of one frame. */
interface Marks {
  regs: number;
  stack: bigint;
}

export interface Checkpoint {
  readonly pc: number;
  readonly frames: readonly Frame[];
  readonly marks: readonly Marks[];
  readonly parent: Checkpoint | null;
  /** What was walked between the parent and this. */
  readonly history: Step | null;
  readonly rounds: number;
  /** Paths from here that are not walked to their end. */
  branches: number;
  hits: number;
  misses: number;
}

export interface State {
  pc: number;
  frames: Frame[];
  parent: Checkpoint | null;
  history: Step | null;
  /** Rounds of callbacks and iterators begun: these may come by with nothing changed. */
  rounds: number;
}

export const copyFrame = (f: Frame): Frame => ({ ...f, regs: [...f.regs], stack: [...f.stack] });

export const topFrame = (s: State): Frame => must(s.frames.at(-1), 'a frame');

export function newFrame(func: number, callsite: number, callback: boolean): Frame {
  return { func, callsite, callback, regs: new Array(10).fill(null), stack: [] };
}

// ---------------------------------------------------------------- comparing

export type Exactness = 'loose' | 'within' | 'exact';

function alike(old: Value | null, now: Value | null, precise: boolean, how: Exactness): boolean {
  if (old === null) return how !== 'exact' || now === null;
  if (now === null) return false;
  if (how === 'exact') return sameValue(old, now);
  if (old.kind === 'number') {
    if (now.kind !== 'number') return false;
    return (!precise && how === 'loose') || within(old, now);
  }
  return (
    now.kind === 'pointer' &&
    old.object === now.object &&
    (old.maybeNil === 0) === (now.maybeNil === 0) &&
    within(old.offset, now.offset)
  );
}

/** Would walking on from `now` find nothing new? */
export function statesAlike(program: Program, old: Checkpoint, now: State, how: Exactness): boolean {
  if (old.frames.length !== now.frames.length) return false;
  return old.frames.every((frame, depth) => {
    const other = must(now.frames[depth], 'a frame');
    if (frame.func !== other.func || frame.callsite !== other.callsite) return false;
    const top = depth === old.frames.length - 1;
    const caller = old.frames[depth + 1];
    const line = lineOf(program, top ? old.pc : callOf(caller));
    const live = top ? line.live : line.liveAfter & 0x3c0;
    const marks = must(old.marks[depth], 'marks');
    for (let r = 0; r < 10; r++) {
      if ((live & (1 << r)) === 0) continue;
      if (!alike(frame.regs[r] ?? null, other.regs[r] ?? null, (marks.regs & (1 << r)) !== 0, how))
        return false;
    }
    for (let n = 0; n < frame.stack.length; n++) {
      const bit = 1n << BigInt(n);
      if ((line.liveStack & bit) === 0n) continue;
      if (!alike(frame.stack[n] ?? null, other.stack[n] ?? null, (marks.stack & bit) !== 0n, how))
        return false;
    }
    return true;
  });
}

const lineOf = (program: Program, pc: number): Line => must(program.lines[pc], `no instruction ${pc}`);

/** The call that made a frame. */
const callOf = (frame: Frame | undefined): number =>
  frame === undefined ? 0 : frame.callback ? frame.callsite : frame.callsite - 1;

// ---------------------------------------------------------------- marking

/** Goes back over one instruction: what was needed behind it becomes what is needed before it. */
function back(inst: MInst<PReg>, step: Step, needs: Marks[]): void {
  const at = must(needs[step.depth], 'needs');
  const has = (r: number | null): boolean => r !== null && (at.regs & (1 << r)) !== 0;
  const add = (r: number | null): void => {
    if (r !== null && r < 10) at.regs |= 1 << r;
  };
  const drop = (r: number | null): void => {
    if (r !== null) at.regs &= ~(1 << r);
  };
  const owner = needs[Math.floor(step.slot / 64)];
  const bit = step.slot < 0 ? 0n : 1n << BigInt(step.slot % 64);
  const row = rowOf(inst);
  switch (row?.kind) {
    case 'alu':
      if (!has(inst.dst)) return;
      if (row.dst === 'def') drop(inst.dst);
      add(inst.src);
      return;
    case 'wide':
      drop(inst.dst);
      return;
    case 'load':
      if (!has(inst.dst)) return;
      drop(inst.dst);
      if (owner !== undefined) owner.stack |= bit;
      return;
    case 'store':
      if (owner === undefined || (owner.stack & bit) === 0n) return;
      owner.stack &= ~bit;
      add(inst.src);
      return;
    case 'branch':
      if (!has(inst.dst) && !has(inst.src)) return;
      add(inst.dst);
      add(inst.src);
      return;
    case 'call':
      if (inst.op === 'call_func') {
        const inner = needs[step.depth + 1];
        if (inner !== undefined) {
          at.regs |= inner.regs & 0x3e;
          inner.regs = 0;
          inner.stack = 0n;
        }
      }
      drop(0);
      return;
    case 'exit': {
      const outer = needs[step.depth - 1];
      if (outer === undefined || (outer.regs & 1) === 0) return;
      outer.regs &= ~1;
      add(0);
      return;
    }
    case 'atomic':
      if (row.src === 'both') drop(inst.src);
      return;
    default:
      return;
  }
}

/** Marks a checkpoint; what is marked already, or holds no number, is needed no more. */
function apply(checkpoint: Checkpoint, needs: Marks[]): boolean {
  let open = false;
  needs.forEach((need, depth) => {
    const frame = checkpoint.frames[depth];
    const marks = checkpoint.marks[depth];
    if (frame === undefined || marks === undefined) return;
    for (let r = 0; r < 10; r++) {
      const bit = 1 << r;
      if ((need.regs & bit) === 0) continue;
      if (frame.regs[r]?.kind !== 'number' || (marks.regs & bit) !== 0) need.regs &= ~bit;
      else marks.regs |= bit;
    }
    for (let n = 0; n < frame.stack.length; n++) {
      const bit = 1n << BigInt(n);
      if ((need.stack & bit) === 0n) continue;
      if (frame.stack[n]?.kind !== 'number' || (marks.stack & bit) !== 0n) need.stack &= ~bit;
      else marks.stack |= bit;
    }
    if (need.regs !== 0 || need.stack !== 0n) open = true;
  });
  return open;
}

/** Carries needs at the end of `history` back to the checkpoints before. */
export function markBack(
  program: Program,
  from: Step | null,
  parent: Checkpoint | null,
  needs: Marks[],
): void {
  let history = from;
  let checkpoint = parent;
  for (;;) {
    for (let step = history; step !== null; step = step.before)
      back(lineOf(program, step.pc).inst, step, needs);
    if (checkpoint === null || !apply(checkpoint, needs)) return;
    history = checkpoint.history;
    checkpoint = checkpoint.parent;
  }
}

const maxFrames = 9;
const noNeeds = (): Marks[] => Array.from({ length: maxFrames }, () => ({ regs: 0, stack: 0n }));

/** Registers of the innermost frame decided something. */
export function markPrecise(program: Program, s: State, registers: number): void {
  const needs = noNeeds();
  const top = must(needs[s.frames.length - 1], 'a frame');
  top.regs = registers & 0x3ff;
  if (top.regs !== 0) markBack(program, s.history, s.parent, needs);
}

/** `s` is like a checkpoint whose marks hold for the way to `s` too. */
export function inheritMarks(program: Program, s: State, from: Checkpoint): void {
  const needs = noNeeds();
  from.marks.forEach(({ regs, stack }, depth) => {
    needs[depth] = { regs, stack };
  });
  markBack(program, s.history, s.parent, needs);
}

export function checkpointOf(s: State): Checkpoint {
  return {
    pc: s.pc,
    frames: s.frames.map(copyFrame),
    marks: s.frames.map(() => ({ regs: 0, stack: 0n })),
    parent: s.parent,
    history: s.history,
    rounds: s.rounds,
    branches: 1,
    hits: 0,
    misses: 0,
  };
}

/** Forgets numbers that differ from those of an earlier round and decided nothing. */
export function widen(s: State, earlier: Checkpoint): void {
  s.frames.forEach((frame, depth) => {
    const old = earlier.frames[depth];
    const marks = earlier.marks[depth];
    if (old === undefined || marks === undefined) return;
    const widened = (a: Value | null | undefined, b: Value | null | undefined, precise: boolean): boolean =>
      !precise &&
      a?.kind === 'number' &&
      b?.kind === 'number' &&
      !(isConstant(a) && isConstant(b) && a.low === b.low) &&
      !sameValue(a, b);
    for (let r = 0; r < 10; r++) {
      if (widened(old.regs[r], frame.regs[r], (marks.regs & (1 << r)) !== 0)) frame.regs[r] = unknown;
    }
    frame.stack.forEach((value, n) => {
      if (widened(old.stack[n], value, (marks.stack & (1n << BigInt(n))) !== 0n)) frame.stack[n] = unknown;
    });
  });
}
