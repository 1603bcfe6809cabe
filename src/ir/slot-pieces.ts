/**
 * Splits stack slots into the pieces that can become SSA values (scalar replacement, the analysis of `mem2reg`).
 *
 *     slot s0 16                        pieces of s0: [0,4) i32, [8,16) ptr
 *     store.32 v1 + 0, …                (v1 is s0's address, used by nothing else)
 *     load.u64 v1 + 8 : ptr
 *
 * A slot takes part if its address only reaches loads, stores, `zero` and `copy` at constant offsets within it. A piece
 * is a power of two up to 8 bytes, written only as a whole, read whole or in parts, as a pointer or as a number but
 * not both; every `zero` or `copy` covers it fully or not at all, and the other end of a copy has the same piece or
 * none there. Everything else stays in memory.
 */

import type { Func, Instr, SlotId } from './ir.ts';
import { opRow } from './ops.ts';
import { bytesOf, type Pointers } from './pointers.ts';
import { terminatorUses } from './walk.ts';

export interface Piece {
  /** Index in the list of pieces. */
  readonly index: number;
  readonly slot: SlotId;
  readonly offset: number;
  /** 1, 2, 4 or 8. */
  readonly size: number;
  /** i32 up to 4 bytes, whose bits above the piece are anything. */
  readonly type: 'i32' | 'i64' | 'ptr';
}

export interface SlotPieces {
  readonly pieces: readonly Piece[];
  /** The piece that contains the byte, or null. */
  at(slot: SlotId, offset: number): Piece | null;
  /** Pieces that start in the range, ascending. */
  within(slot: SlotId, from: number, to: number): readonly Piece[];
}

interface Range {
  readonly offset: number;
  readonly size: number;
  pointer: boolean;
  number: boolean;
  stored: boolean;
}

/** One end of a copy, or of a zeroing: a slot that may take part, or null for other memory. */
interface Part {
  readonly slot: SlotInfo;
  readonly offset: number;
}

interface Bulk {
  readonly to: Part | null;
  readonly from: Part | null;
  readonly size: number;
  /** How wide the ends may be accessed where they stay memory: on the stack as the type is aligned. */
  readonly align: { readonly to: number; readonly from: number };
}

interface Cluster {
  readonly offset: number;
  readonly size: number;
  readonly pointer: boolean;
  good: boolean;
}

interface SlotInfo {
  readonly id: SlotId;
  readonly size: number;
  escapes: boolean;
  readonly ranges: Map<number, Range>;
  clusters: Cluster[];
}

/** A slot with more different accesses than this is an array, better left in memory. */
const maxRanges = 128;
/** So many bytes that nothing but a copy touches are still worth values. */
const maxGap = 32;

const keyOf = (offset: number, size: number): number => offset * 16 + size;

function addRange(slot: SlotInfo, offset: number, size: number, flags: Partial<Range>): boolean {
  const key = keyOf(offset, size);
  const old = slot.ranges.get(key);
  if (old === undefined) {
    if (offset < 0 || offset + size > slot.size || slot.ranges.size >= maxRanges) {
      slot.escapes = true;
      return false;
    }
    slot.ranges.set(key, { offset, size, pointer: false, number: false, stored: false, ...flags });
    return true;
  }
  const pointer = old.pointer || flags.pointer === true;
  const number = old.number || flags.number === true;
  const changed = pointer !== old.pointer || number !== old.number;
  old.pointer = pointer;
  old.number = number;
  old.stored ||= flags.stored === true;
  return changed;
}

/** Accesses of every slot; slots whose address goes elsewhere are marked. */
function collect(
  f: Func,
  pointers: Pointers,
): { slots: ReadonlyMap<SlotId, SlotInfo>; bulks: readonly Bulk[] } {
  const slots = new Map<SlotId, SlotInfo>(
    f.slots.map((s) => [s.id, { id: s.id, size: s.size, escapes: false, ranges: new Map(), clusters: [] }]),
  );
  const bulks: Bulk[] = [];
  const part = (v: number): Part | null => {
    const place = pointers.place(v);
    const slot = place.slot === null ? undefined : slots.get(place.slot);
    return slot === undefined ? null : { slot, offset: place.offset };
  };
  const leak = (v: number): void => {
    const p = part(v);
    if (p !== null) p.slot.escapes = true;
  };
  const access = (p: Part, displacement: number, bits: number, pointer: boolean, stored: boolean): void => {
    if (pointer && bits !== 64) p.slot.escapes = true;
    addRange(p.slot, p.offset + displacement, bits / 8, { pointer, number: !pointer, stored });
  };
  const visit = (i: Instr): void => {
    const row = opRow(i.op);
    if (row.bulk !== undefined) {
      const to = part(i.args[0]!);
      const from = row.bulk === 'copy' ? part(i.args[1]!) : null;
      const size = bytesOf(i);
      for (const p of [to, from]) {
        if (p !== null && (p.offset < 0 || p.offset + size > p.slot.size)) p.slot.escapes = true;
      }
      const [toAlign, fromAlign = 8] = i.args.map((v) => (pointers.maybeStack(v) ? (row.align ?? 1) : 8));
      bulks.push({ to, from, size, align: { to: toAlign!, from: fromAlign } });
      return;
    }
    const isLoad = i.op.startsWith('load.');
    const isStore = i.op.startsWith('store.');
    const target = isLoad || isStore ? part(i.args[0]!) : null;
    if (target !== null) {
      const pointer = isLoad ? i.type === 'ptr' : isPointer(i.args[1]!);
      access(target, bytesOf(i), row.access!, pointer, isStore);
    }
    if (i.op === 'ptroff') return;
    i.args.forEach((v, at) => {
      if (at > 0 || (!isLoad && !isStore)) leak(v);
    });
  };
  const pointerParams = new Set<number>();
  for (const b of f.blocks) for (const p of b.params) if (p.type === 'ptr') pointerParams.add(p.id);
  const isPointer = (v: number): boolean => pointers.definitions[v]?.type === 'ptr' || pointerParams.has(v);
  for (const b of f.blocks) {
    for (const i of b.body) visit(i);
    for (const v of terminatorUses(b.end)) leak(v);
  }
  return { slots, bulks };
}

/** Carries ranges over copies between slots until both ends of every copy know the same ones. */
function propagate(bulks: readonly Bulk[]): void {
  const links = bulks.filter(
    (b) => b.to !== null && b.from !== null && !b.to.slot.escapes && !b.from.slot.escapes,
  );
  const carry = (from: Part, to: Part, size: number): boolean => {
    let changed = false;
    for (const r of [...from.slot.ranges.values()]) {
      if (r.offset < from.offset || r.offset + r.size > from.offset + size) continue;
      const { pointer, number } = r;
      if (addRange(to.slot, r.offset - from.offset + to.offset, r.size, { pointer, number })) changed = true;
    }
    return changed;
  };
  for (let changed = links.length > 0; changed; ) {
    changed = false;
    for (const { to, from, size } of links) if (carry(from!, to!, size)) changed = true;
    for (const { to, from, size } of links.toReversed()) if (carry(to!, from!, size)) changed = true;
  }
}

/** How wide the pieces of each slot may be for all memory that it is copied from and to, through other slots too. */
function widestAccess(bulks: readonly Bulk[]): (slot: SlotInfo) => number {
  const units = new Map<SlotInfo, number>();
  const unitOf = (slot: SlotInfo): number => units.get(slot) ?? 8;
  const end = (p: Part | null, align: number): number =>
    p === null || p.slot.escapes ? align : unitOf(p.slot);
  for (let changed = true; changed; ) {
    changed = false;
    for (const { to, from, align } of bulks) {
      const unit = Math.min(end(to, align.to), end(from, align.from));
      for (const p of [to, from]) {
        if (p === null || p.slot.escapes || unitOf(p.slot) <= unit) continue;
        units.set(p.slot, unit);
        changed = true;
      }
    }
  }
  return unitOf;
}

/** Makes ranges of the few bytes that are only copied on to other memory. */
function fillGaps(bulks: readonly Bulk[]): void {
  const widest = widestAccess(bulks);
  for (const { to, from, size } of bulks) {
    if (from === null || from.slot.escapes || (to !== null && !to.slot.escapes)) continue;
    const covered = new Uint8Array(size);
    for (const r of from.slot.ranges.values()) {
      const start = Math.max(0, r.offset - from.offset);
      covered.fill(1, start, Math.max(start, Math.min(size, r.offset + r.size - from.offset)));
    }
    const gap = covered.reduce((n, c) => n + (c === 0 ? 1 : 0), 0);
    if (gap > maxGap) continue;
    for (let at = 0; at < size; ) {
      if (covered[at] === 1) {
        at++;
        continue;
      }
      let width = widest(from.slot);
      while (
        width > 1 &&
        ((from.offset + at) % width !== 0 ||
          at + width > size ||
          covered.subarray(at, at + width).includes(1))
      ) {
        width /= 2;
      }
      addRange(from.slot, from.offset + at, width, { number: true });
      at += width;
    }
  }
}

/** Overlapping ranges together; good if one of them is all of it and the rest are numbers read from it. */
function cluster(slot: SlotInfo): Cluster[] {
  const ranges = [...slot.ranges.values()].sort((a, b) => a.offset - b.offset || b.size - a.size);
  const result: Cluster[] = [];
  for (let i = 0; i < ranges.length; ) {
    const offset = ranges[i]!.offset;
    let end = offset + ranges[i]!.size;
    let next = i + 1;
    while (next < ranges.length && ranges[next]!.offset < end) {
      end = Math.max(end, ranges[next]!.offset + ranges[next]!.size);
      next++;
    }
    const members = ranges.slice(i, next);
    const size = end - offset;
    const pointer = members.some((r) => r.pointer);
    const good =
      members[0]!.size === size &&
      !(pointer && members.some((r) => r.number)) &&
      !members.some((r) => r.stored && r.size !== size);
    result.push({ offset, size, pointer, good });
    i = next;
  }
  return result;
}

const overlapping = (slot: SlotInfo, from: number, to: number): Cluster[] =>
  slot.clusters.filter((c) => c.good && c.offset < to && c.offset + c.size > from);

/** Demotes pieces that some zero or copy covers in part, or whose other end is different; until none is left. */
function reconcile(bulks: readonly Bulk[]): void {
  const demote = (list: readonly Cluster[]): boolean => {
    for (const c of list) c.good = false;
    return list.length > 0;
  };
  const partly = (p: Part | null, size: number): readonly Cluster[] =>
    p === null || p.slot.escapes
      ? []
      : overlapping(p.slot, p.offset, p.offset + size).filter(
          (c) => c.offset < p.offset || c.offset + c.size > p.offset + size,
        );
  for (const b of bulks) {
    demote(partly(b.to, b.size));
    demote(partly(b.from, b.size));
  }
  const links = bulks.filter(
    (b) => b.to !== null && b.from !== null && !b.to.slot.escapes && !b.from.slot.escapes,
  );
  const mismatched = (a: Part, b: Part, size: number): Cluster[] =>
    overlapping(a.slot, a.offset, a.offset + size).flatMap((c) => {
      const start = c.offset - a.offset + b.offset;
      const others = overlapping(b.slot, start, start + c.size);
      const same = others.every((o) => o.offset === start && o.size === c.size && o.pointer === c.pointer);
      return same ? [] : [c, ...others];
    });
  for (let changed = true; changed; ) {
    changed = false;
    for (const { to, from, size } of links) {
      if (demote(mismatched(to!, from!, size))) changed = true;
      if (demote(mismatched(from!, to!, size))) changed = true;
    }
  }
}

export function slotPieces(f: Func, pointers: Pointers): SlotPieces {
  const { slots, bulks } = collect(f, pointers);
  propagate(bulks);
  fillGaps(bulks);
  propagate(bulks);
  for (const slot of slots.values()) if (!slot.escapes) slot.clusters = cluster(slot);
  reconcile(bulks);

  const pieces: Piece[] = [];
  const bySlot = new Map<SlotId, Piece[]>();
  for (const slot of slots.values()) {
    if (slot.escapes) continue;
    const own: Piece[] = [];
    for (const { offset, size, pointer, good } of slot.clusters) {
      if (!good) continue;
      own.push({
        index: pieces.length,
        slot: slot.id,
        offset,
        size,
        type: pointer ? 'ptr' : size === 8 ? 'i64' : 'i32',
      });
      pieces.push(own[own.length - 1]!);
    }
    bySlot.set(slot.id, own);
  }
  return {
    pieces,
    at: (slot, offset) =>
      bySlot.get(slot)?.find((p) => p.offset <= offset && offset < p.offset + p.size) ?? null,
    within: (slot, from, to) => bySlot.get(slot)?.filter((p) => p.offset >= from && p.offset < to) ?? [],
  };
}
