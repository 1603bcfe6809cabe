/**
 * Which references are open where: forward data flow over the classes of references.ts.
 *
 *     e := Reserve()          maybe   (nil, or to be given back)
 *     if e == nil { … }       nil there, open elsewhere
 *     Submit(e)               released
 *
 * `mixed` is where ways meet on which the reference is open and is not, and no pointer tells which.
 * Handles are the values that point to the reference, or are nil with it, on every way.
 */

import { must } from '../base/assert.ts';
import { reversePostorder } from '../base/graph.ts';
import { noPos, type Pos } from '../base/source.ts';
import type { Block, Func, Instr, Target, ValueId } from './ir.ts';
import type { References } from './references.ts';
import { cfgOf, incomingValues, targetsOf } from './walk.ts';

export type ReferenceStatus = 'none' | 'nil' | 'maybe' | 'open' | 'released' | 'mixed';

export interface ReferenceState {
  readonly status: ReferenceStatus;
  readonly handles: readonly ValueId[];
  /** Numbers that are zero exactly where the reference is not held: whether a deferred call is to run. */
  readonly flags: readonly ValueId[];
  /** Where it was taken, and where it was given back. */
  readonly taken: Pos;
  readonly released: Pos;
}

/** By class. */
export type FlowState = readonly ReferenceState[];

const nothing: ReferenceState = {
  status: 'none',
  handles: [],
  flags: [],
  taken: noPos,
  released: noPos,
};

export type FlowProblem = 'twice' | 'lost' | 'mixed' | 'nil' | 'used' | 'locked-call' | 'tail-call';

export type OnProblem = (problem: FlowProblem, at: Instr, classIndex: number, state: ReferenceState) => void;

const joined: Readonly<Record<string, ReferenceStatus>> = {
  'none nil': 'nil',
  'none released': 'released',
  'nil released': 'released',
  'nil maybe': 'maybe',
  'nil open': 'maybe',
  'maybe open': 'maybe',
};

function joinStates(a: ReferenceState, b: ReferenceState): ReferenceState {
  if (a === b) return a;
  const handles =
    a.status === 'none'
      ? b.handles
      : b.status === 'none'
        ? a.handles
        : a.handles.filter((h) => b.handles.includes(h));
  const flags =
    a.status === 'none'
      ? b.flags
      : b.status === 'none'
        ? a.flags
        : a.flags.filter((f) => b.flags.includes(f));
  const both =
    a.status === b.status
      ? a.status
      : (joined[`${a.status} ${b.status}`] ?? joined[`${b.status} ${a.status}`] ?? 'mixed');
  const held = both === 'open' || both === 'maybe';
  return {
    status: held && handles.length === 0 && flags.length === 0 ? 'mixed' : both,
    handles,
    flags,
    taken: a.taken.line === 0 ? b.taken : a.taken,
    released: a.released.line === 0 ? b.released : a.released,
  };
}

const sameState = (a: ReferenceState, b: ReferenceState): boolean =>
  a === b ||
  (a.status === b.status &&
    a.handles.length === b.handles.length &&
    a.flags.length === b.flags.length &&
    a.handles.every((h, i) => h === b.handles[i]));

export const sameFlow = (a: FlowState, b: FlowState): boolean => a.every((s, i) => sameState(s, b[i]!));

const isNil = (refs: References, v: ValueId): boolean => {
  const d = refs.definitions[v];
  return d?.op === 'const' && d.imm === 0n;
};

/** `sure`: parameters that no caller passes as nil. */
export function entryState(refs: References, sure: ReadonlySet<ValueId> = new Set()): FlowState {
  const states = refs.classes.map(() => nothing);
  for (const [value, c] of refs.owned)
    states[c] = { ...nothing, status: sure.has(value) ? 'open' : 'maybe', handles: [value] };
  return states;
}

/** The state after an instruction. */
export function afterInstr(
  refs: References,
  state: FlowState,
  i: Instr,
  report: OnProblem | null,
): FlowState {
  const effect = refs.effectOf(i);
  if (report !== null) checkUse(refs, state, i, report);
  if (effect === null) return state;
  const next = [...state];
  for (const { class: c } of effect.releases) {
    const before = next[c]!;
    if (report !== null) {
      if (before.status === 'released') report('twice', i, c, before);
      else if (before.status === 'mixed' || before.status === 'none' || isUnheldLock(refs, before, c))
        report('mixed', i, c, before);
      else if (before.status === 'maybe' && i.op !== 'call') report('nil', i, c, before);
    }
    next[c] = { ...before, status: 'released', released: i.pos };
  }
  if (effect.takes !== null) {
    const { class: c, pointer } = effect.takes;
    const before = next[c]!;
    const held = before.status === 'open' || before.status === 'maybe' || before.status === 'mixed';
    if (held) report?.('lost', i, c, before);
    const status = refs.classes[c]!.kind.nilable ? 'maybe' : 'open';
    next[c] = { status, handles: [pointer], flags: [], taken: i.pos, released: noPos };
  }
  return next;
}

/** Uses of what was given back, and calls under a lock. */
function checkUse(refs: References, state: FlowState, i: Instr, report: OnProblem): void {
  const called = i.op === 'helper' || i.op === 'kfunc' || i.op === 'call';
  const effect = refs.effectOf(i);
  state.forEach((s, c) => {
    if (!called || s.status !== 'open' || refs.classes[c]!.kind.verb !== 'unlocked') return;
    const own = effect !== null && (effect.releases.some((r) => r.class === c) || effect.takes?.class === c);
    if (!own) report('locked-call', i, c, s);
  });
  if (
    i.op === 'helper' &&
    typeof i.imm === 'object' &&
    i.imm?.kind === 'symbol' &&
    i.imm.name === 'tail_call'
  )
    state.forEach((s, c) => {
      const held = s.status === 'open' || s.status === 'maybe' || s.status === 'mixed';
      if (held) report('tail-call', i, c, s);
    });
  const touches =
    called || i.op.startsWith('load.') || i.op.startsWith('store.') || i.op.startsWith('atomic.');
  if (!touches) return;
  for (const v of called ? i.args : i.args.slice(0, 1)) {
    const c = refs.classOf(v);
    if (c === null || effect?.releases.some((r) => r.class === c) === true) continue;
    const { status } = state[c]!;
    if (status === 'released') report('used', i, c, state[c]!);
    if (i.op === 'kfunc' && (status === 'maybe' || status === 'nil')) report('nil', i, c, state[c]!);
  }
}

/** A lock that is not held here: pointers do not tell, as they do of records. */
const isUnheldLock = (refs: References, state: ReferenceState, c: number): boolean =>
  state.status === 'nil' && refs.classes[c]!.kind.verb === 'unlocked';

/** What a branch compares with zero, and the way that it takes where that is zero. */
function zeroTest(
  refs: References,
  { end }: Block,
): { readonly value: ValueId; readonly zero: Target } | null {
  if (end.kind !== 'branch' || end.then === end.else) return null;
  const test = refs.definitions[end.cond];
  const [x, y] = test?.args ?? [];
  if ((test?.op !== 'icmp.eq' && test?.op !== 'icmp.ne') || x === undefined || y === undefined)
    return { value: end.cond, zero: end.else };
  const value = isNil(refs, y) ? x : isNil(refs, x) ? y : null;
  return value === null ? null : { value, zero: test.op === 'icmp.eq' ? end.then : end.else };
}

/** What branches compare with zero, and the values that get there. */
function testedValues(func: Func, refs: References): ReadonlySet<ValueId> {
  const found = new Set(func.blocks.flatMap((block) => zeroTest(refs, block)?.value ?? []));
  const incoming = incomingValues(func);
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const [param, args] of incoming) if (found.has(param)) for (const arg of args) found.add(arg);
  }
  return found;
}

/** Is the number zero exactly where the reference is not held? */
function tellsHeld(refs: References, state: ReferenceState, v: ValueId): boolean {
  if (state.flags.includes(v)) return true;
  const d = refs.definitions[v];
  if (d?.op !== 'const') return false;
  return d.imm === 0n ? state.status === 'none' || state.status === 'nil' : state.status === 'open';
}

interface Edge {
  readonly from: Block;
  readonly target: Target;
  readonly to: Block;
}

/** What a parameter of the block is to the reference: another handle, or a flag. */
function parameters(
  refs: References,
  tested: ReadonlySet<ValueId>,
  s: ReferenceState,
  c: number,
  edge: Edge,
) {
  const handles: ValueId[] = [];
  const flags: ValueId[] = [];
  const isLock = refs.classes[c]!.kind.verb === 'unlocked';
  edge.to.params.forEach((p, i) => {
    const arg = edge.target.args[i]!;
    if (p.type !== 'ptr' && tested.has(p.id) && tellsHeld(refs, s, arg)) flags.push(p.id);
    // The value with the lock is its handle where every way passes it, or nil.
    const isOwn = refs.classOf(p.id) === c || (isLock && p.type === 'ptr');
    if (!isOwn) return;
    const held = s.status === 'open' || s.status === 'maybe';
    if (isNil(refs, arg) ? !held && s.status !== 'mixed' : held && s.handles.includes(arg))
      handles.push(p.id);
    else if (s.status === 'nil' && s.handles.includes(arg)) handles.push(p.id);
  });
  return { handles, flags };
}

/** The state on an edge: the block's parameters are handles too, and a comparison with nil or of a flag tells. */
function onEdge(refs: References, tested: ReadonlySet<ValueId>, state: FlowState, edge: Edge): FlowState {
  const test = zeroTest(refs, edge.from);
  return state.map((s, c) => {
    const held = s.status === 'maybe' || s.status === 'open';
    const tells = test !== null && held && (s.handles.includes(test.value) || s.flags.includes(test.value));
    const next: ReferenceState = tells ? { ...s, status: edge.target === test.zero ? 'nil' : 'open' } : s;
    const { handles, flags } = parameters(refs, tested, next, c, edge);
    if (handles.length === 0 && flags.length === 0) return next;
    const nilled = next.status === 'none' || (next.status === 'released' && handles.length > 0);
    return {
      ...next,
      status: nilled ? 'nil' : next.status,
      handles: [...next.handles, ...handles],
      flags: [...next.flags, ...flags],
    };
  });
}

export interface Flow {
  /** State at the start of each block; null for unreachable ones. */
  readonly start: readonly (FlowState | null)[];
  /** The state on an edge that leaves a reachable block. */
  edge(from: number, target: Target): FlowState;
}

export function referenceFlow(func: Func, refs: References, sure: ReadonlySet<ValueId>): Flow {
  const graph = cfgOf(func);
  const tested = testedValues(func, refs);
  const order = reversePostorder(graph);
  const start: (FlowState | null)[] = func.blocks.map(() => null);
  const end: (FlowState | null)[] = func.blocks.map(() => null);
  const incoming = (at: number): readonly FlowState[] => {
    const to = func.blocks[at]!;
    return [...new Set(graph.predecessors[at]!)].flatMap((p) => {
      const state = end[p];
      const from = func.blocks[p]!;
      if (state === null || state === undefined) return [];
      return targetsOf(from.end)
        .filter((t) => t.block === to.id)
        .map((t) => onEdge(refs, tested, state, { from, target: t, to }));
    });
  };
  for (let changed = true, round = 0; changed && round < 8 + 2 * order.length; round++) {
    changed = false;
    for (const at of order) {
      const states = at === graph.entry ? [entryState(refs, sure)] : incoming(at);
      const [first, ...rest] = states;
      if (first === undefined) continue;
      const state = rest.reduce((a, b) => a.map((s, c) => joinStates(s, b[c]!)), first);
      const before = start[at];
      if (before !== null && before !== undefined && sameFlow(before, state)) continue;
      changed = true;
      start[at] = state;
      end[at] = func.blocks[at]!.body.reduce((s, i) => afterInstr(refs, s, i, null), state);
    }
  }
  const byId = new Map(func.blocks.map((b) => [b.id, b]));
  const edge = (from: number, target: Target): FlowState =>
    onEdge(refs, tested, must(end[from], 'a reachable block'), {
      from: func.blocks[from]!,
      target,
      to: must(byId.get(target.block), 'a block'),
    });
  return { start, edge };
}
