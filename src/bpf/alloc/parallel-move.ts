/**
 * Puts a parallel copy into an order of single moves.
 *
 *     r1, r2, r3 = r2, r1, 7      r4 = r1; r1 = r2; r2 = r4; r3 = 7
 *
 * Invariant: afterwards every destination holds what its source held before; constants, which read nothing, come
 * last. A cycle needs a register that is free, or a stack slot (pointers cannot be exchanged by xor).
 */

import { must } from '../../base/assert.ts';
import type { Pos } from '../../base/source.ts';
import { load, move, store } from '../build.ts';
import { loadConstant } from '../constants.ts';
import { framePointer, type MInst, type PReg } from '../minst.ts';

export type Move = readonly [dst: PReg, src: PReg | bigint];

/** A register that may be overwritten, or the id of a slot of 8 bytes. */
export type Scratch = { readonly register: PReg } | { readonly slot: number };

export function orderMoves(
  moves: readonly Move[],
  scratch: () => Scratch,
  alu32: boolean,
  pos: Pos,
): MInst<PReg>[] {
  const out: MInst<PReg>[] = [];
  const source = new Map<PReg, PReg>();
  for (const [dst, src] of moves) if (typeof src !== 'bigint' && src !== dst) source.set(dst, src);

  const readers = new Map<PReg, number>();
  for (const src of source.values()) readers.set(src, (readers.get(src) ?? 0) + 1);
  const ready = [...source.keys()].filter((dst) => !readers.has(dst));
  const drain = (): void => {
    for (let dst = ready.pop(); dst !== undefined; dst = ready.pop()) {
      const src = must(source.get(dst), 'a pending move');
      out.push(move<PReg>(dst, src, pos));
      source.delete(dst);
      const left = readers.get(src)! - 1;
      if (left > 0) readers.set(src, left);
      else {
        readers.delete(src);
        if (source.has(src)) ready.push(src);
      }
    }
  };

  drain();
  while (source.size > 0) {
    const [first, from] = must(source.entries().next().value, 'a cycle');
    source.delete(first);
    const place = scratch();
    // Save what the cycle overwrites first, run the chain that this frees, then finish with the saved value.
    if ('register' in place) out.push(move<PReg>(place.register, from, pos));
    else
      out.push(
        store<PReg>('stx_64', framePointer, { kind: 'frame', slot: place.slot, offset: 0 }, from, pos),
      );
    readers.delete(from);
    ready.push(from);
    drain();
    if ('register' in place) out.push(move<PReg>(first, place.register, pos));
    else
      out.push(
        load<PReg>('ldx_u64', first, framePointer, { kind: 'frame', slot: place.slot, offset: 0 }, pos),
      );
  }
  for (const [dst, src] of moves) if (typeof src === 'bigint') out.push(loadConstant(dst, src, alu32, pos));
  return out;
}
