/**
 * What a register holds already is not moved or loaded into it again.
 *
 *     r6 = r1                            r6 = r1
 *     r2 = 12                            r2 = 12
 *     r1 = r6                     ⇒      call skb_load_bytes
 *     call skb_load_bytes
 *
 *     *(u64 *)(r10 + s3) = r2
 *     r1 = *(u64 *)(r10 + s3)     ⇒      *(u64 *)(r10 + s3) = r2
 *     if w1 != 0 goto b5                 if w2 != 0 goto b5
 *
 * Knowledge follows blocks with one predecessor. Invariant: only whole registers and whole slots of eight bytes whose
 * address no instruction makes; a register takes another's place in all instructions that read the copy or in none, so
 * that the verifier sees a check and what it guards on the same register.
 */

import { copyInst, copyMFunc, withCode } from '../src/bpf/copy.ts';
import { reversePostorder } from '../src/base/graph.ts';
import { move } from '../src/bpf/build.ts';
import { machineFlow } from '../src/bpf/flow.ts';
import { liveAfterBlocks } from '../src/bpf/live.ts';
import { framePointer, type MFunc, type MInst, type PReg } from '../src/bpf/minst.ts';
import { clobbersOf, defsOf, isTied, rowOf, usesOf } from '../src/bpf/operands.ts';
import { ownSlots } from '../src/bpf/own-slots.ts';
import type { Pass } from './pass.ts';

type Inst = MInst<PReg>;

export const knownCopies: Pass<'code', 'code'> = {
  name: 'known-copies',
  doc: 'leave out moves and loads of what a register holds already',
  from: 'code',
  to: 'code',
  run: (input) => {
    const funcs = input.funcs.map(reduce);
    return funcs.every((func, i) => func === input.funcs[i]) ? input : { ...input, funcs };
  },
};

/** A register that is no longer overwritten by a copy may be known further on; each round has fewer instructions. */
const rounds = 4;

function reduce(func: MFunc<PReg>): MFunc<PReg> {
  let current = func;
  for (let round = 0; round < rounds; round++) {
    const next = withoutCopies(withoutKnown(current));
    if (next === current) break;
    current = next;
  }
  return current;
}

/** Which registers and slots hold the same: those of equal number do. Absent: like nothing else. */
interface State {
  readonly registers: Map<PReg, number>;
  readonly slots: Map<number, number>;
}

/** More slots than this are not kept track of beyond a block: their number is that of the registers, as a rule. */
const maxSlots = 32;

const nothing = (): State => ({ registers: new Map(), slots: new Map() });

/** A block's knowledge for the next: of slots whose value some register still holds. */
function handedOn({ registers, slots }: State): State {
  const held = new Set(registers.values());
  const useful = [...slots].filter(([, value]) => held.has(value));
  return { registers: new Map(registers), slots: new Map(useful.slice(-maxSlots)) };
}

interface Tracker {
  readonly slotOf: (i: Inst) => number | null;
  readonly fresh: () => number;
}

/** The slot that an instruction accesses: `whole` where it is all eight bytes of it. */
const isWhole = (i: Inst): boolean => i.frame?.offset === 0 && rowOf(i)?.access === 64;

function numberOf(state: State, r: PReg, fresh: () => number): number {
  const known = state.registers.get(r);
  if (known !== undefined) return known;
  const made = fresh();
  state.registers.set(r, made);
  return made;
}

function step(state: State, i: Inst, { slotOf, fresh }: Tracker): void {
  const slot = slotOf(i);
  const kind = rowOf(i)?.kind;
  if (kind === 'store' && slot !== null) {
    if (isWhole(i) && i.src !== null) state.slots.set(slot, numberOf(state, i.src, fresh));
    else state.slots.delete(slot);
    return;
  }
  const loaded = kind === 'load' && slot !== null && isWhole(i) ? (state.slots.get(slot) ?? fresh()) : null;
  const copied = isCopy(i) ? numberOf(state, i.src!, fresh) : null;
  for (const r of [...clobbersOf(i), ...defsOf(i)]) state.registers.delete(r);
  if (loaded !== null) {
    state.slots.set(slot!, loaded);
    state.registers.set(i.dst!, loaded);
  } else if (copied !== null) state.registers.set(i.dst!, copied);
}

const isCopy = (i: Inst): boolean =>
  i.op === 'mov64_reg' && i.src !== framePointer && i.frame === null && i.sym === null;

/** What becomes of an instruction where `state` holds: null, it does nothing; a load of what a register holds, a move. */
function reduced(i: Inst, state: State, slotOf: Tracker['slotOf']): Inst | null {
  const slot = slotOf(i);
  if (isCopy(i)) {
    const same = state.registers.get(i.dst!);
    return i.dst === i.src || (same !== undefined && same === state.registers.get(i.src!)) ? null : i;
  }
  if (slot === null || !isWhole(i)) return i;
  const held = state.slots.get(slot);
  if (held === undefined) return i;
  const kind = rowOf(i)?.kind;
  if (kind === 'store') return i.src !== null && state.registers.get(i.src) === held ? null : i;
  if (kind !== 'load') return i;
  if (state.registers.get(i.dst!) === held) return null;
  const [holder] = [...state.registers].find(([, value]) => value === held) ?? [];
  return holder === undefined ? i : move(i.dst!, holder, i.pos);
}

function withoutKnown(func: MFunc<PReg>): MFunc<PReg> {
  const flow = machineFlow(func);
  const own = ownSlots(func);
  let next = 0;
  const tracker: Tracker = {
    slotOf: (i) => (i.frame !== null && own.has(i.frame.slot) ? i.frame.slot : null),
    fresh: () => next++,
  };
  const blocks = [...func.blocks];
  const ends: (State | undefined)[] = [];
  for (const at of reversePostorder(flow.graph)) {
    const [from, ...more] = flow.graph.predecessors[at]!;
    const known = at > 0 && from !== undefined && more.length === 0 ? ends[from] : undefined;
    const state = known === undefined ? nothing() : handedOn(known);
    const { body } = func.blocks[at]!;
    const kept: Inst[] = [];
    for (const i of body) {
      const left = reduced(i, state, tracker.slotOf);
      step(state, i, tracker);
      if (left !== null) kept.push(left);
    }
    ends[at] = handedOn(state);
    if (kept.length < body.length || kept.some((i, k) => i !== body[k]))
      blocks[at] = withCode(func.blocks[at]!, kept);
  }
  return blocks.every((block, at) => block === func.blocks[at]) ? func : copyMFunc(func, { blocks });
}

/** Copies are followed this far. */
const maxReach = 64;

/** Copies whose readers in the block can all read the original go. */
function withoutCopies(func: MFunc<PReg>): MFunc<PReg> {
  if (!func.blocks.some(({ body }) => body.some(isCopy))) return func;
  const live = liveAfterBlocks(func);
  const blocks = func.blocks.map((block, at) => {
    const body: (Inst | null)[] = [...block.body];
    for (let k = 0; k < body.length; k++) readOriginal(body, k, live[at]!);
    const kept = body.filter((i) => i !== null);
    return kept.length === block.body.length ? block : withCode(block, kept);
  });
  return blocks.every((block, at) => block === func.blocks[at]) ? func : copyMFunc(func, { blocks });
}

/** Takes the copy at `at` away and lets everything read the original, if all of it can. */
function readOriginal(body: (Inst | null)[], at: number, liveOut: ReadonlySet<number>): void {
  const made = body[at] ?? null;
  if (made === null || !isCopy(made)) return;
  const copy = made.dst!;
  const original = made.src!;
  const readers = new Map<number, Inst>();
  let stale = false;
  let dead = false;
  const end = Math.min(body.length, at + maxReach);
  for (let k = at + 1; k < end && !dead; k++) {
    const i = body[k] ?? null;
    if (i === null) continue;
    const named = renamed(i, copy, original);
    if (named === null || (stale && named !== i)) return;
    if (named !== i) readers.set(k, named);
    const lost = [...defsOf(i), ...clobbersOf(i)];
    dead = lost.includes(copy);
    stale ||= lost.includes(original);
  }
  if (!dead && (end < body.length || liveOut.has(copy))) return;
  body[at] = null;
  for (const [k, named] of readers) body[k] = named;
}

/** The instruction reading `original` where it read `copy`; null: it needs this very register. */
function renamed(i: Inst, copy: PReg, original: PReg): Inst | null {
  if (!usesOf(i).includes(copy)) return i;
  if (i.uses.includes(copy) || (i.dst === copy && isTied(i))) return null;
  const row = rowOf(i);
  if (i.src === copy && row?.src !== 'use') return null;
  return copyInst(i, {
    src: i.src === copy ? original : i.src,
    dst: i.dst === copy && row?.dst === 'use' ? original : i.dst,
  });
}
