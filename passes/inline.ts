/**
 * Inlining of small functions, of functions that are called once, and of those whose bodies take no more room where
 * they are called than a subprogram and its calls.
 *
 *     v1: i32 = call @double(v0)             jump b5(v0)
 *     return v1                        ⇒   b5(v7: i32):
 *                                            v8: i32 = add v7, v7
 *                                            jump b6(v8)
 *                                          b6(v1: i32):
 *                                            return v1
 *
 * A callee's `abort` goes to the code behind the call with `aborted` = 1, its `return` with 0. `noinline` is obeyed,
 * except by functions that give back an address made of a parameter, which have to be inlined at every level.
 * Callees are inlined into before they are inlined, so one pass suffices; functions that nobody calls afterwards go.
 * Invariant: the call graph is acyclic (the checker refuses recursion; a cycle here is left alone). Slots of the callee
 * become the caller's, `zero`ed by nobody: a callee does not read what it did not write.
 */

import { copyFunc, copyInstr } from '../src/ir/copy.ts';
import { type Argument, inlinedCost, sharedCost } from '../src/ir/inline-cost.ts';
import type { Block, Func, Instr, Module, Param, Slot, Target, Terminator, ValueId } from '../src/ir/ir.ts';
import { definitionsOf, incomingValues, mapTargets, symbolOf } from '../src/ir/walk.ts';
import type { Pass, Target as Platform } from './pass.ts';

export const inline: Pass<'ssa', 'ssa'> = {
  name: 'inline',
  doc: 'inline functions that are small, called once, or no larger inlined',
  from: 'ssa',
  to: 'ssa',
  run: (module, context) => inlineModule(module, context.target),
};

/** A callee up to this many instructions is inlined everywhere. */
const smallSize: Readonly<Record<Platform['opt'], number>> = { '0': 0, '2': 24, s: 24 };
/** No caller grows beyond this many instructions. */
const callerLimit = 20_000;

const calleeOf = (i: Instr): string | null => (i.op === 'call' ? symbolOf(i) : null);

const sizeOf = (f: Func): number => f.blocks.reduce((n, b) => n + b.body.length + 1, 0);

interface CallGraph {
  /** What each call of a function hands over. */
  readonly calls: ReadonlyMap<string, readonly (readonly Argument[])[]>;
  /** Functions whose address is taken. */
  readonly addressed: ReadonlySet<string>;
  /** Callees before callers; functions on cycles are missing. */
  readonly order: readonly string[];
}

function argumentOf(i: Instr | undefined): Argument {
  if (i?.op === 'slotaddr') return 'slot';
  return i?.op === 'const' && typeof i.imm === 'bigint' ? i.imm : null;
}

function callGraph(module: Module): CallGraph {
  const calls = new Map<string, (readonly Argument[])[]>();
  const addressed = new Set<string>();
  const callees = new Map<string, Set<string>>();
  const callers = new Map<string, string[]>(module.funcs.map((f) => [f.name, []]));
  for (const f of module.funcs) {
    const own = new Set<string>();
    const definitions = definitionsOf(f);
    for (const b of f.blocks) {
      for (const i of b.body) {
        const callee = calleeOf(i);
        if (callee !== null) {
          const list = calls.get(callee) ?? [];
          calls.set(callee, list);
          list.push(i.args.map((v) => argumentOf(definitions[v])));
          own.add(callee);
        }
        if (i.op === 'funcaddr' && typeof i.imm === 'object' && i.imm?.kind === 'symbol')
          addressed.add(i.imm.name);
      }
    }
    callees.set(f.name, own);
    for (const callee of own) callers.get(callee)?.push(f.name);
  }
  const waiting = new Map(Array.from(callees, ([name, own]) => [name, own.size]));
  const ready = module.funcs.map((f) => f.name).filter((name) => waiting.get(name) === 0);
  const order: string[] = [];
  for (let at = 0; at < ready.length; at++) {
    const name = ready[at]!;
    order.push(name);
    for (const caller of callers.get(name)!) {
      const left = waiting.get(caller)! - 1;
      waiting.set(caller, left);
      if (left === 0) ready.push(caller);
    }
  }
  return { calls, addressed, order };
}

function inlineModule(module: Module, target: Platform): Module {
  const graph = callGraph(module);
  const done = new Map(module.funcs.map((f) => [f.name, f]));
  const inlined = new Set<string>();
  const finished = new Set<string>();
  const wants = (name: string, callerSize: number): Func | null => {
    const callee = done.get(name);
    if (callee === undefined || !finished.has(name) || callee.program !== null) return null;
    if (givesBack(callee)) return callee;
    if (callee.noinline) return null;
    const size = sizeOf(callee);
    const calls = graph.calls.get(name) ?? [];
    const once = calls.length === 1 && !graph.addressed.has(name);
    const small = size <= smallSize[target.opt] || once;
    if (!small && (target.opt === '0' || !isSmaller(callee, calls))) return null;
    return callerSize + size > callerLimit ? null : callee;
  };
  for (const name of graph.order) {
    const before = done.get(name)!;
    done.set(name, inlineInto(before, wants, inlined));
    finished.add(name);
  }
  if (inlined.size === 0) return module;
  const stillCalled = callGraph({ ...module, funcs: [...done.values()] });
  const keep = (f: Func): boolean =>
    !inlined.has(f.name) ||
    stillCalled.calls.has(f.name) ||
    graph.addressed.has(f.name) ||
    f.program !== null;
  return { ...module, funcs: module.funcs.map((f) => done.get(f.name)!).filter(keep) };
}

/** Is the result an address made of a parameter? The verifier lets no function return one of the stack. */
function givesBack(f: Func): boolean {
  if (f.result !== 'ptr') return false;
  const params = new Set(f.blocks[0]?.params.map((p) => p.id));
  const definitions = definitionsOf(f);
  const incoming = incomingValues(f);
  const found = new Set(
    f.blocks.flatMap((b) => (b.end.kind === 'return' && b.end.value !== null ? [b.end.value] : [])),
  );
  for (const v of found) {
    if (params.has(v)) return true;
    const definition = definitions[v];
    if (definition === undefined) for (const from of incoming.get(v) ?? []) found.add(from);
    else if (definition.op === 'ptradd' || definition.op === 'ptroff') found.add(definition.args[0]!);
  }
  return false;
}

/** More calls are not looked at: a subprogram is smaller. */
const callsInlined = 8;

/** Does the callee take less room in the place of all its calls than as a subprogram? */
function isSmaller(callee: Func, calls: readonly (readonly Argument[])[]): boolean {
  if (calls.length > callsInlined) return false;
  const inlined = calls.reduce((sum, args) => sum + inlinedCost(callee, args), 0);
  return inlined < sharedCost(callee, calls);
}

type Wants = (name: string, callerSize: number) => Func | null;

function inlineInto(f: Func, wants: Wants, inlined: Set<string>): Func {
  let size = sizeOf(f);
  const ids = { value: f.nextValue, block: f.nextBlock, slot: f.nextSlot };
  const slots: Slot[] = [...f.slots];
  const blocks: Block[] = [];
  let changed = false;
  for (const block of f.blocks) {
    let open: Pick<Block, 'id' | 'params'> = block;
    let body: Instr[] = [];
    for (let at = 0; at < block.body.length; at++) {
      const i = block.body[at]!;
      const name = calleeOf(i);
      const callee = name === null ? null : wants(name, size);
      if (callee === null || name === null) {
        body.push(i);
        continue;
      }
      changed = true;
      inlined.add(name);
      size += sizeOf(callee);
      const next = block.body[at + 1];
      const tested = next?.op === 'aborted' ? next.result : null;
      if (next?.op === 'aborted') at++;
      const continuation = ids.block++;
      const params: Param[] = [];
      if (i.result !== null) params.push({ id: i.result, type: i.type });
      if (tested !== null) params.push({ id: tested, type: 'i32' });
      const entry = ids.block;
      blocks.push({
        id: open.id,
        params: open.params,
        body,
        end: { kind: 'jump', target: { block: entry, args: i.args }, pos: i.pos },
      });
      blocks.push(
        ...instantiate(callee, ids, slots, { block: continuation, call: i, tested: tested !== null }),
      );
      open = { id: continuation, params };
      body = [];
    }
    blocks.push({ id: open.id, params: open.params, body, end: block.end });
  }
  if (!changed) return f;
  return copyFunc(f, { blocks, slots, nextValue: ids.value, nextBlock: ids.block, nextSlot: ids.slot });
}

interface Continuation {
  readonly block: number;
  readonly call: Instr;
  /** Does the caller ask `aborted`? */
  readonly tested: boolean;
}

/** The callee's blocks under fresh ids, the entry first; its ends jump to the continuation. */
function instantiate(
  callee: Func,
  ids: { value: number; block: number; slot: number },
  slots: Slot[],
  to: Continuation,
): readonly Block[] {
  const blockBase = new Map(callee.blocks.map((b) => [b.id, ids.block++]));
  const slotBase = new Map(callee.slots.map((s) => [s.id, ids.slot++]));
  for (const s of callee.slots) slots.push({ ...s, id: slotBase.get(s.id)! });
  const valueBase = ids.value;
  ids.value += callee.nextValue;
  const value = (v: ValueId): ValueId => v + valueBase;
  const target = (t: Target): Target => ({ block: blockBase.get(t.block)!, args: t.args.map(value) });
  const instr = (i: Instr): Instr =>
    copyInstr(i, {
      result: i.result === null ? null : value(i.result),
      args: i.args.map(value),
      imm:
        typeof i.imm === 'object' && i.imm?.kind === 'slot'
          ? { ...i.imm, slot: slotBase.get(i.imm.slot)! }
          : i.imm,
    });
  return callee.blocks.map((b) => {
    const body = b.body.map(instr);
    const end = finish(callee, b.end, body, to, ids, value, target);
    return { id: blockBase.get(b.id)!, params: b.params.map((p) => ({ ...p, id: value(p.id) })), body, end };
  });
}

function finish(
  callee: Func,
  end: Terminator,
  body: Instr[],
  to: Continuation,
  ids: { value: number },
  value: (v: ValueId) => ValueId,
  target: (t: Target) => Target,
): Terminator {
  const constant = (type: Instr['type'], imm: bigint): ValueId => {
    const result = ids.value++;
    body.push({ op: 'const', result, type, args: [], imm, pos: end.pos });
    return result;
  };
  const leave = (result: ValueId | null, aborted: bigint): Terminator => {
    const args: ValueId[] = [];
    if (to.call.result !== null) args.push(result ?? constant(callee.result ?? 'i64', 0n));
    if (to.tested) args.push(constant('i32', aborted));
    return { kind: 'jump', target: { block: to.block, args }, pos: end.pos };
  };
  switch (end.kind) {
    case 'return':
      return leave(end.value === null ? null : value(end.value), 0n);
    case 'abort':
      return leave(null, 1n);
    case 'unreachable':
      return end;
    case 'jump':
      return mapTargets(end, target);
    case 'branch':
      return mapTargets({ ...end, cond: value(end.cond) }, target);
  }
}
