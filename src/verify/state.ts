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
import type { Value } from './values.ts';

export interface Frame {
  readonly func: number;
  /** Instruction to go on with behind the exit; of a callback the call itself; -1: the program ends. */
  readonly callsite: number;
  readonly callback: boolean;
  /** Rounds of the callback that the call of this frame has begun since it went on the last time. */
  rounds: number;
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

/** How a place was reached: what was walked since the last checkpoint. */
export interface Way {
  readonly history: Step | null;
  readonly parent: Checkpoint | null;
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
  /** The ring of instructions that it lies in, by the calls that lead there; null: it is passed once. */
  readonly ring: string | null;
  /** Taken out of the list of states to compare with. */
  evicted: boolean;
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
  return { func, callsite, callback, rounds: 0, regs: new Array(10).fill(null), stack: [] };
}

const lineOf = (program: Program, pc: number): Line => must(program.lines[pc], `no instruction ${pc}`);

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

/** Marks a checkpoint; what is marked already, or holds no number, is needed no more. Is anything needed still? */
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

/** Carries needs at the end of `history` back to the checkpoints before; was anything marked that was not yet? */
function markBack(program: Program, end: Way, needs: Marks[]): boolean {
  let { history, parent } = end;
  for (let marked = false; ; marked = true) {
    for (let step = history; step !== null; step = step.before)
      back(lineOf(program, step.pc).inst, step, needs);
    if (parent === null || !apply(parent, needs)) return marked;
    ({ history, parent } = parent);
  }
}

const maxFrames = 9;
const noNeeds = (): Marks[] => Array.from({ length: maxFrames }, () => ({ regs: 0, stack: 0n }));

/** Registers of the innermost frame decided something. */
export function markPrecise(program: Program, s: State, registers: number): void {
  const needs = noNeeds();
  const top = must(needs[s.frames.length - 1], 'a frame');
  top.regs = registers & 0x3ff;
  if (top.regs !== 0) markBack(program, s, needs);
}

/** The end of `way` is like a checkpoint, whose marks hold for the way too; were any new? */
export function inheritMarks(program: Program, way: Way, from: Checkpoint): boolean {
  const needs = noNeeds();
  from.marks.forEach(({ regs, stack }, depth) => {
    needs[depth] = { regs, stack };
  });
  return markBack(program, way, needs);
}

export function checkpointOf(s: State, ring: string | null): Checkpoint {
  return {
    pc: s.pc,
    frames: s.frames.map(copyFrame),
    marks: s.frames.map(() => ({ regs: 0, stack: 0n })),
    parent: s.parent,
    history: s.history,
    rounds: s.rounds,
    ring,
    evicted: false,
    branches: 1,
    hits: 0,
    misses: 0,
  };
}
