/**
 * Checks that records, sockets, kernel objects and locks are given back exactly once on every path, are not used
 * afterwards, and that nothing is called under a lock; and gives back what is open where a Go panic ends the function.
 *
 *     e := events.Reserve(); if e == nil { return 0 }; return 1      error: the record is not submitted or discarded …
 *
 *     branch v4, b5, b9        b9: abort            (v2 open)
 *       ⇒  branch v4, b5, b12      b12: helper @ringbuf_discard(v2, 0); jump b9
 *
 * It runs on values, before anything is inlined: a function that gives back what it is passed, or returns what it has
 * taken, is judged once and its callers by its summary.
 */

import { copyBlock, copyFunc, copyInstr, withBody, withEnd } from '../src/ir/copy.ts';
import { spanAt } from '../src/base/source.ts';
import type { Block, BlockId, Func, Instr, Module, Target, ValueId } from '../src/ir/ir.ts';
import {
  afterInstr,
  type FlowProblem,
  type FlowState,
  type OnProblem,
  type ReferenceState,
  referenceFlow,
} from '../src/ir/reference-flow.ts';
import {
  lock,
  type ReferenceKind,
  type References,
  type ReferenceSummary,
  referencesOf,
} from '../src/ir/references.ts';
import { splitUnwinding } from '../src/ir/unwinding.ts';
import { mapFuncs, mapTargets, symbolOf } from '../src/ir/walk.ts';
import type { Pass, PassContext } from './pass.ts';

export const checkReferences: Pass<'ssa', 'ssa'> = {
  name: 'check-references',
  doc: 'check that records, sockets and locks are given back on every path, and give them back on abort',
  from: 'ssa',
  to: 'ssa',
  run: (module, context) => {
    const summaries = new Map<string, ReferenceSummary>();
    const nilPassed: NilPassed = new Map();
    const made = new Map<Func, Func>();
    const order = calleesFirst(module);
    const check = (func: Func, sure: ReadonlySet<ValueId> | null): void => {
      const refs = referencesOf(func, summaries, module.maps);
      for (const { instr, kind } of refs.strays) report(context, 'not-taken', instr.pos, kind, []);
      if (refs.classes.length === 0) return;
      const apart = splitUnwinding(func, referenceFlow(func, refs, sure ?? new Set()));
      const refsApart = apart === func ? refs : referencesOf(apart, summaries, module.maps);
      const scope = { func: apart, refs: refsApart, context, summaries, nilPassed, sure };
      made.set(func, checkFunc(scope));
    };
    for (const func of order) check(func, null);
    // Now it is known which functions never get nil: they need no comparisons.
    for (const func of order) {
      const given = [...(summaries.get(func.name)?.releases.keys() ?? [])];
      const sure = given.filter((n) => !mayBeNil(nilPassed, parameterKey(func.name, n)));
      if (given.length > 0) check(func, new Set(sure.map((n) => func.blocks[0]!.params[n]!.id)));
    }
    return mapFuncs(module, (func) => made.get(func) ?? func);
  },
};

/** Parameters that may be nil: `true` outright, else where one of the callers' own parameters, by key, is. */
type NilPassed = Map<string, true | Set<string>>;

function mayBeNil(passed: NilPassed, parameter: string, seen: ReadonlySet<string> = new Set()): boolean {
  const from = passed.get(parameter);
  if (from === undefined || seen.has(parameter)) return false;
  if (from === true) return true;
  return [...from].some((other) => mayBeNil(passed, other, new Set([...seen, parameter])));
}

const parameterKey = (func: string, n: number): string => `${func} ${n}`;

/** Functions after those that they call. */
function calleesFirst(module: Module): readonly Func[] {
  const byName = new Map(module.funcs.map((f) => [f.name, f]));
  const done = new Set<Func>();
  const visit = (func: Func): void => {
    if (done.has(func)) return;
    done.add(func);
    for (const i of func.blocks.flatMap((b) => b.body)) {
      const callee = i.op === 'call' ? byName.get(symbolOf(i) ?? '') : undefined;
      if (callee !== undefined && !done.has(callee)) visit(callee);
    }
    order.push(func);
  };
  const order: Func[] = [];
  for (const func of module.funcs) visit(func);
  return order;
}

interface Scope {
  readonly func: Func;
  readonly refs: References;
  readonly context: PassContext;
  readonly summaries: Map<string, ReferenceSummary>;
  /** Parameters that a caller may pass as nil. */
  readonly nilPassed: NilPassed;
  /** The function's parameters that are never nil; null: its callers have not been looked at. */
  readonly sure: ReadonlySet<ValueId> | null;
}

const isHeld = (s: ReferenceState): boolean =>
  s.status === 'open' || s.status === 'maybe' || s.status === 'mixed';

function checkFunc(scope: Scope): Func {
  const { func, refs, summaries } = scope;
  const flow = referenceFlow(func, refs, scope.sure ?? new Set());
  const ends: (FlowState | null)[] = func.blocks.map((block, at) => {
    const start = flow.start[at];
    return start === null || start === undefined
      ? null
      : block.body.reduce((s, i) => {
          notePassed(scope, s, i);
          return afterInstr(refs, s, i, reporter(scope));
        }, start);
  });
  let returns: ReferenceKind | null = null;
  func.blocks.forEach((block, at) => {
    const state = ends[at];
    if (block.end.kind !== 'return' || state === null || state === undefined) return;
    const result = block.end.value === null ? null : refs.classOf(block.end.value);
    if (result !== null && isHeld(state[result]!)) returns = refs.classes[result]!.kind;
    state.forEach((s, c) => {
      if (c === result || !isHeld(s)) return;
      reportOpen(scope, c, s, block);
    });
  });
  const releases = [...refs.owned].map(([value, c]) => {
    const at = func.blocks[0]!.params.findIndex((p) => p.id === value);
    return [at, refs.classes[c]!.kind] as const;
  });
  summaries.set(func.name, { releases: new Map(releases), returns });
  return scope.context.diagnostics.failed ? func : releaseOnAbort(scope, flow, ends);
}

/** Notes which parameters of the function that is called may be nil. */
function notePassed({ func, refs, summaries, nilPassed }: Scope, state: FlowState, i: Instr): void {
  const callee = i.op === 'call' ? symbolOf(i) : null;
  if (callee === null) return;
  for (const n of summaries.get(callee)?.releases.keys() ?? []) {
    const pointer = i.args[n]!;
    const c = refs.classOf(pointer);
    const s = c === null ? undefined : state[c];
    if (s?.status === 'open' && s.handles.includes(pointer)) continue;
    const key = parameterKey(callee, n);
    const before = nilPassed.get(key);
    const own = s?.status === 'maybe' && s.handles.includes(pointer) ? ownParameter(func, refs, c) : null;
    if (own === null) nilPassed.set(key, true);
    else if (before !== true) nilPassed.set(key, new Set([...(before ?? []), own]));
  }
}

/** The key of the parameter that a class is; null for what the function has taken itself. */
function ownParameter(func: Func, refs: References, c: number | null): string | null {
  const value = [...refs.owned].find(([, owned]) => owned === c)?.[0];
  const n = func.blocks[0]?.params.findIndex((p) => p.id === value) ?? -1;
  return n < 0 ? null : parameterKey(func.name, n);
}

// ---------------------------------------------------------------- reports

function reportOpen({ refs, context }: Scope, c: number, state: ReferenceState, block: Block): void {
  const { what, verb } = refs.classes[c]!.kind;
  const end = spanAt(context.files, block.end.pos);
  const related = end === null ? [] : [{ span: end, message: `${what} is still open on this way out` }];
  report(context, 'not-given-back', state.taken, { what, verb }, related);
}

function report(
  context: PassContext,
  code:
    | 'not-given-back'
    | 'given-back-twice'
    | 'not-taken'
    | 'used-after-release'
    | 'taken-again'
    | 'open-on-some-paths'
    | 'perhaps-nil'
    | 'call-under-lock'
    | 'open-at-tail-call',
  pos: Instr['pos'],
  args: { readonly what: string; readonly verb: string },
  related: Parameters<PassContext['diagnostics']['report']>[3],
): void {
  const span = spanAt(context.files, pos);
  const same = context.diagnostics.list.some(
    (d) => d.code === code && d.span?.file === span?.file && d.span?.start === span?.start,
  );
  if (!same) context.diagnostics.report(code, span, args, related);
}

const codeOf = {
  twice: 'given-back-twice',
  lost: 'taken-again',
  mixed: 'open-on-some-paths',
  nil: 'perhaps-nil',
  used: 'used-after-release',
  'locked-call': 'call-under-lock',
  'tail-call': 'open-at-tail-call',
} as const satisfies Record<FlowProblem, string>;

function reporter({ refs, context, sure }: Scope): OnProblem {
  const owned = new Set(refs.owned.values());
  return (problem, at, c, state) => {
    if (sure === null && problem === 'nil' && owned.has(c)) return;
    const { what, verb } = refs.classes[c]!.kind;
    const back = problem === 'twice' || problem === 'used';
    const there = spanAt(context.files, back ? state.released : state.taken);
    const message = back ? `${what} is ${verb} here` : `${what} is taken here`;
    report(
      context,
      codeOf[problem],
      at.pos,
      { what, verb },
      there === null ? [] : [{ span: there, message }],
    );
  };
}

// ---------------------------------------------------------------- aborts

/** New blocks and ids of the function under change. */
interface Edit {
  nextValue: number;
  nextBlock: number;
  readonly added: Block[];
}

function releaseOnAbort(
  scope: Scope,
  flow: ReturnType<typeof referenceFlow>,
  ends: readonly (FlowState | null)[],
): Func {
  const { func } = scope;
  const edit: Edit = { nextValue: func.nextValue, nextBlock: func.nextBlock, added: [] };
  const bare = new Map<BlockId, number>();
  func.blocks.forEach((b, at) => {
    if (b.end.kind === 'abort' && b.body.length === 0 && b.params.length === 0 && at > 0) bare.set(b.id, at);
  });
  const blocks = func.blocks.map((block, at): Block => {
    const state = ends[at];
    if (state === null || state === undefined) return block;
    if (block.end.kind === 'abort' && !bare.has(block.id)) return releasing(scope, edit, block, state);
    const end = mapTargets(decided(scope, block, state), (target): Target => {
      const abort = bare.get(target.block);
      if (abort === undefined) return target;
      const edge = flow.edge(at, target);
      if (!edge.some(isHeld)) return target;
      const made: Block = {
        id: edit.nextBlock++,
        params: [],
        body: [],
        end: { kind: 'jump', target, pos: block.end.pos },
      };
      edit.added.push(releasing(scope, edit, made, edge));
      return { block: made.id, args: [] };
    });
    return end === block.end ? block : withEnd(block, end);
  });
  if (blocks.every((b, at) => b === func.blocks[at]) && edit.added.length === 0) return func;
  return copyFunc(func, {
    blocks: [...blocks, ...edit.added],
    nextValue: edit.nextValue,
    nextBlock: edit.nextBlock,
  });
}

/** The value that the block's branch compares with nil, or null. */
function comparedWithNil(refs: References, { end }: Block): ValueId | null {
  const test = end.kind === 'branch' ? refs.definitions[end.cond] : undefined;
  if (test?.op !== 'icmp.eq' && test?.op !== 'icmp.ne') return null;
  const [pointer, nil] = test.args;
  const d = nil === undefined ? undefined : refs.definitions[nil];
  return pointer !== undefined && d?.op === 'const' && d.imm === 0n ? pointer : null;
}

/** A comparison with nil of a pointer that is known to be the open reference: older kernels would take both ways. */
function decided({ refs }: Scope, block: Block, state: FlowState): Block['end'] {
  const { end } = block;
  const pointer = comparedWithNil(refs, block);
  if (end.kind !== 'branch' || pointer === null) return end;
  if (!state.some((s) => s.status === 'open' && s.handles.includes(pointer))) return end;
  const equal = refs.definitions[end.cond]?.op === 'icmp.eq';
  return { kind: 'jump', target: equal ? end.else : end.then, pos: end.pos };
}

/** The block with what is open given back before its end: locks first, since nothing is called under them. */
function releasing(scope: Scope, edit: Edit, block: Block, state: FlowState): Block {
  const { refs } = scope;
  const held = state
    .map((s, c) => ({ s, kind: refs.classes[c]!.kind }))
    .filter(({ s }) => isHeld(s))
    .sort((a, b) => Number(b.kind === lock) - Number(a.kind === lock));
  let first = block;
  let current = block;
  const set = (changed: Block): void => {
    if (current === first) first = changed;
    else edit.added[edit.added.indexOf(current)] = changed;
    current = changed;
  };
  for (const { s, kind } of held) {
    const handle = s.handles[0];
    const { pos } = block.end;
    if (s.status === 'mixed' || handle === undefined) {
      report(scope.context, 'open-on-some-paths', pos.line === 0 ? s.taken : pos, kind, []);
      continue;
    }
    const [pointer, prelude] = pointerAt(scope, edit, handle, pos);
    const call = releaseCall(edit, kind, pointer, pos);
    if (s.status === 'open') {
      set(withBody(current, [...current.body, ...prelude, ...call]));
      continue;
    }
    const rest: Block = { id: edit.nextBlock++, params: [], body: [], end: current.end };
    const give: Block = {
      id: edit.nextBlock++,
      params: [],
      body: call,
      end: { kind: 'jump', target: { block: rest.id, args: [] }, pos },
    };
    const nil: ValueId = edit.nextValue++;
    const cond: ValueId = edit.nextValue++;
    const test: readonly Instr[] = [
      ...prelude,
      { op: 'const', result: nil, type: 'ptr', args: [], imm: 0n, pos },
      { op: 'icmp.eq', result: cond, type: 'i32', args: [pointer, nil], imm: null, pos },
    ];
    set(
      copyBlock(current, {
        body: [...current.body, ...test],
        end: {
          kind: 'branch',
          cond,
          then: { block: rest.id, args: [] },
          else: { block: give.id, args: [] },
          pos,
        },
      }),
    );
    edit.added.push(give, rest);
    current = rest;
  }
  return first;
}

/** The handle, or where it is the address of a slot, that address anew: its instruction may stand elsewhere. */
function pointerAt(
  scope: Scope,
  edit: Edit,
  handle: ValueId,
  pos: Instr['pos'],
): readonly [ValueId, readonly Instr[]] {
  const definition = scope.refs.definitions[handle];
  if (definition?.op !== 'slotaddr') return [handle, []];
  const result: ValueId = edit.nextValue++;
  return [result, [copyInstr(definition, { result, pos })]];
}

function releaseCall(edit: Edit, kind: ReferenceKind, pointer: ValueId, pos: Instr['pos']): readonly Instr[] {
  const { op, name, flags, bare } = kind.release;
  const zero: ValueId = edit.nextValue++;
  const imm = { kind: 'symbol', name, offset: 0 } as const;
  const call = (args: readonly ValueId[]): Instr => ({ op, result: null, type: 'i64', args, imm, pos });
  if (flags === 0) return [call(bare === true ? [] : [pointer])];
  return [{ op: 'const', result: zero, type: 'i64', args: [], imm: 0n, pos }, call([pointer, zero])];
}
