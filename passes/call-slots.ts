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

import { withArgs, withBlocks, withBody } from '../src/ir/copy.ts';
import { fillers, writtenArgument } from '../src/ir/fillers.ts';
import type { Block, Func, Instr } from '../src/ir/ir.ts';
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

/** The slot whose start an instruction gives. */
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
      const [first] = copy;
      const at = writtenArgument(call)!;
      const pointer: Instr = {
        op: 'ptroff',
        result: nextValue++,
        type: 'ptr',
        args: [first!.store.args[0]!],
        imm: bytesOf(first!.store) - bytesOf(first!.load),
        pos: first!.store.pos,
      };
      const made = withArgs(
        call,
        call.args.map((v, k) => (k === at ? pointer.result! : v)),
      );
      const gone = new Set(copy.flatMap((piece) => [piece.load, piece.store]));
      body = body.flatMap((i) => (i === call ? [pointer, made] : gone.has(i) ? [] : [i]));
    }
    return body === b.body ? b : withBody(b, body);
  });
  return blocks === f.blocks ? f : withBlocks(f, blocks, nextValue);
}

/** A load of a part of the slot, and the one store of what it gave. */
interface Piece {
  readonly load: Instr;
  readonly store: Instr;
}

/** Loads and stores that copy all that the call writes, and nothing else, to one place; null if there is anything else. */
function copyOf(s: Scope, body: readonly Instr[], call: Instr): readonly Piece[] | null {
  const at = writtenArgument(call);
  const slot = at === null ? null : slotOf(s.definitions[call.args[at]!]);
  const size = at === null ? undefined : s.definitions[call.args[at + 1]!];
  if (slot === null || size?.op !== 'const') return null;
  const from = body.indexOf(call);
  const loads: Instr[] = [];
  const pieces: Piece[] = [];
  for (const i of body.slice(from + 1)) {
    if (pieces.length === loads.length && covers(pieces, size.imm)) break;
    if (i.op.startsWith('load.') && slotOf(s.definitions[i.args[0]!]) === slot) {
      if (s.uses[i.result!] !== 1) return null;
      loads.push(i);
      continue;
    }
    const load = i.op.startsWith('store.') ? loads.find((l) => l.result === i.args[1]) : undefined;
    if (load === undefined && opRow(i.op).effect === 'call') return null;
    if (load === undefined) continue;
    if (opRow(i.op).access !== opRow(load.op).access) return null;
    pieces.push({ load, store: i });
  }
  const whole = pieces.length === loads.length && covers(pieces, size.imm);
  if (!whole || s.mentions.get(slot) !== 1 + loads.length) return null;
  return isReady(s, body, from, pieces) ? pieces : null;
}

/** Do the pieces write `size` bytes, each as far from one place as it was read from the slot's start? */
function covers(pieces: readonly Piece[], size: Instr['imm']): boolean {
  const [first] = pieces;
  if (first === undefined) return false;
  const distance = bytesOf(first.store) - bytesOf(first.load);
  const sorted = [...pieces].sort((x, y) => bytesOf(x.load) - bytesOf(y.load));
  let end = 0;
  for (const { load, store } of sorted) {
    const same = store.args[0] === first.store.args[0] && bytesOf(store) - bytesOf(load) === distance;
    if (!same || bytesOf(load) !== end) return false;
    end += opRow(load.op).access! / 8;
  }
  return BigInt(end) === size;
}

/** Is the place that is copied to ready before the call, and left alone until the copy is done? */
function isReady(s: Scope, body: readonly Instr[], from: number, pieces: readonly Piece[]): boolean {
  const places = pieces.map(({ store }) => s.regions.accessOf(store));
  const to = pieces[0]!.store.args[0]!;
  const end = Math.max(...pieces.map(({ store }) => body.indexOf(store)));
  const own = new Set(pieces.flatMap(({ load, store }) => [load, store]));
  for (const place of places) {
    if (place === null || (!place.region.startsWith('record') && !place.region.startsWith('map ')))
      return false;
  }
  for (let k = from + 1; k < end; k++) {
    const i = body[k]!;
    if (i.result === to) return false;
    if (own.has(i)) continue;
    const access = s.regions.accessOf(i);
    if (access !== null && places.some((place) => place !== null && mayOverlap(access, place))) return false;
    if (access === null && opRow(i.op).effect !== 'pure') return false;
  }
  return true;
}
