/**
 * What a helper writes to a slot only to be copied to a record or map value, it writes there.
 *
 *     helper @skb_load_bytes(v0, v1, v2, v3)        v2 = slotaddr s0          v9: ptr = ptroff v8 + 4
 *     v4: i32 = load.u32 s0                                            ⇒      helper @skb_load_bytes(v0, v1, v9, v3)
 *     store.32 v8 + 4, v4
 *
 * Invariant: the helper fills all bytes, also when it fails; the slot has no other reader and no writer; between the
 * call and the copy nothing touches the copy's place or calls.
 */

import { fillers, writtenArgument } from '../src/ir/fillers.ts';
import type { Block, Func, Instr, ValueId } from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import { bytesOf } from '../src/ir/pointers.ts';
import { mayOverlap, type Regions, regionsOf } from '../src/ir/regions.ts';
import { definitionsOf, mapFuncs, mapList, useCounts } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const callSlots: Pass<'ssa', 'ssa'> = {
  name: 'call-slots',
  doc: 'let helpers write to where their output is copied',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, forward),
};

interface Scope {
  readonly definitions: readonly (Instr | undefined)[];
  readonly uses: Int32Array;
  readonly regions: Regions;
  /** How many instructions name each slot. */
  readonly mentions: ReadonlyMap<number, number>;
}

const slotOf = (i: Instr | undefined): number | null =>
  i?.op === 'slotaddr' && typeof i.imm === 'object' && i.imm?.kind === 'slot' && i.imm.offset === 0
    ? i.imm.slot
    : null;

function mentionsOf(f: Func): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const uses = useCounts(f);
  for (const b of f.blocks) {
    for (const i of b.body) {
      if (typeof i.imm !== 'object' || i.imm?.kind !== 'slot' || i.result === null) continue;
      counts.set(i.imm.slot, (counts.get(i.imm.slot) ?? 0) + uses[i.result]!);
    }
  }
  return counts;
}

function forward(f: Func): Func {
  const calls = f.blocks.some((b) => b.body.some((i) => fillers(i) !== null));
  if (!calls) return f;
  const scope: Scope = {
    definitions: definitionsOf(f),
    uses: useCounts(f),
    regions: regionsOf(f),
    mentions: mentionsOf(f),
  };
  let nextValue = f.nextValue;
  const blocks = mapList(f.blocks, (b): Block => {
    let { body } = b;
    for (const call of b.body) {
      const copy = copyOf(scope, body, call);
      if (copy === null) continue;
      const { to, load, store } = copy;
      const at = writtenArgument(call)!;
      const pointer: Instr = {
        op: 'ptroff',
        result: nextValue++,
        type: 'ptr',
        args: [to],
        imm: bytesOf(store),
        pos: store.pos,
      };
      const made = { ...call, args: call.args.map((v, k) => (k === at ? pointer.result! : v)) };
      body = body.flatMap((i) => (i === call ? [pointer, made] : i === load || i === store ? [] : [i]));
    }
    return body === b.body ? b : { ...b, body };
  });
  return blocks === f.blocks ? f : { ...f, blocks, nextValue };
}

interface Copy {
  readonly to: ValueId;
  readonly load: Instr;
  readonly store: Instr;
}

/** The one load of all that the call writes, and the one store of it; null if there is anything else. */
function copyOf(s: Scope, body: readonly Instr[], call: Instr): Copy | null {
  const at = writtenArgument(call);
  const slot = at === null ? null : slotOf(s.definitions[call.args[at]!]);
  const size = at === null ? undefined : s.definitions[call.args[at + 1]!];
  if (slot === null || size?.op !== 'const' || s.mentions.get(slot) !== 2) return null;
  const from = body.indexOf(call);
  let load: Instr | null = null;
  for (let k = from + 1; k < body.length; k++) {
    const i = body[k]!;
    if (load === null && i.op.startsWith('load.') && slotOf(s.definitions[i.args[0]!]) === slot) {
      if (bytesOf(i) !== 0 || BigInt(opRow(i.op).access! / 8) !== size.imm || s.uses[i.result!] !== 1)
        return null;
      load = i;
      continue;
    }
    if (load !== null && i.op.startsWith('store.') && i.args[1] === load.result)
      return opRow(i.op).access === opRow(load.op).access ? destination(s, body, from, k, load) : null;
    if (opRow(i.op).effect === 'call') return null;
  }
  return null;
}

/** Is the place that is copied to ready before the call, and left alone until the copy? */
function destination(s: Scope, body: readonly Instr[], from: number, end: number, load: Instr): Copy | null {
  const store = body[end]!;
  const to = store.args[0]!;
  const place = s.regions.accessOf(store);
  if (place === null || (!place.region.startsWith('record') && !place.region.startsWith('map '))) return null;
  for (let k = from + 1; k < end; k++) {
    const i = body[k]!;
    if (i.result === to) return null;
    const access = s.regions.accessOf(i);
    if (access !== null && mayOverlap(access, place)) return null;
    if (access === null && opRow(i.op).effect !== 'pure') return null;
  }
  return { to, load, store };
}
