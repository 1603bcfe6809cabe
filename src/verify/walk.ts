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
import { flatten, type Line, type Program } from './code.ts';
import { type Exactness, statesAlike } from './compare.ts';
import type { Walk } from './effect.ts';
import {
  enterRing,
  finish,
  goesRound,
  goRound,
  newRounds,
  noteBack,
  type Rounds,
  ringOf,
  unfinished,
} from './rounds.ts';
import { type Checkpoint, checkpointOf, inheritMarks, newFrame, noNeeds, type State } from './state.ts';
import { step } from './step.ts';
import { constant } from './values.ts';

/** The kernel's: BPF_COMPLEXITY_LIMIT_INSNS and BPF_COMPLEXITY_LIMIT_JMP_SEQ. */
export const limits = { instructions: 1_000_000, branches: 8192 } as const;
/** Comparisons of states per instruction allowed before giving up. */
const comparisonLimit = 4_000_000;

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
  /** Additions to pointers that the kernel would refuse: nothing bounds the number. */
  readonly unbounded: ReadonlySet<number>;
  readonly program: Program;
}

interface Pending {
  readonly state: State;
  readonly parent: Checkpoint | null;
}

interface Progress extends Walk {
  readonly going: Rounds;
  /** Checkpoints at each instruction. */
  readonly seen: (Checkpoint[] | undefined)[];
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

type Visit = 'seen' | 'new' | 'endless';

/** Compares the state with one that passed here. */
function compareWith(p: Progress, s: State, old: Checkpoint, force: boolean): Visit {
  const open = old.branches > 0;
  if (open && !force) {
    const endless = old.rounds === s.rounds && statesAlike(p.program, old, s, 'exact');
    return endless ? 'endless' : 'new';
  }
  const within = open || unfinished(p.going, old);
  const how: Exactness = within ? 'within' : 'loose';
  if (!statesAlike(p.program, old, s, how)) return 'new';
  old.hits++;
  inheritMarks(p, s, old);
  if (within) noteBack(p.going, s, old);
  return 'seen';
}

/** Compares the state with those that passed here; keeps it when enough has happened since the last. */
function visit(p: Progress, s: State, line: Line): Visit {
  const force = goesRound(line);
  const list = p.seen[s.pc] ?? [];
  p.seen[s.pc] = list;
  const jumps = p.jumps - p.lastJumps;
  const processed = p.processed - p.lastProcessed;
  let keep = force || (jumps >= 2 && processed >= 8);
  for (let i = 0; i < list.length; i++) {
    const old = must(list[i], 'a checkpoint');
    p.comparisons++;
    const found = compareWith(p, s, old, force);
    if (found !== 'new') return found;
    const open = old.branches > 0;
    if (open && !force && jumps < 20 && processed < 100) keep = false;
    if (keep) old.misses++;
    const patience = force && open ? 64 : 3;
    if (old.misses > old.hits * patience + patience) {
      old.evicted = true;
      list.splice(i--, 1);
    }
  }
  if (!keep) return 'new';
  const checkpoint = checkpointOf(s, ringOf(p.going, s));
  enterRing(p.going, checkpoint);
  list.unshift(checkpoint);
  s.parent = checkpoint;
  s.history = null;
  p.states++;
  p.lastJumps = p.jumps;
  p.lastProcessed = p.processed;
  return 'new';
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
        finish(p.going, p, s.parent);
        return null;
      }
    }
    p.visits[s.pc]!++;
    const { pc } = s;
    const { kind } = line;
    if (kind === 'branch' || kind === 'jump' || kind === 'call' || kind === 'exit') p.jumps++;
    const depth = s.frames.length - 1;
    s.history = { pc, depth, slot: -1, before: s.history };
    const { ends, other } = step(p, s, line);
    if (kind === 'branch' && other === null) p.decided[pc] = 1;
    if (ends) {
      finish(p.going, p, s.parent);
      return null;
    }
    if (other !== null) {
      if (s.parent !== null) s.parent.branches++;
      if (p.pending.push({ state: other, parent: s.parent }) > limits.branches) return 'too many branches';
    }
    if (line.iterates) goRound(s, pc, true);
    const callee = s.frames.length === depth && kind === 'exit' ? p.program.lines[s.pc] : undefined;
    if (callee?.callsBack === true) goRound(s, s.pc, false);
  }
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
    going: newRounds(program),
    big: how.big,
    nextId: 1,
    unbounded: new Set(),
    seen: new Array(program.lines.length).fill(undefined),
    needs: noNeeds(),
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
  main.regs[1] = { kind: 'pointer', object: 'ctx', frame: -1, offset: constant(0n), maybeNil: 0 };
  const start: State = { pc: 0, frames: [main], owned: 1, parent: null, history: null, rounds: 0 };
  let verdict: Verdict = 'ends';
  for (let s: State | undefined = start; s !== undefined; s = p.pending.pop()?.state) {
    const stopped = walkPath(p, s);
    if (stopped !== null) {
      verdict = stopped;
      break;
    }
  }
  const { processed, states, visits, decided } = p;
  return { verdict, processed, states, visits, decided, unbounded: p.unbounded, program };
}
