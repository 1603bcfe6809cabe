/**
 * Which stack slots must not share room: those of which one is written while the other's bytes are still to be read.
 *
 *     s0 = …; use s0; s1 = …; use s1        no conflict: both may lie at -8
 *
 * Liveness of the single bytes of small slots, so that a struct filled field by field begins to live with its first
 * field. Invariant: slots without conflict can overlap without any read seeing the difference.
 */

import { liveness } from '../base/liveness.ts';
import { edgeSet } from './alloc/edge-set.ts';
import { type SparseSet, sparseSet } from './alloc/sparse-set.ts';
import type { MachineFlow } from './flow.ts';
import type { MFunc, PReg } from './minst.ts';
import { type SlotAccess, slotAccesses } from './slot-access.ts';

export interface SlotConflicts {
  /** Slots that the code touches. */
  readonly used: ReadonlySet<number>;
  /** Neighbours by slot id. */
  readonly of: ReadonlyMap<number, readonly number[]>;
}

/** Slots up to this size are followed byte by byte. */
const followed = 64;

/** Numbers for the pieces of slots: one per byte, or one for all. */
interface Pieces {
  readonly count: number;
  readonly slotOf: readonly number[];
  /** First piece and number of pieces of a slot. */
  readonly range: ReadonlyMap<
    number,
    { readonly first: number; readonly count: number; readonly size: number }
  >;
}

function piecesOf(func: MFunc<PReg>, whole: ReadonlySet<number>): Pieces {
  const slotOf: number[] = [];
  const range = new Map<number, { first: number; count: number; size: number }>();
  for (const { id, size } of func.slots) {
    const count = whole.has(id) || size > followed ? 1 : size;
    range.set(id, { first: slotOf.length, count, size });
    for (let i = 0; i < count; i++) slotOf.push(id);
  }
  return { count: slotOf.length, slotOf, range };
}

/** Pieces that an access may read, and those that it surely overwrites. */
function effect(
  p: Pieces,
  { slot, bytes }: SlotAccess,
): { readonly reads: number[]; readonly writes: number[] } {
  const { first, count, size } = p.range.get(slot)!;
  const all = Array.from({ length: count }, (_, i) => first + i);
  if (bytes === null) return { reads: all, writes: [] };
  const covers = bytes.from <= 0 && bytes.to >= size;
  const touched = count === 1 ? all : all.slice(Math.max(0, bytes.from), bytes.to);
  if (!bytes.writes) return { reads: touched, writes: [] };
  return { reads: [], writes: count === 1 && !covers ? [] : touched };
}

/** Slots that are only ever accessed whole, like spilled registers: they need no pieces. */
function alwaysWhole(
  func: MFunc<PReg>,
  accesses: readonly (readonly (readonly SlotAccess[])[])[],
): ReadonlySet<number> {
  const sizes = new Map(func.slots.map((slot) => [slot.id, slot.size]));
  const whole = new Set(sizes.keys());
  for (const block of accesses) {
    for (const list of block) {
      for (const { slot, bytes } of list) {
        if (bytes !== null && (bytes.from !== 0 || bytes.to !== sizes.get(slot))) whole.delete(slot);
      }
    }
  }
  return whole;
}

export function slotConflicts(func: MFunc<PReg>, flow: MachineFlow): SlotConflicts {
  const { at, escaped } = slotAccesses(func, flow);
  const pieces = piecesOf(func, alwaysWhole(func, at));
  const effects = at.map((block) => block.map((list) => list.map((access) => effect(pieces, access))));
  const uses: number[][] = [];
  const definitions: number[][] = [];
  const stamp = new Int32Array(pieces.count).fill(-1);
  effects.forEach((block, i) => {
    const use: number[] = [];
    const def: number[] = [];
    for (const list of block) {
      for (const { reads } of list) for (const piece of reads) if (stamp[piece] !== i) use.push(piece);
      for (const { writes } of list) {
        for (const piece of writes) {
          if (stamp[piece] === i) continue;
          stamp[piece] = i;
          def.push(piece);
        }
      }
    }
    uses.push(use);
    definitions.push(def);
  });
  const { liveOut } = liveness({ graph: flow.graph, values: pieces.count, uses, definitions });

  const edges = edgeSet();
  const of = new Map<number, number[]>();
  const used = new Set<number>();
  const connect = (a: number, b: number): void => {
    if (a === b || !edges.add(a, b)) return;
    of.set(a, [...(of.get(a) ?? []), b]);
    of.set(b, [...(of.get(b) ?? []), a]);
  };
  const touch = (slot: number, live: SparseSet): void => {
    for (let i = 0; i < live.size; i++) connect(slot, pieces.slotOf[live.members[i]!]!);
  };
  const live = sparseSet(pieces.count);
  at.forEach((block, b) => {
    live.clear();
    for (const piece of liveOut[b]!) live.add(piece);
    for (let i = block.length - 1; i >= 0; i--) {
      for (const { slot } of block[i]!) {
        used.add(slot);
        touch(slot, live);
        for (const other of block[i]!) connect(slot, other.slot);
      }
      for (const { writes } of effects[b]![i]!) for (const piece of writes) live.delete(piece);
      for (const { reads } of effects[b]![i]!) for (const piece of reads) live.add(piece);
    }
  });
  for (const slot of escaped) for (const other of used) connect(slot, other);
  return { used, of };
}
