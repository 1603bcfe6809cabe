/**
 * Which stack slots each instruction may touch: directly, or through a register that may hold a slot's address.
 *
 *     r2 = r10; r2 += s0          r2 may point to s0
 *     call map_lookup_elem        accesses s0 (whole, through r2), and what s0 holds the addresses of
 *     if r1 == r2 goto b1         accesses the slots that are compared: their addresses have to differ
 *     *(u32 *)(r10 + s0+4) = 7    writes bytes 4–7 of s0
 *
 * Forward data flow over registers; what slots may hold pointers to other slots is one set per slot for the whole
 * function. Invariant: an access that can happen at run time is listed. A slot whose address is written to memory
 * outside of the frame is `escaped`: it may be touched anywhere.
 */

import { reversePostorder } from '../base/graph.ts';
import type { MachineFlow } from './flow.ts';
import { framePointer, type MFunc, type MInst, type PReg } from './minst.ts';
import { clobbersOf, defsOf, rowOf, usesOf } from './operands.ts';

export interface SlotAccess {
  readonly slot: number;
  /** Bytes, for direct accesses; null: anything in the slot, read or written. */
  readonly bytes: { readonly from: number; readonly to: number; readonly writes: boolean } | null;
}

export interface SlotAccesses {
  /** Per block, per instruction. */
  readonly at: readonly (readonly (readonly SlotAccess[])[])[];
  readonly escaped: ReadonlySet<number>;
}

type Slots = ReadonlySet<number>;
/** What each register may point to; by register number. */
type State = (Slots | undefined)[];

const nothing: Slots = new Set();

function union(a: Slots | undefined, b: Slots | undefined): Slots | undefined {
  if (a === undefined || a.size === 0) return b;
  if (b === undefined || b.size === 0 || a === b) return a;
  for (const x of b) if (!a.has(x)) return new Set([...a, ...b]);
  return a;
}

interface Analysis {
  /** Slots that a slot may hold the addresses of. */
  readonly holds: Map<number, Slots>;
  readonly escaped: Set<number>;
  grew: boolean;
}

function storePointer(a: Analysis, into: Slots, value: Slots | undefined): void {
  if (value === undefined || value.size === 0) return;
  for (const slot of into) {
    const known = a.holds.get(slot);
    const now = union(known, value)!;
    if (now === known) continue;
    a.holds.set(slot, now);
    a.grew = true;
  }
  if (into.size > 0) return;
  for (const slot of value) a.escaped.add(slot);
}

/** Slots that an access goes to: the named one, or those that the base may point to. */
const targets = (state: State, inst: MInst<PReg>, base: PReg): Slots =>
  inst.frame !== null ? new Set([inst.frame.slot]) : (state[base] ?? nothing);

function load(a: Analysis, from: Slots): Slots | undefined {
  let value: Slots | undefined;
  for (const slot of from) value = union(value, a.holds.get(slot));
  return value;
}

/** The state after an instruction. */
function step(a: Analysis, state: State, inst: MInst<PReg>): void {
  const kind = rowOf(inst)?.kind;
  const { dst, src } = inst;
  if (kind === 'call') {
    let passed: Slots | undefined;
    for (const r of usesOf(inst)) passed = union(passed, state[r]);
    // A function of this object may hand a pointer back, or store it in what another argument points to.
    if (inst.op !== 'call_helper' && passed !== undefined) storePointer(a, passed, passed);
    for (const r of clobbersOf(inst)) state[r] = undefined;
    for (const r of defsOf(inst)) state[r] = inst.op === 'call_helper' ? undefined : passed;
    return;
  }
  if (dst !== null && kind === 'alu') {
    if (inst.frame !== null) state[dst] = new Set([inst.frame.slot]);
    else if (inst.op === 'mov64_reg') state[dst] = src === framePointer ? undefined : state[src!];
    else if (rowOf(inst)?.dst === 'def') state[dst] = undefined;
    else if (src !== null) state[dst] = union(state[dst], state[src]);
  } else if (dst !== null && kind === 'load') state[dst] = load(a, targets(state, inst, src!));
  else if (dst !== null && (kind === 'store' || kind === 'atomic')) {
    if (src !== null) storePointer(a, targets(state, inst, dst), state[src]);
    for (const r of defsOf(inst)) state[r] = load(a, targets(state, inst, dst));
  } else for (const r of defsOf(inst)) state[r] = undefined;
}

/** What an instruction touches, given the state before it. */
function accesses(a: Analysis, state: State, inst: MInst<PReg>): readonly SlotAccess[] {
  const row = rowOf(inst);
  if (row === null) return [];
  const whole = (slots: Iterable<number>): readonly SlotAccess[] =>
    [...slots].map((slot) => ({ slot, bytes: null }));
  if (row.kind === 'call') {
    const slots = new Set<number>();
    for (const r of usesOf(inst)) for (const slot of state[r] ?? nothing) slots.add(slot);
    // What is called follows the pointers that it finds there; a set takes new members while it is walked.
    for (const slot of slots) for (const held of a.holds.get(slot) ?? nothing) slots.add(held);
    return whole(slots);
  }
  // Objects whose addresses are compared are different objects up to there.
  if (row.kind === 'branch' && inst.dst !== null && inst.src !== null)
    return whole(new Set([...(state[inst.dst] ?? nothing), ...(state[inst.src] ?? nothing)]));
  if (row.access === null || row.kind === 'alu') return [];
  if (inst.frame !== null) {
    const from = inst.frame.offset;
    return [
      { slot: inst.frame.slot, bytes: { from, to: from + row.access / 8, writes: row.kind === 'store' } },
    ];
  }
  const base = row.kind === 'load' ? inst.src : inst.dst;
  return base === null ? [] : [...(state[base] ?? nothing)].map((slot) => ({ slot, bytes: null }));
}

function meet(into: State | null, other: State): { readonly state: State; readonly changed: boolean } {
  if (into === null) return { state: [...other], changed: true };
  let changed = false;
  const state = into.map((slots, r) => {
    const both = union(slots, other[r]);
    if (both !== slots) changed = true;
    return both;
  });
  return { state, changed };
}

export function slotAccesses(func: MFunc<PReg>, flow: MachineFlow): SlotAccesses {
  const a: Analysis = { holds: new Map(), escaped: new Set(), grew: true };
  const order = reversePostorder(flow.graph);
  const entries: (State | null)[] = func.blocks.map(() => null);
  entries[0] = Array.from({ length: 11 }, () => undefined);
  const pending = new Set(order);
  while (pending.size > 0) {
    for (const at of order) {
      if (!pending.delete(at)) continue;
      const entry = entries[at];
      if (entry === null || entry === undefined) continue;
      const state = [...entry];
      a.grew = false;
      for (const inst of func.blocks[at]!.body) step(a, state, inst);
      if (a.grew) for (const other of order) pending.add(other);
      for (const next of flow.graph.successors[at]!) {
        const { state: merged, changed } = meet(entries[next]!, state);
        if (!changed) continue;
        entries[next] = merged;
        pending.add(next);
      }
    }
  }
  const at = func.blocks.map((block, i) => {
    const state: State = [...(entries[i] ?? [])];
    return block.body.map((inst) => {
      const list = accesses(a, state, inst);
      step(a, state, inst);
      return list;
    });
  });
  return { at, escaped: a.escaped };
}
