/**
 * The kernel's verifier in small: walks all paths of a program, stops where a state is like one walked before, and
 * counts the instructions. What it finds is how much the kernel will have to walk, not whether the program is safe.
 *
 *     predict(reachableFuncs(code, 'Main'), { big: false })   →   { verdict: 'ends', processed: 412, … }
 *
 * Invariant: at most `limits.instructions` steps, so the time is bounded; a program that reaches a limit is over budget.
 */

import { must } from '../base/assert.ts';
import type { MFunc, PReg } from '../bpf/minst.ts';
import { rowOf } from '../bpf/operands.ts';
import { flatten, type Line, type Program } from './code.ts';
import {
  type Checkpoint,
  checkpointOf,
  type Exactness,
  inheritMarks,
  newFrame,
  type State,
  statesAlike,
  widen,
} from './state.ts';
import { step, type Walk } from './step.ts';
import { constant } from './values.ts';

/** The kernel's: BPF_COMPLEXITY_LIMIT_INSNS and BPF_COMPLEXITY_LIMIT_JMP_SEQ. */
export const limits = { instructions: 1_000_000, branches: 8192 } as const;
/** Comparisons of states per instruction allowed before giving up. */
const comparisonLimit = 20_000_000;

export type Verdict = 'ends' | 'too many instructions' | 'too many branches' | 'endless loop';

export interface Prediction {
  readonly verdict: Verdict;
  /** Instructions walked: what the kernel calls processed. */
  readonly processed: number;
  /** States kept to compare with. */
  readonly states: number;
  /** How often each instruction was walked. */
  readonly visits: Int32Array;
  /** Which conditional jumps went one way only because of what was known. */
  readonly decided: Uint8Array;
  readonly program: Program;
}

interface Pending {
  readonly state: State;
  readonly parent: Checkpoint | null;
}

interface Progress extends Walk {
  readonly seen: Map<number, Checkpoint[]>;
  readonly pending: Pending[];
  readonly visits: Int32Array;
  readonly decided: Uint8Array;
  readonly limit: number;
  processed: number;
  jumps: number;
  states: number;
  comparisons: number;
  /** Counters at the last checkpoint. */
  lastProcessed: number;
  lastJumps: number;
}

/** A path ended: checkpoints whose paths have all ended are fully explored. */
function finish(checkpoint: Checkpoint | null): void {
  for (let at = checkpoint; at !== null; at = at.parent) {
    at.branches--;
    if (at.branches > 0) return;
  }
}

const callsIterator = (line: Line): boolean =>
  line.inst.op === 'call_kfunc' && (line.inst.sym?.name ?? '').endsWith('_next');

/** Explored to its end, but in a round that may go round again: its marks are not final. */
function inOpenRound(p: Progress, checkpoint: Checkpoint): boolean {
  for (let at: Checkpoint | null = checkpoint; at !== null; at = at.parent) {
    const line = must(p.program.lines[at.pc], 'an instruction');
    if (line.callsBack || callsIterator(line)) return at.branches > 0;
  }
  return false;
}

type Visit = 'seen' | 'new' | 'endless';

/** Compares the state with those that passed here; keeps it when enough has happened since the last. */
function visit(p: Progress, s: State, line: Line): Visit {
  const force = line.callsBack || callsIterator(line);
  const list = p.seen.get(s.pc) ?? [];
  p.seen.set(s.pc, list);
  let keep = force || (p.jumps - p.lastJumps >= 2 && p.processed - p.lastProcessed >= 8);
  for (let i = 0; i < list.length; i++) {
    const old = must(list[i], 'a checkpoint');
    p.comparisons++;
    const open = old.branches > 0;
    if (open) {
      if (force && statesAlike(p.program, old, s, 'within')) return 'seen';
      if (!force) {
        if (old.rounds === s.rounds && statesAlike(p.program, old, s, 'exact')) return 'endless';
        if (p.jumps - p.lastJumps < 20 && p.processed - p.lastProcessed < 100) keep = false;
      }
    } else {
      const how: Exactness = old.rounds > 0 && inOpenRound(p, old) ? 'within' : 'loose';
      if (statesAlike(p.program, old, s, how)) {
        old.hits++;
        inheritMarks(p.program, s, old);
        return 'seen';
      }
    }
    if (keep) old.misses++;
    if (old.misses > old.hits * 3 + 3 && !(force && open)) list.splice(i--, 1);
  }
  if (!keep) return 'new';
  const checkpoint = checkpointOf(s);
  list.unshift(checkpoint);
  s.parent = checkpoint;
  s.history = null;
  p.states++;
  p.lastJumps = p.jumps;
  p.lastProcessed = p.processed;
  return 'new';
}

/** The checkpoint of the round before, at a call that goes round. */
function roundBefore(s: State, pc: number): Checkpoint | null {
  for (let at = s.parent?.pc === pc ? s.parent.parent : s.parent; at !== null; at = at.parent)
    if (at.pc === pc) return at;
  return null;
}

/** Walks one path to its end. */
function walkPath(p: Progress, s: State): Verdict | null {
  for (;;) {
    const line = must(p.program.lines[s.pc], 'an instruction');
    p.processed++;
    if (p.processed > p.limit || p.comparisons > comparisonLimit) return 'too many instructions';
    if (line.prune) {
      const found = visit(p, s, line);
      if (found === 'endless') return 'endless loop';
      if (found === 'seen') {
        finish(s.parent);
        return null;
      }
    }
    p.visits[s.pc]!++;
    const { pc } = s;
    const kind = rowOf(line.inst)?.kind;
    if (kind === 'branch' || kind === 'jump' || kind === 'call' || kind === 'exit') p.jumps++;
    const depth = s.frames.length - 1;
    const before = s.history;
    s.history = { pc, depth, slot: -1, before };
    const outcome = step(p, s, line);
    if (outcome.slot >= 0) s.history = { pc, depth, slot: outcome.slot, before };
    if (kind === 'branch' && outcome.others.length === 0) p.decided[pc] = 1;
    if (outcome.ends) {
      finish(s.parent);
      return null;
    }
    for (const other of outcome.others) {
      if (s.parent !== null) s.parent.branches++;
      if (p.pending.push({ state: other, parent: s.parent }) > limits.branches) return 'too many branches';
    }
    if (callsIterator(line)) goRound(s, pc);
    const callee = s.frames.length === depth && kind === 'exit' ? p.program.lines[s.pc] : undefined;
    if (callee?.callsBack === true) goRound(s, s.pc);
  }
}

function goRound(s: State, pc: number): void {
  const earlier = roundBefore(s, pc);
  if (earlier !== null) widen(s, earlier);
}

export interface How {
  /** The target's byte order is big-endian. */
  readonly big: boolean;
  /** Instructions after which to give up; the kernel's limit without. */
  readonly limit?: number;
}

/** How much of a program the kernel will walk. `funcs[0]` is the entry. */
export function predict(funcs: readonly MFunc<PReg>[], how: How): Prediction {
  const program = flatten(funcs);
  const p: Progress = {
    program,
    big: how.big,
    nextId: 1,
    seen: new Map(),
    pending: [],
    visits: new Int32Array(program.lines.length),
    decided: new Uint8Array(program.lines.length),
    limit: how.limit ?? limits.instructions,
    processed: 0,
    jumps: 0,
    states: 0,
    comparisons: 0,
    lastProcessed: 0,
    lastJumps: 0,
  };
  const main = newFrame(0, -1, false);
  main.regs[1] = { kind: 'pointer', object: 'ctx', offset: constant(0n), maybeNil: 0 };
  const start: State = { pc: 0, frames: [main], parent: null, history: null, rounds: 0 };
  let verdict: Verdict = 'ends';
  for (let s: State | undefined = start; s !== undefined; s = p.pending.pop()?.state) {
    const stopped = walkPath(p, s);
    if (stopped !== null) {
      verdict = stopped;
      break;
    }
  }
  const { processed, states, visits, decided } = p;
  return { verdict, processed, states, visits, decided, program };
}
