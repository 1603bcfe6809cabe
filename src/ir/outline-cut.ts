/**
 * What cutting a loop out of its function needs to know: what the loop reads from outside, what is read of it behind it,
 * which slots only it uses, and whether it can become a function of its own at all.
 *
 *     cutOf(f, header)   →   { ins: [v1], outs: [v9], sharedSlots: [s0], exits: […], … }
 *
 * The verifier lets no function store a pointer to a stack in its caller's frame, so a loop that carries one from round
 * to round, or out, stays a loop.
 */

import { must } from '../base/assert.ts';
import { dominators } from '../base/graph.ts';
import { naturalLoops } from '../base/loops.ts';
import type { Block, Func, Instr, IrType, SlotId, Target, ValueId } from './ir.ts';
import { type OpName, opRow } from './ops.ts';
import { blockIndex, cfgOf, definitionsOf, targetsOf, terminatorUses } from './walk.ts';

/** What the cut needs to know of the loop. */
export interface Cut {
  readonly f: Func;
  readonly blocks: readonly Block[];
  readonly inside: ReadonlySet<number>;
  readonly header: Block;
  readonly typeOf: ReadonlyMap<ValueId, IrType>;
  readonly definitions: ReadonlyMap<ValueId, Instr>;
  /** Values of the loop that code behind it reads and that cannot be made anew there. */
  readonly outs: readonly ValueId[];
  /** Values of the loop that are made anew behind it: a constant that came out of a word would bound nothing. */
  readonly remadeBehind: readonly Instr[];
  /** Values from outside that the loop reads and that cannot be made anew. */
  readonly ins: readonly ValueId[];
  /** Values from outside that are made anew. */
  readonly remade: readonly Instr[];
  /** Slots of the frame that only the loop uses. */
  readonly ownSlots: ReadonlySet<SlotId>;
  /** Slots that it shares with the code around. */
  readonly sharedSlots: readonly SlotId[];
  /** Edges that leave the loop, in order. */
  readonly exits: readonly { readonly from: number; readonly target: Target }[];
}

export const slotOf = (i: Instr): SlotId | null =>
  typeof i.imm === 'object' && i.imm?.kind === 'slot' ? i.imm.slot : null;

const remakeable = (i: Instr | undefined): i is Instr =>
  i !== undefined && i.args.length === 0 && opRow(i.op).effect === 'pure' && i.op !== 'slotaddr';

/** null: no loop, or one that cannot be cut out. */
export function cutOf(f: Func, header: number): Cut | null {
  const graph = cfgOf(f);
  const index = blockIndex(f);
  const at = index.get(header);
  const loop = naturalLoops(graph, dominators(graph)).loops.find((l) => l.header === at);
  if (loop === undefined) return null;
  const inside = new Set(loop.body.map((node) => must(f.blocks[node], 'a block').id));
  const blocks = f.blocks.filter((b) => inside.has(b.id));
  const typeOf = new Map<ValueId, IrType>();
  const definitions = new Map<ValueId, Instr>();
  const home = new Map<ValueId, boolean>();
  for (const b of f.blocks) {
    for (const p of b.params) {
      typeOf.set(p.id, p.type);
      home.set(p.id, inside.has(b.id));
    }
    for (const i of b.body) {
      if (i.result === null) continue;
      typeOf.set(i.result, i.type);
      definitions.set(i.result, i);
      home.set(i.result, inside.has(b.id));
    }
  }
  const outs = new Set<ValueId>();
  const remadeBehind = new Map<ValueId, Instr>();
  const ins = new Set<ValueId>();
  const remade = new Map<ValueId, Instr>();
  const shared = new Set<SlotId>();
  const slots = { inside: new Set<SlotId>(), outside: new Set<SlotId>() };
  const exits: Cut['exits'][number][] = [];
  const use = (v: ValueId): void => {
    if (home.get(v) !== false) return;
    const definition = definitions.get(v);
    if (remakeable(definition)) remade.set(v, definition);
    else ins.add(v);
  };
  const useBehind = (v: ValueId): void => {
    if (home.get(v) !== true) return;
    const definition = definitions.get(v);
    if (remakeable(definition)) remadeBehind.set(v, definition);
    else outs.add(v);
  };
  for (const b of f.blocks) {
    const here = inside.has(b.id);
    for (const i of b.body) {
      const slot = slotOf(i);
      if (slot !== null) (here ? slots.inside : slots.outside).add(slot);
      for (const v of i.args)
        if (here) use(v);
        else useBehind(v);
    }
    if (!here) {
      terminatorUses(b.end).forEach(useBehind);
      continue;
    }
    if (b.end.kind === 'branch') use(b.end.cond);
    for (const target of targetsOf(b.end)) {
      if (inside.has(target.block)) target.args.forEach(use);
      else {
        exits.push({ from: b.id, target });
        target.args.forEach(useBehind);
      }
    }
    if (b.end.kind === 'return') return null;
  }
  for (const slot of slots.inside) if (slots.outside.has(slot)) shared.add(slot);
  const ownSlots = new Set([...slots.inside].filter((slot) => !shared.has(slot)));
  const cut: Cut = {
    f,
    blocks,
    inside,
    header: must(f.blocks[loop.header], 'a header'),
    typeOf,
    definitions,
    outs: [...outs],
    remadeBehind: [...remadeBehind.values()],
    ins: [...ins],
    remade: [...remade.values()],
    ownSlots,
    sharedSlots: [...shared],
    exits,
  };
  return carriesStackPointer(cut) ? null : cut;
}

/** Values that may point into a stack frame: what comes from slots, from memory and from callers. */
function stackPointers(cut: Cut): (v: ValueId) => boolean {
  const incoming = new Map<ValueId, ValueId[]>();
  const params = new Map(cut.f.blocks.map((b) => [b.id, b.params]));
  for (const b of cut.f.blocks)
    for (const target of targetsOf(b.end))
      params.get(target.block)?.forEach((p, k) => {
        incoming.set(p.id, [...(incoming.get(p.id) ?? []), must(target.args[k], 'an argument')]);
      });
  const context = cut.f.program === null ? undefined : cut.f.blocks[0]?.params[0]?.id;
  return (v) => {
    const seen = new Set<ValueId>([v]);
    for (const at of seen) {
      if (at === context || cut.typeOf.get(at) !== 'ptr') continue;
      const definition = cut.definitions.get(at);
      if (definition === undefined) {
        const values = incoming.get(at);
        if (values === undefined) return true;
        for (const value of values) seen.add(value);
      } else if (definition.op === 'ptroff' || definition.op === 'ptradd') seen.add(definition.args[0]!);
      else if (definition.op === 'slotaddr' || definition.op === 'load.u64') return true;
    }
    return false;
  };
}

/** Would the function of the loop store a pointer to a stack in the frame of its caller? */
function carriesStackPointer(cut: Cut): boolean {
  const maybeStack = stackPointers(cut);
  if (cut.outs.some(maybeStack)) return true;
  const { header, inside } = cut;
  return cut.blocks.some(
    (b) =>
      b.body.some((i) => i.op === 'store.64' && maybeStack(i.args[1]!)) ||
      targetsOf(b.end).some(
        ({ block, args }) =>
          block === header.id &&
          inside.has(b.id) &&
          args.some((v, k) => v !== header.params[k]?.id && maybeStack(v)),
      ),
  );
}

/** Is a value of the loop defined on every way to the end of a block? */
export function availability(cut: Cut): (v: ValueId, block: number) => boolean {
  const graph = cfgOf(cut.f);
  const dominance = dominators(graph);
  const index = blockIndex(cut.f);
  const home = new Map<ValueId, number>();
  for (const b of cut.blocks) {
    for (const p of b.params) home.set(p.id, b.id);
    for (const i of b.body) if (i.result !== null) home.set(i.result, b.id);
  }
  return (v, block) => {
    const from = home.get(v);
    return (
      from !== undefined &&
      dominance.dominates(must(index.get(from), 'a block'), must(index.get(block), 'a block'))
    );
  };
}

const bounding: ReadonlySet<OpName> = new Set<OpName>(['and', 'udiv', 'urem', 'sdiv', 'srem']);

/**
 * Values that addresses and calls depend on: of these the verifier keeps what it
 * knows, since a check that it does not need may have been left out.
 */
export function addressFeeding(f: Func): ReadonlySet<ValueId> {
  const definitions = definitionsOf(f);
  const feeding = new Set<ValueId>();
  const work: ValueId[] = [];
  const add = (v: ValueId): void => {
    if (feeding.has(v)) return;
    feeding.add(v);
    work.push(v);
  };
  const incoming = new Map<ValueId, ValueId[]>();
  const params = new Map(f.blocks.map((b) => [b.id, b.params]));
  for (const b of f.blocks) {
    for (const i of b.body) if (i.op === 'ptradd' || opRow(i.op).effect === 'call') i.args.forEach(add);
    for (const target of targetsOf(b.end))
      params.get(target.block)?.forEach((p, k) => {
        incoming.set(p.id, [...(incoming.get(p.id) ?? []), target.args[k]!]);
      });
  }
  for (let v = work.pop(); v !== undefined; v = work.pop()) {
    incoming.get(v)?.forEach(add);
    const definition = definitions[v];
    if (definition === undefined || opRow(definition.op).effect !== 'pure') continue;
    // A mask bounds whatever it is given; of divisions the verifier knows nothing.
    if (!bounding.has(definition.op)) definition.args.forEach(add);
  }
  return feeding;
}
