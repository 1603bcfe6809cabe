/**
 * Reads of the packet by `skb_load_bytes` that fail alike are one read.
 *
 *     b0: if load(ctx, 12, s0, 2) != 0 goto drop        b0: if load(ctx, 12, s2, 10) != 0 goto drop
 *         if s0 != 8 goto drop                              if s2[0:2] != 8 goto drop
 *     b1: if load(ctx, 20, s1, 2) != 0 goto drop    ⇒       if s2[8:10] & 0x3fff != 0 goto drop
 *         if s1 & 0x3fff != 0 goto drop                     …
 *         …                                                 … s2[2] …
 *     b2: load(ctx, 14, s3, 1); … s3 …
 *
 * A read is widened to a later one's bytes when both, and every branch between, end alike: returning one constant, with
 * nothing written or called in between. A read of bytes that one before it has read for sure is that one's. Invariant:
 * the helper fails for a range exactly when it ends beyond the packet, and clears what it was to write; loads stay
 * aligned; a read is taken from an earlier one only where nothing in the function can change the packet.
 */

import { copyBlock, copyFunc, copyInstr, withArgs, withBody } from '../src/ir/copy.ts';
import { dominators } from '../src/base/graph.ts';
import { byteRange, type PacketRead, packetReads, placement } from '../src/ir/packet-reads.ts';
import type { Block, Func, Instr, Slot, Target, ValueId } from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import { bytesOf } from '../src/ir/pointers.ts';
import { regionsOf } from '../src/ir/regions.ts';
import { cfgOf, definitionsOf, mapFuncs, removeUnreachable, symbolOf } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const packetReadsPass: Pass<'ssa', 'ssa'> = {
  name: 'packet-reads',
  doc: 'merge reads of the packet by helpers',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, mergeAll),
};

/** Each merges two reads; programs have a few. */
const maxMerges = 32;

function mergeAll(input: Func): Func {
  if (!input.blocks.some((b) => b.body.some((i) => symbolOf(i) === 'skb_load_bytes'))) return input;
  let f = removeUnreachable(input);
  const start = f;
  for (let n = 0; n < maxMerges; n++) {
    const next = mergeOnce(f);
    if (next === f) break;
    f = next;
  }
  return f === start ? input : f;
}

/** A branch that only asks whether the block's read failed. */
interface Check {
  readonly failed: Target;
  readonly passed: Target;
}

interface Scope {
  readonly f: Func;
  readonly definitions: readonly (Instr | undefined)[];
  readonly predecessors: readonly (readonly number[])[];
  readonly dominates: (a: number, b: number) => boolean;
  readonly byId: ReadonlyMap<number, number>;
  readonly reads: readonly PacketRead[];
  readonly slots: ReadonlySet<number>;
}

function checkOf(s: Scope, read: PacketRead): Check | null {
  const { end } = s.f.blocks[read.block]!;
  if (end.kind !== 'branch') return null;
  const cond = s.definitions[end.cond];
  if (cond?.op !== 'icmp.eq' && cond?.op !== 'icmp.ne') return null;
  const zero = s.definitions[cond.args[1]!];
  if (cond.args[0] !== read.call.result || zero?.op !== 'const' || zero.imm !== 0n) return null;
  const fails = cond.op === 'icmp.ne';
  return { failed: fails ? end.then : end.else, passed: fails ? end.else : end.then };
}

/** The constant that a way returns at once; null: it does anything else. */
function returned(s: Scope, t: Target): bigint | null {
  const b = s.f.blocks[s.byId.get(t.block)!]!;
  if (b.end.kind !== 'return' || b.end.value === null || b.body.some((i) => i.op !== 'const')) return null;
  const { value } = b.end;
  const param = b.params.findIndex((p) => p.id === value);
  const d = s.definitions[param >= 0 ? t.args[param]! : value];
  return d?.op === 'const' && typeof d.imm === 'bigint' ? d.imm : null;
}

/** Does the instruction leave no trace but in slots of reads? */
function isCalm(s: Scope, i: Instr): boolean {
  const { effect } = opRow(i.op);
  if (effect === 'pure' || effect === 'read') return true;
  if (s.reads.some((read) => read.call === i)) return true;
  return i.op.startsWith('store.') && s.slots.has(slotBehind(s, i.args[0]!) ?? -1);
}

function slotBehind(s: Scope, v: ValueId): number | null {
  const imm = s.definitions[v]?.op === 'slotaddr' ? s.definitions[v].imm : null;
  return typeof imm === 'object' && imm?.kind === 'slot' ? imm.slot : null;
}

/** Do all ways from the upper read to the lower one's success that leave on the way return what a failure returns? */
function failAlike(s: Scope, upper: PacketRead, lower: PacketRead): boolean {
  const above = checkOf(s, upper);
  const below = checkOf(s, lower);
  const wanted = below === null ? null : returned(s, below.failed);
  if (above === null || wanted === null || returned(s, above.failed) !== wanted) return false;
  for (let at = lower.block; at !== upper.block; ) {
    const { body, id } = s.f.blocks[at]!;
    const [from, ...more] = s.predecessors[at]!;
    if (from === undefined || more.length > 0 || !body.every((i) => isCalm(s, i))) return false;
    const { end } = s.f.blocks[from]!;
    if (end.kind !== 'branch' && end.kind !== 'jump') return false;
    if (end.kind === 'branch' && returned(s, end.then.block === id ? end.else : end.then) !== wanted)
      return false;
    at = from;
  }
  const { body } = s.f.blocks[upper.block]!;
  return body.slice(body.indexOf(upper.call)).every((i) => isCalm(s, i));
}

/** Has the upper read got the lower one's bytes for sure, where the lower one begins? */
function holdsBytes(s: Scope, upper: PacketRead, lower: PacketRead): boolean {
  const check = checkOf(s, upper);
  if (check === null || lower.from < upper.from || lower.to > upper.to) return false;
  const passed = s.byId.get(check.passed.block)!;
  if (s.predecessors[passed]!.length > 1 || check.failed.block === check.passed.block) return false;
  return s.dominates(passed, lower.block);
}

/** Can nothing in the function change the packet? */
function keepsPacket(f: Func): boolean {
  const regions = regionsOf(f);
  return f.blocks.every((b) =>
    b.body.every((i) => {
      const change = regions.changeOf(i);
      if (change.kind === 'all') return change.except('packet');
      return change.kind === 'none' || change.access.region !== 'packet';
    }),
  );
}

function mergeOnce(f: Func): Func {
  const reads = packetReads(f);
  if (reads.length < 2) return f;
  const graph = cfgOf(f);
  const s: Scope = {
    f,
    definitions: definitionsOf(f),
    predecessors: graph.predecessors,
    dominates: dominators(graph).dominates,
    byId: new Map(f.blocks.map((b, at) => [b.id, at])),
    reads,
    slots: new Set(reads.map((read) => read.slot)),
  };
  let kept: boolean | null = null;
  for (const lower of reads) {
    for (const upper of reads) {
      if (upper === lower || upper.context !== lower.context) continue;
      if (upper.block === lower.block || !s.dominates(upper.block, lower.block)) continue;
      const place = placement(upper, lower);
      if (place === null) continue;
      if (holdsBytes(s, upper, lower)) {
        kept ??= keepsPacket(f);
        if (kept) return merged(s, upper, lower, place);
      }
      if (failAlike(s, upper, lower)) return merged(s, upper, lower, place);
    }
  }
  return f;
}

/** The function with one read of both ranges into a slot of its own, in which the first byte stands at `place`. */
function merged(s: Scope, upper: PacketRead, lower: PacketRead, place: number): Func {
  const { f } = s;
  const { from, to } = byteRange(upper, lower);
  let nextValue = f.nextValue;
  const fresh = (): ValueId => nextValue++;
  const slot: Slot = {
    id: f.nextSlot,
    size: place + to - from,
    align: 8,
    name: '',
    pos: upper.call.pos,
  };
  const address = fresh();
  const gone = new Set([upper, lower].flatMap((read) => read.stores));
  const moved = new Map([upper, lower].flatMap((read) => read.loads.map((load) => [load, read] as const)));
  const constant = (result: ValueId, imm: bigint): Instr => {
    return { op: 'const', result, type: 'i64', args: [], imm, pos: upper.call.pos };
  };
  const rewrite = (i: Instr): readonly Instr[] => {
    if (gone.has(i)) return [];
    const read = moved.get(i);
    if (read !== undefined) return [copyInstr(i, { args: [address], imm: bytesOf(i) + read.from - from })];
    if (i === lower.call) return i.result === null ? [] : [constant(i.result, 0n)];
    if (i !== upper.call) return [i];
    const [offset, length] = [fresh(), fresh()];
    return [
      {
        op: 'slotaddr',
        result: address,
        type: 'ptr',
        args: [],
        imm: { kind: 'slot', slot: slot.id, offset: place },
        pos: i.pos,
      },
      constant(offset, BigInt(from)),
      constant(length, BigInt(to - from)),
      withArgs(i, [i.args[0]!, offset, address, length]),
    ];
  };
  const check = checkOf(s, lower);
  const blocks = f.blocks.map((b, at): Block => {
    const body = b.body.flatMap(rewrite);
    if (at !== lower.block || check === null) return withBody(b, body);
    return copyBlock(b, { body, end: { kind: 'jump', target: check.passed, pos: b.end.pos } });
  });
  const slots = [...f.slots.filter(({ id }) => id !== upper.slot && id !== lower.slot), slot];
  return removeUnreachable(
    copyFunc(f, {
      blocks: withoutAddresses(blocks, new Set([upper.slot, lower.slot])),
      slots,
      nextValue,
      nextSlot: f.nextSlot + 1,
    }),
  );
}

/** The blocks without the addresses of slots that are gone. */
const withoutAddresses = (blocks: readonly Block[], gone: ReadonlySet<number>): readonly Block[] =>
  blocks.map((b) =>
    withBody(
      b,
      b.body.filter(
        (i) =>
          i.op !== 'slotaddr' || typeof i.imm !== 'object' || i.imm?.kind !== 'slot' || !gone.has(i.imm.slot),
      ),
    ),
  );
