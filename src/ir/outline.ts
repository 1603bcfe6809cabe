/**
 * Cuts a natural loop out of a function: its rounds become calls of a function by the helper `loop` (bpf_loop), its
 * values words of a slot that both sides know.
 *
 *     outlineLoop(f, header, 'f.loop1')   →   { outer: f without the loop, inner: @f.loop1(i64, ptr) -> i64 }
 *
 * Word 0 says how the loop was left: 0 not at all (the kernel's cap of rounds was reached: abort), n by its nth exit.
 * Constants and addresses of symbols are made anew in the inner function; slots that only the loop uses move there.
 */

import { must } from '../base/assert.ts';
import { dominators } from '../base/graph.ts';
import { naturalLoops } from '../base/loops.ts';
import type { Pos } from '../base/source.ts';
import type { Block, Func, Imm, Instr, IrType, Param, SlotId, Target, Terminator, ValueId } from './ir.ts';
import { type OpName, opRow } from './ops.ts';
import { blockIndex, cfgOf, mapTargets, substitute, targetsOf, terminatorUses } from './walk.ts';

export interface Outlined {
  readonly outer: Func;
  readonly inner: Func;
}

/** BPF_MAX_LOOPS. */
const maxRounds = 8_388_608n;
const maxWords = 48;

/** A list of instructions under construction. */
interface Emitter {
  readonly body: Instr[];
  readonly emit: (op: OpName, type: IrType, args: readonly ValueId[], imm?: Imm) => ValueId;
  readonly perform: (op: OpName, args: readonly ValueId[], imm: Imm) => void;
}

interface Counter {
  next: number;
}

function emitter(values: Counter, pos: Pos): Emitter {
  const body: Instr[] = [];
  return {
    body,
    emit(op, type, args, imm = null) {
      const result = values.next++;
      body.push({ op, result, type, args, imm, pos });
      return result;
    },
    perform(op, args, imm) {
      body.push({ op, result: null, type: 'i64', args, imm, pos });
    },
  };
}

/** Stores a value as a whole word. */
function put(e: Emitter, words: ValueId, n: number, value: ValueId, type: IrType): void {
  const whole = type === 'i32' ? e.emit('zext', 'i64', [value]) : value;
  e.perform('store.64', [words, whole], 8 * n);
}

function take(e: Emitter, words: ValueId, n: number, type: IrType): ValueId {
  const whole = e.emit('load.u64', type === 'ptr' ? 'ptr' : 'i64', [words], 8 * n);
  return type === 'i32' ? e.emit('trunc', 'i32', [whole]) : whole;
}

/**
 * Makes the words' values ones that the verifier does not know, but values: it knows nothing of a word after an atomic
 * operation, and of what is loaded from it. So whatever a round leaves there was allowed for in the round before, and
 * the verifier walks the function once.
 */
function blur(e: Emitter, words: ValueId, which: readonly number[], zero: ValueId): void {
  for (const n of which) e.perform('atomic.add.64', [words, zero], 8 * n);
  for (const n of which) e.perform('store.64', [words, e.emit('load.u64', 'i64', [words], 8 * n)], 8 * n);
}

/** What the cut needs to know of the loop. */
interface Cut {
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

const slotOf = (i: Instr): SlotId | null =>
  typeof i.imm === 'object' && i.imm?.kind === 'slot' ? i.imm.slot : null;

const remakeable = (i: Instr | undefined): i is Instr =>
  i !== undefined && i.args.length === 0 && opRow(i.op).effect === 'pure' && i.op !== 'slotaddr';

function analyse(f: Func, header: number): Cut | null {
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
  return {
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
}

/** Which word holds what; word 0 is how the loop was left. */
interface Layout {
  readonly params: readonly number[];
  readonly ins: ReadonlyMap<ValueId, number>;
  readonly slots: ReadonlyMap<SlotId, number>;
  readonly outs: ReadonlyMap<ValueId, number>;
  readonly count: number;
}

function layOut(cut: Cut): Layout {
  let next = 1;
  const word = (): number => next++;
  const params = cut.header.params.map(word);
  const ins = new Map(cut.ins.map((v) => [v, word()]));
  const slots = new Map(cut.sharedSlots.map((s) => [s, word()]));
  // What goes round and is read behind the loop has its word already.
  const outs = new Map(
    cut.outs.map((v) => {
      const at = cut.header.params.findIndex((p) => p.id === v);
      return [v, params[at] ?? word()] as const;
    }),
  );
  return { params, ins, slots, outs, count: next };
}

const jumpTo = (block: number, args: readonly ValueId[], pos: Pos): Terminator => ({
  kind: 'jump',
  target: { block, args },
  pos,
});

/** The function of one round: 0 goes on, 1 stops. */
function innerFunc(cut: Cut, words: Layout, name: string): Func {
  const { f, header } = cut;
  const pos = header.end.pos;
  const values: Counter = { next: f.nextValue };
  let nextBlock = f.nextBlock;
  const index: Param = { id: values.next++, type: 'i64' };
  const base: Param = { id: values.next++, type: 'ptr' };
  const entry = emitter(values, pos);
  const replaced = new Map<ValueId, ValueId>();
  for (const i of cut.remade) entry.body.push(i);
  for (const [v, n] of words.ins) replaced.set(v, take(entry, base.id, n, must(cut.typeOf.get(v), 'a type')));
  const slots = new Map([...words.slots].map(([slot, n]) => [slot, take(entry, base.id, n, 'ptr')]));
  const first = header.params.map((p, k) => take(entry, base.id, words.params[k]!, p.type));

  const extra: Block[] = [];
  const leave = (result: bigint, stores: (e: Emitter) => void, at: Pos): Target => {
    const e = emitter(values, at);
    stores(e);
    const value = e.emit('const', 'i64', [], result);
    const id = nextBlock++;
    extra.push({ id, params: [], body: e.body, end: { kind: 'return', value, pos: at } });
    return { block: id, args: [] };
  };
  const available = availability(cut);
  let exit = 0;
  const redirect = (from: Block, target: Target): Target => {
    const at = from.end.pos;
    if (target.block === header.id)
      return leave(
        0n,
        (e) =>
          target.args.forEach((v, k) => {
            put(e, base.id, words.params[k]!, v, header.params[k]!.type);
          }),
        at,
      );
    if (cut.inside.has(target.block)) return target;
    const code = BigInt(++exit);
    return leave(
      1n,
      (e) => {
        for (const [v, n] of words.outs)
          if (available(v, from.id)) put(e, base.id, n, v, must(cut.typeOf.get(v), 'a type'));
        e.perform('store.64', [base.id, e.emit('const', 'i64', [], code)], 0);
      },
      at,
    );
  };
  const address = (i: Instr): Instr => {
    const slot = slotOf(i);
    const pointer = slot === null ? undefined : slots.get(slot);
    if (pointer === undefined || typeof i.imm !== 'object' || i.imm?.kind !== 'slot') return i;
    return { ...i, op: 'ptroff', args: [pointer], imm: i.imm.offset };
  };
  const blocks = cut.blocks.map(
    (b): Block => ({
      ...b,
      body: b.body.map(address),
      end: mapTargets(b.end, (target) => redirect(b, target)),
    }),
  );
  const start: Block = {
    id: nextBlock++,
    params: [index, base],
    body: entry.body,
    end: jumpTo(header.id, first, pos),
  };
  const inner: Func = {
    name,
    blocks: [start, ...blocks, ...extra],
    result: 'i64',
    slots: f.slots.filter((slot) => cut.ownSlots.has(slot.id)),
    noinline: true,
    program: null,
    pos,
    nextValue: values.next,
    nextBlock,
    nextSlot: f.nextSlot,
  };
  return substitute(inner, replaced);
}

/** Is a value of the loop defined on every way to the end of a block? */
function availability(cut: Cut): (v: ValueId, block: number) => boolean {
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
 * Values of the loop that addresses and calls, in it and behind it, depend on: of these the verifier keeps what it knows, since a check that
 * it does not need may have been left out.
 */
function addressFeeding(cut: Cut): ReadonlySet<ValueId> {
  const feeding = new Set<ValueId>();
  const work: ValueId[] = [];
  const add = (v: ValueId): void => {
    if (feeding.has(v)) return;
    feeding.add(v);
    work.push(v);
  };
  const incoming = new Map<ValueId, ValueId[]>();
  const params = new Map(cut.f.blocks.map((b) => [b.id, b.params]));
  for (const b of cut.f.blocks) {
    for (const i of b.body) if (i.op === 'ptradd' || opRow(i.op).effect === 'call') i.args.forEach(add);
    for (const target of targetsOf(b.end))
      params.get(target.block)?.forEach((p, k) => {
        incoming.set(p.id, [...(incoming.get(p.id) ?? []), target.args[k]!]);
      });
  }
  for (let v = work.pop(); v !== undefined; v = work.pop()) {
    incoming.get(v)?.forEach(add);
    const definition = cut.definitions.get(v);
    if (definition === undefined || opRow(definition.op).effect !== 'pure') continue;
    // A mask bounds whatever it is given; of divisions the verifier knows nothing.
    if (!bounding.has(definition.op)) definition.args.forEach(add);
  }
  return feeding;
}

/** The function with a call where the loop was. */
function outerFunc(cut: Cut, words: Layout, name: string): Func {
  const { f, header } = cut;
  const pos = header.end.pos;
  const values: Counter = { next: f.nextValue };
  let nextBlock = f.nextBlock;
  const slot = f.nextSlot;
  const call: Param[] = header.params.map((p) => ({ id: values.next++, type: p.type }));
  const e = emitter(values, pos);
  const base = e.emit('slotaddr', 'ptr', [], { kind: 'slot', slot, offset: 0 });
  const zero = e.emit('const', 'i64', [], 0n);
  const feeding = addressFeeding(cut);
  const results = [0, ...[...words.outs.values()].filter((n) => !words.params.includes(n))];
  for (const n of results) e.perform('store.64', [base, zero], 8 * n);
  call.forEach((p, k) => put(e, base, words.params[k]!, p.id, p.type));
  const numbers = call.flatMap((p, k) =>
    p.type === 'ptr' || feeding.has(header.params[k]!.id) ? [] : [words.params[k]!],
  );
  blur(e, base, [...numbers, ...results], zero);
  for (const [v, n] of words.ins) put(e, base, n, v, must(cut.typeOf.get(v), 'a type'));
  for (const [shared, n] of words.slots) {
    const pointer = e.emit('slotaddr', 'ptr', [], { kind: 'slot', slot: shared, offset: 0 });
    put(e, base, n, pointer, 'ptr');
  }
  const rounds = e.emit('const', 'i64', [], maxRounds);
  const func = e.emit('funcaddr', 'ptr', [], { kind: 'symbol', name, offset: 0 });
  e.perform('helper', [rounds, func, base, zero], { kind: 'symbol', name: 'loop', offset: 0 });
  const code = take(e, base, 0, 'i64');

  const made: Block[] = [];
  const block = (body: readonly Instr[], end: Terminator): number => {
    const id = nextBlock++;
    made.push({ id, params: [], body, end });
    return id;
  };
  const replaced = new Map<ValueId, ValueId>();
  const behind = emitter(values, pos);
  behind.body.push(...cut.remadeBehind);
  for (const [v, n] of words.outs) replaced.set(v, take(behind, base, n, must(cut.typeOf.get(v), 'a type')));
  // A test per exit but the last.
  const targets = cut.exits.map(({ target }) => target);
  const ran = emitter(values, pos);
  let next: Terminator = { kind: 'abort', pos };
  targets.toReversed().forEach((target, k) => {
    if (k === 0) {
      next = { kind: 'jump', target, pos };
      return;
    }
    const to = block([], next);
    const test = emitter(values, pos);
    const wanted = test.emit('const', 'i64', [], BigInt(targets.length - k));
    const cond = test.emit('icmp.eq', 'i32', [code, wanted]);
    const branch: Terminator = { kind: 'branch', cond, then: target, else: { block: to, args: [] }, pos };
    next = { kind: 'jump', target: { block: block(test.body, branch), args: [] }, pos };
  });
  const done = block(behind.body, next);
  const over = block([], { kind: 'abort', pos });
  const left = ran.emit('icmp.ne', 'i32', [code, zero]);
  e.body.push(...ran.body);
  const caller: Block = {
    id: nextBlock++,
    params: call,
    body: e.body,
    end: {
      kind: 'branch',
      cond: left,
      then: { block: done, args: [] },
      else: { block: over, args: [] },
      pos,
    },
  };
  const outside = f.blocks
    .filter((b) => !cut.inside.has(b.id))
    .map((b): Block => {
      const end = mapTargets(b.end, (t) => (t.block === header.id ? { ...t, block: caller.id } : t));
      return end === b.end ? b : { ...b, end };
    });
  const slots = f.slots.filter((s) => !cut.ownSlots.has(s.id));
  const outer: Func = {
    ...f,
    blocks: [...outside, caller, ...made],
    slots: [...slots, { id: slot, size: 8 * words.count, align: 8, name: '', pos }],
    nextValue: values.next,
    nextBlock,
    nextSlot: slot + 1,
  };
  return substitute(outer, replaced);
}

/** The function without the loop that the block heads, and the loop's function; null where the loop cannot be cut out. */
export function outlineLoop(f: Func, header: number, name: string): Outlined | null {
  const cut = analyse(f, header);
  if (cut === null) return null;
  const words = layOut(cut);
  if (words.count > maxWords) return null;
  return { outer: outerFunc(cut, words, name), inner: innerFunc(cut, words, name) };
}
