/**
 * Dead store elimination on stack slots, byte by byte: a store whose every byte is overwritten before it is read, on
 * every path, or never read at all.
 *
 *     zero v1, 8                      (gone)
 *     store.64 v1 + 0, v2       ⇒     store.64 v1 + 0, v2
 *     … = load.u64 v1 + 0             … = load.u64 v1 + 0
 *
 * A backward data flow over the bytes that may still be read. A `zero` of which only a part is overwritten is narrowed
 * at its ends. Invariant: only slots whose addresses are used by nothing but accesses at constant offsets lose stores
 * across blocks; where an address is passed to calls or kept, every call may read the slot.
 */

import { copyInstr, withBlocks, withBody } from '../src/ir/copy.ts';
import { BitSet } from '../src/base/bit-set.ts';
import { postorder } from '../src/base/graph.ts';
import { writtenArgument } from '../src/ir/fillers.ts';
import type { Block, Func, Instr, SlotId } from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import { bytesOf, type Pointers, pointersOf } from '../src/ir/pointers.ts';
import { cfgOf, expandList, mapFuncs, mapList, terminatorUses } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const dse: Pass<'ssa', 'ssa'> = {
  name: 'dse',
  doc: 'remove stores to slots that are overwritten or never read',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, eliminate),
};

/** Functions with more bytes of slots times blocks keep their stores: they do not fit the stack anyway. */
const maxBits = 1 << 28;

interface Extent {
  readonly slot: SlotId;
  readonly from: number;
  readonly to: number;
}

interface Frame {
  readonly pointers: Pointers;
  /** First bit of each slot. */
  readonly base: ReadonlyMap<SlotId, number>;
  readonly size: ReadonlyMap<SlotId, number>;
  /** Bytes of slots that pointers other than constant places may reach. */
  readonly leaked: BitSet;
  readonly total: number;
}

const extentOf = (frame: Frame, pointer: number, displacement: number, bytes: number): Extent | null => {
  const place = frame.pointers.place(pointer);
  if (place.slot === null) return null;
  const from = place.offset + displacement;
  return { slot: place.slot, from, to: from + bytes };
};

function writeOf(frame: Frame, i: Instr): Extent | null {
  const row = opRow(i.op);
  if (row.bulk !== undefined) return extentOf(frame, i.args[0]!, 0, bytesOf(i));
  return i.op.startsWith('store.') ? extentOf(frame, i.args[0]!, bytesOf(i), row.access! / 8) : null;
}

function readOf(frame: Frame, i: Instr): Extent | null {
  const row = opRow(i.op);
  if (row.bulk === 'copy') return extentOf(frame, i.args[1]!, 0, bytesOf(i));
  const reads = i.op.startsWith('load.') || i.op.startsWith('atomic.');
  return reads ? extentOf(frame, i.args[0]!, bytesOf(i), row.access! / 8) : null;
}

/** Does the op access memory at its pointer arguments only (as opposed to passing or keeping them)? */
const isAccess = (i: Instr, arg: number): boolean => {
  const row = opRow(i.op);
  if (row.bulk !== undefined) return true;
  return arg === 0 && row.access !== undefined && !i.op.startsWith('byref.');
};

function frameOf(f: Func, pointers: Pointers): Frame {
  const base = new Map<SlotId, number>();
  let total = 0;
  for (const s of f.slots) {
    base.set(s.id, total);
    total += s.size;
  }
  const size = new Map(f.slots.map((s) => [s.id, s.size]));
  const leaked = new BitSet(total);
  const leak = (v: number): void => {
    const { slot } = pointers.place(v);
    if (slot === null) return;
    for (let i = 0; i < size.get(slot)!; i++) leaked.add(base.get(slot)! + i);
  };
  for (const b of f.blocks) {
    for (const i of b.body) {
      if (i.op === 'ptroff') continue;
      i.args.forEach((v, at) => {
        if (!isAccess(i, at)) leak(v);
      });
    }
    for (const v of terminatorUses(b.end)) leak(v);
  }
  return { pointers, base, size, leaked, total };
}

/** Bits of an extent, clipped to its slot. */
function bitsOf(frame: Frame, e: Extent): { from: number; to: number } {
  const base = frame.base.get(e.slot)!;
  const size = frame.size.get(e.slot)!;
  return { from: base + Math.max(0, e.from), to: base + Math.max(0, Math.min(size, e.to)) };
}

/** Goes over an instruction backwards: `live` are the bytes that may be read after it, then before it. */
function step(frame: Frame, i: Instr, live: BitSet): void {
  const row = opRow(i.op);
  const write = writeOf(frame, i);
  if (write !== null) {
    const { from, to } = bitsOf(frame, write);
    for (let at = from; at < to; at++) live.delete(at);
  }
  const read = readOf(frame, i);
  if (read !== null) {
    const { from, to } = bitsOf(frame, read);
    for (let at = from; at < to; at++) live.add(at);
  } else if (row.effect === 'call') {
    const filled = filledBy(frame, i);
    if (filled !== null) {
      const { from, to } = bitsOf(frame, filled);
      for (let at = from; at < to; at++) live.delete(at);
    }
    const others = filled === null ? frame.leaked : frame.leaked.copy();
    if (filled !== null) {
      const { from, to } = bitsOf(frame, filled);
      for (let at = from; at < to; at++) others.delete(at);
    }
    live.union(others);
  } else if (row.effect === 'read' || i.op.startsWith('atomic.') || row.bulk === 'copy') {
    const from = i.args[row.bulk === 'copy' ? 1 : 0];
    if (from === undefined || frame.pointers.maybeStack(from)) live.union(frame.leaked);
  }
}

/** The bytes that a helper writes whatever happens, if their number is a constant. */
function filledBy(frame: Frame, i: Instr): Extent | null {
  const at = writtenArgument(i);
  const size = at === null ? undefined : frame.pointers.definitions[i.args[at + 1]!];
  if (at === null || size?.op !== 'const' || typeof size.imm !== 'bigint') return null;
  return extentOf(frame, i.args[at]!, 0, Number(size.imm));
}

/** Bytes that may be read after each block. */
function liveAfter(f: Func, frame: Frame): BitSet[] {
  const graph = cfgOf(f);
  const before = f.blocks.map(() => new BitSet(frame.total));
  const after = f.blocks.map(() => new BitSet(frame.total));
  const order = postorder(graph);
  const queued = new Uint8Array(f.blocks.length).fill(1);
  const work = [...order].reverse();
  while (work.length > 0) {
    const block = work.pop()!;
    queued[block] = 0;
    const live = after[block]!;
    for (const next of graph.successors[block]!) live.union(before[next]!);
    const now = live.copy();
    const { body } = f.blocks[block]!;
    for (let i = body.length - 1; i >= 0; i--) step(frame, body[i]!, now);
    if (!before[block]!.union(now)) continue;
    for (const p of graph.predecessors[block]!) {
      if (queued[p] === 1) continue;
      queued[p] = 1;
      work.push(p);
    }
  }
  return after;
}

/** The range of the store's bytes that may be read, relative to its start; null: none. */
function needed(frame: Frame, write: Extent, live: BitSet): { from: number; to: number } | null {
  const { from, to } = bitsOf(frame, write);
  let first = -1;
  let last = -1;
  for (let at = from; at < to; at++) {
    if (!live.has(at)) continue;
    if (first < 0) first = at;
    last = at;
  }
  return first < 0 ? null : { from: first - from, to: last + 1 - from };
}

function eliminate(f: Func): Func {
  if (f.slots.length === 0) return f;
  const frame = frameOf(f, pointersOf(f));
  if (frame.total * f.blocks.length > maxBits) return f;
  const after = liveAfter(f, frame);
  let nextValue = f.nextValue;
  const blocks = mapList(f.blocks, (b, block): Block => {
    const live = after[block]!;
    const changes = new Map<Instr, readonly Instr[]>();
    for (let at = b.body.length - 1; at >= 0; at--) {
      const i = b.body[at]!;
      const write = writeOf(frame, i);
      const range = write === null ? null : needed(frame, write, live);
      if (write !== null && range === null) {
        changes.set(i, []);
        continue;
      }
      if (range !== null && opRow(i.op).bulk === 'zero') {
        const narrowed = narrow(i, range, () => nextValue++);
        if (narrowed !== null) changes.set(i, narrowed);
      }
      step(frame, i, live);
    }
    if (changes.size === 0) return b;
    return withBody(
      b,
      expandList(b.body, (i) => changes.get(i) ?? i),
    );
  });
  return blocks === f.blocks ? f : withBlocks(f, blocks, nextValue);
}

/** A zeroing of part of its range; null if all of it is needed (ends are kept multiples of eight). */
function narrow(i: Instr, range: { from: number; to: number }, fresh: () => number): readonly Instr[] | null {
  const from = range.from & ~7;
  const to = Math.min(bytesOf(i), (range.to + 7) & ~7);
  if (from === 0 && to === bytesOf(i)) return null;
  const pointer = from === 0 ? i.args[0]! : fresh();
  const made: Instr[] = [copyInstr(i, { args: [pointer], imm: to - from })];
  if (from > 0)
    made.unshift({ op: 'ptroff', result: pointer, type: 'ptr', args: i.args, imm: from, pos: i.pos });
  return made;
}
