/**
 * Several conditional updates of one place are made in a register, loaded before the first and stored after the last.
 *
 *     branch c1, b1, b2                           v0 = load p; branch c1, b1, b2(v0)
 *     b1: v1 = load p; store p, v1 + 1            b1: jump b2(v0 + 1)
 *     b2: branch c2, b3, b4                  ⇒    b2(v2): branch c2, b3, b4(v2)
 *     b3: v3 = load p; store p, v3 + 1            b3: jump b4(v2 + 1)
 *     b4: …                                       b4(v4): store p, v4; …
 *
 * Only of values that a processor has for itself: elsewhere a store of the old value could undo another's. Invariant:
 * something that always ran before accessed the value, so that its pointer is good; nothing in between reads or writes
 * the place, or calls.
 */

import {
  copyBlock,
  copyInstr,
  withArgs,
  withBlocks,
  withBody,
  withEnd,
  withTargetArgs,
} from '../src/ir/copy.ts';
import { dominators } from '../src/base/graph.ts';
import type { Block, Func, Instr, Module, Param, Target, ValueId } from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import { mayOverlap, type Regions, regionsOf } from '../src/ir/regions.ts';
import { cfgOf, mapBlockUses, mapFuncs } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const accumulate: Pass<'ssa', 'ssa'> = {
  name: 'accumulate',
  doc: 'make several conditional updates of one place in a register',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, (f) => accumulateIn(f, ownRegions(module))),
};

/** Regions of maps whose values a processor has for itself. */
function ownRegions(module: Module): ReadonlySet<string> {
  const own = module.maps.filter((map) => map.type.includes('percpu'));
  return new Set(own.map((map) => `map ${map.name}`));
}

/** A branch around a block that only updates a place: positions of the three blocks. */
interface Triangle {
  readonly from: number;
  readonly update: number;
  readonly to: number;
  readonly load: Instr;
  readonly store: Instr;
}

interface Scope {
  readonly f: Func;
  readonly own: ReadonlySet<string>;
  readonly regions: Regions;
  readonly position: ReadonlyMap<number, number>;
  readonly predecessors: readonly (readonly number[])[];
  readonly idom: Int32Array;
}

function accumulateIn(input: Func, own: ReadonlySet<string>): Func {
  let f = input;
  // Every round takes two stores or more away.
  for (let round = 0; own.size > 0 && round < input.blocks.length; round++) {
    const scope = scopeOf(f, own);
    const chain = f.blocks.map((_, at) => chainFrom(scope, at)).find((list) => list.length > 1);
    if (chain === undefined) return f;
    f = rewrite(scope, chain);
  }
  return f;
}

function scopeOf(f: Func, own: ReadonlySet<string>): Scope {
  const graph = cfgOf(f);
  return {
    f,
    own,
    regions: regionsOf(f),
    position: new Map(f.blocks.map((b, at) => [b.id, at])),
    predecessors: graph.predecessors,
    idom: dominators(graph).idom,
  };
}

function triangleAt(s: Scope, from: number): Triangle | null {
  const { end } = s.f.blocks[from]!;
  if (end.kind !== 'branch') return null;
  for (const [inner, outer] of [
    [end.then, end.else],
    [end.else, end.then],
  ] as const) {
    const update = s.position.get(inner.block)!;
    const to = s.position.get(outer.block)!;
    const block = s.f.blocks[update]!;
    const joins = block.end.kind === 'jump' && block.end.target.block === outer.block;
    const plain = block.params.length === 0 && s.f.blocks[to]!.params.length === 0;
    if (!joins || !plain || s.predecessors[update]!.length !== 1 || s.predecessors[to]!.length !== 2)
      continue;
    const accesses = block.body.filter((i) => opRow(i.op).effect !== 'pure');
    const [load, store, ...more] = accesses;
    if (load === undefined || store === undefined || more.length > 0 || !isUpdate(s, load, store)) continue;
    return { from, update, to, load, store };
  }
  return null;
}

const samePlace = (a: Instr, b: Instr): boolean => a.args[0] === b.args[0] && a.imm === b.imm;

function isUpdate(s: Scope, load: Instr, store: Instr): boolean {
  if (!load.op.startsWith('load.') || !store.op.startsWith('store.') || !samePlace(load, store)) return false;
  const place = s.regions.accessOf(store);
  return opRow(load.op).access === opRow(store.op).access && place !== null && s.own.has(place.region);
}

/** Updates of one place, one right after the other. */
function chainFrom(s: Scope, from: number): readonly Triangle[] {
  const chain: Triangle[] = [];
  for (let at = from; ; ) {
    const next = triangleAt(s, at);
    const [first] = chain;
    if (next === null) return chain;
    if (first === undefined) {
      if (!isAccessed(s, from, next.load)) return [];
    } else {
      const same = samePlace(first.load, next.load) && first.load.op === next.load.op;
      const calm = s.f.blocks[at]!.body.every((i) => leavesAlone(s, i, first.store));
      if (!same || first.store.op !== next.store.op || !calm) return chain;
    }
    chain.push(next);
    at = next.to;
  }
}

/** Was the pointer used before, on every way to the end of the block? */
function isAccessed(s: Scope, at: number, access: Instr): boolean {
  for (let k = at; k >= 0; k = s.idom[k]!) {
    const used = s.f.blocks[k]!.body.some(
      (i) => opRow(i.op).access !== undefined && i.args[0] === access.args[0],
    );
    if (used) return true;
  }
  return false;
}

function leavesAlone(s: Scope, i: Instr, store: Instr): boolean {
  const { effect } = opRow(i.op);
  if (effect === 'pure') return true;
  const access = s.regions.accessOf(i);
  const place = s.regions.accessOf(store);
  return effect !== 'call' && access !== null && place !== null && !mayOverlap(access, place);
}

function rewrite(s: Scope, chain: readonly Triangle[]): Func {
  const blocks = [...s.f.blocks];
  let { nextValue } = s.f;
  const [first] = chain;
  const { load, store, from } = first!;
  let current: ValueId = nextValue++;
  const start = blocks[from]!;
  blocks[from] = withBody(start, [...start.body, copyInstr(load, { result: current })]);
  for (const triangle of chain) {
    const outer = blocks[triangle.to]!;
    blocks[triangle.from] = passing(blocks[triangle.from]!, outer.id, current);
    const inner = renamed(blocks[triangle.update]!, triangle.load, current);
    const value = triangle.store.args[1] === triangle.load.result ? current : triangle.store.args[1]!;
    const gone = new Set([triangle.load.result, null]);
    const body = inner.body.filter((i) => !gone.has(i.result));
    blocks[triangle.update] = passing(withBody(inner, body), outer.id, value);
    const param: Param = { id: nextValue++, type: load.type };
    blocks[triangle.to] = copyBlock(outer, { params: [param] });
    current = param.id;
  }
  const last = chain[chain.length - 1]!.to;
  const end = blocks[last]!;
  blocks[last] = withBody(end, [withArgs(store, [store.args[0]!, current]), ...end.body]);
  return withBlocks(s.f, blocks, nextValue);
}

const renamed = (block: Block, load: Instr, value: ValueId): Block =>
  mapBlockUses(block, (v) => (v === load.result ? value : v));

/** The block handing `value` to the block `id`. */
function passing(block: Block, id: number, value: ValueId): Block {
  const handed = (t: Target): Target => (t.block === id ? withTargetArgs(t, [...t.args, value]) : t);
  const { end } = block;
  if (end.kind === 'jump') return withEnd(block, { ...end, target: handed(end.target) });
  if (end.kind !== 'branch') return block;
  return withEnd(block, { ...end, then: handed(end.then), else: handed(end.else) });
}
