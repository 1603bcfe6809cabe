/**
 * Reads of constant places of the packet by `skb_load_bytes` into slots of their own.
 *
 *     v1: ptr = slotaddr s0
 *     store.16 v1 + 0, v9                              cleared before
 *     v4: i64 = helper @skb_load_bytes(v0, 12, v1, 2)
 *     v5: i32 = load.u16 v1 + 0
 *     // { context: v0, from: 12, to: 14, slot: 0, loads: [v5], stores: [the clearing] }
 *
 * Invariant: nothing but these instructions names the slot; every way to a load leads over the call, and the stores
 * stand before it in its block, so that the loads see what the call wrote.
 */

import { dominators } from '../base/graph.ts';
import type { Func, Instr, ValueId } from './ir.ts';
import { opRow } from './ops.ts';
import { bytesOf } from './pointers.ts';
import { cfgOf, definitionsOf, symbolOf, terminatorUses } from './walk.ts';

export interface PacketRead {
  readonly call: Instr;
  /** Position of the call's block. */
  readonly block: number;
  readonly context: ValueId;
  /** Bytes of the packet, the last one excluded. */
  readonly from: number;
  readonly to: number;
  readonly slot: number;
  readonly loads: readonly Instr[];
  readonly stores: readonly Instr[];
}

interface Mention {
  readonly instr: Instr;
  readonly block: number;
  readonly at: number;
}

/** What names each slot, by its address; null: something else than reads, loads and stores of the whole does. */
function mentionsOf(f: Func): ReadonlyMap<number, readonly Mention[] | null> {
  const definitions = definitionsOf(f);
  const found = new Map<number, Mention[] | null>();
  const slotOf = (v: ValueId): number | null => {
    const d = definitions[v];
    return d?.op === 'slotaddr' && typeof d.imm === 'object' && d.imm?.kind === 'slot' ? d.imm.slot : null;
  };
  const isStart = (v: ValueId): boolean => {
    const imm = definitions[v]?.imm;
    return typeof imm === 'object' && imm?.kind === 'slot' && imm.offset === 0;
  };
  f.blocks.forEach((b, block) => {
    b.body.forEach((instr, at) => {
      instr.args.forEach((v, k) => {
        const slot = slotOf(v);
        if (slot === null) return;
        const memory = k === 0 && (instr.op.startsWith('load.') || instr.op.startsWith('store.'));
        const read = k === 2 && instr.op === 'helper' && symbolOf(instr) === 'skb_load_bytes';
        const known = found.get(slot);
        if (known === null || !isStart(v) || !(memory || read)) found.set(slot, null);
        else if (known === undefined) found.set(slot, [{ instr, block, at }]);
        else known.push({ instr, block, at });
      });
    });
    for (const v of terminatorUses(b.end)) {
      const slot = slotOf(v);
      if (slot !== null) found.set(slot, null);
    }
  });
  return found;
}

/** In the order of the blocks. */
export function packetReads(f: Func): readonly PacketRead[] {
  const definitions = definitionsOf(f);
  const { dominates } = dominators(cfgOf(f));
  const number = (v: ValueId | undefined): number | null => {
    const d = v === undefined ? undefined : definitions[v];
    return d?.op === 'const' && typeof d.imm === 'bigint' && d.imm >= 0n && d.imm < 0xffffn
      ? Number(d.imm)
      : null;
  };
  const reads: PacketRead[] = [];
  for (const [slot, mentions] of mentionsOf(f)) {
    const calls = mentions?.filter(({ instr }) => instr.op === 'helper') ?? [];
    const [call] = calls;
    if (mentions === null || call === undefined || calls.length > 1) continue;
    const [context, offset, , length] = call.instr.args;
    const [from, bytes] = [number(offset), number(length)];
    if (context === undefined || from === null || bytes === null || bytes === 0) continue;
    const rest = mentions.filter((m) => m !== call);
    const fits = rest.every(({ instr, block, at }) => {
      if (bytesOf(instr) < 0 || bytesOf(instr) + opRow(instr.op).access! / 8 > bytes) return false;
      if (instr.op.startsWith('store.')) return block === call.block && at < call.at;
      return block === call.block ? at > call.at : dominates(call.block, block);
    });
    if (!fits) continue;
    const of = (op: string): readonly Instr[] =>
      rest.flatMap(({ instr }) => (instr.op.startsWith(op) ? [instr] : []));
    reads.push({
      call: call.instr,
      block: call.block,
      context,
      from,
      to: from + bytes,
      slot,
      loads: of('load.'),
      stores: of('store.'),
    });
  }
  return reads.sort((a, b) => a.block - b.block);
}

/** More bytes are not read at once. */
const maxBytes = 64;

/** The bytes of the packet from the first of both reads to the last. */
export const byteRange = (a: PacketRead, b: PacketRead): { readonly from: number; readonly to: number } => ({
  from: Math.min(a.from, b.from),
  to: Math.max(a.to, b.to),
});

/** Where in a slot that is aligned to 8 the bytes of both must begin for their loads to be aligned; null: nowhere. */
export function placement(a: PacketRead, b: PacketRead): number | null {
  const { from, to } = byteRange(a, b);
  if (to - from > maxBytes) return null;
  const aligned = (place: number): boolean =>
    [a, b].every((read) =>
      read.loads.every((load) => {
        const at = place + read.from - from + bytesOf(load);
        return at % (opRow(load.op).access! / 8) === 0;
      }),
    );
  const places = [0, 1, 2, 3, 4, 5, 6, 7].filter(aligned);
  return places[0] ?? null;
}
