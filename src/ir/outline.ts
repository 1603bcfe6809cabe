/**
 * Cuts a natural loop out of a function: its rounds become calls of a function by the helper `loop` (bpf_loop), its
 * values words of a slot that both sides know.
 *
 *     outlineLoop(f, header, 'f.loop1')   →   { outer: f without the loop, inner: @f.loop1(i64, ptr) -> i64 }
 *
 * Word 0 says how the loop was left: 0 not at all (the kernel's cap of rounds was reached: abort), n by its nth exit.
 * Constants and addresses of symbols are made anew in the inner function; slots that only the loop uses move there.
 */

import { copyBlock, copyFunc, copyInstr, withEnd } from './copy.ts';
import { must } from '../base/assert.ts';
import type { Pos } from '../base/source.ts';
import type { Block, Func, Imm, Instr, IrType, Param, SlotId, Target, Terminator, ValueId } from './ir.ts';
import type { OpName } from './ops.ts';
import { addressFeeding, availability, type Cut, cutOf, slotOf } from './outline-cut.ts';
import { mapTargets, substitute } from './walk.ts';

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
            const param = header.params[k]!;
            if (v !== param.id) put(e, base.id, words.params[k]!, v, param.type);
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
    return copyInstr(i, { op: 'ptroff', args: [pointer], imm: i.imm.offset });
  };
  const blocks = cut.blocks.map(
    (b): Block =>
      copyBlock(b, { body: b.body.map(address), end: mapTargets(b.end, (target) => redirect(b, target)) }),
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
  const feeding = addressFeeding(cut.f);
  const keeps = (v: ValueId): boolean => cut.typeOf.get(v) === 'ptr' || feeding.has(v);
  const results = [...words.outs].filter(([, n]) => !words.params.includes(n));
  for (const n of [0, ...results.map(([, n]) => n)]) e.perform('store.64', [base, zero], 8 * n);
  call.forEach((p, k) => {
    put(e, base, words.params[k]!, p.id, p.type);
  });
  const numbers = header.params.flatMap((p, k) => (keeps(p.id) ? [] : [words.params[k]!]));
  const blurred = results.flatMap(([v, n]) => (keeps(v) ? [] : [n]));
  // What is known of a result is known by the way out, which must be known then.
  blur(e, base, [...numbers, ...blurred, ...(blurred.length === results.length ? [0] : [])], zero);
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
      return end === b.end ? b : withEnd(b, end);
    });
  const slots = f.slots.filter((s) => !cut.ownSlots.has(s.id));
  const outer: Func = copyFunc(f, {
    blocks: [...outside, caller, ...made],
    slots: [...slots, { id: slot, size: 8 * words.count, align: 8, name: '', pos }],
    nextValue: values.next,
    nextBlock,
    nextSlot: slot + 1,
  });
  return substitute(outer, replaced);
}

/** The function without the loop that the block heads, and the loop's function; null where the loop cannot be cut out. */
export function outlineLoop(f: Func, header: number, name: string): Outlined | null {
  const cut = cutOf(f, header);
  if (cut === null) return null;
  const words = layOut(cut);
  if (words.count > maxWords) return null;
  return { outer: outerFunc(cut, words, name), inner: innerFunc(cut, words, name) };
}
