/**
 * Makes jumps reach: the offset of a jump has 16 bits.
 *
 *     if r1 == 0 goto far          if r1 != 0 goto b7             (cpu v4: gotol far)
 *     b7: …                        b8: goto far
 *                                  b7: …
 *
 * A jump that is still too far goes by stepping stones: blocks `goto far` put where both sides reach them.
 * Invariant: afterwards every distance fits, counted in slots of eight bytes.
 */

import { copyInst, withCode } from './copy.ts';
import { must, unreachable } from '../base/assert.ts';
import { negatedJump } from './branches.ts';
import { inst, jump } from './build.ts';
import { fallsThrough } from './flow.ts';
import type { MBlock, MInst, PReg } from './minst.ts';
import { slotsOf } from './operands.ts';

type Block = MBlock<PReg>;

export interface Reach {
  /** Slots that a 16-bit jump covers; less in tests. */
  readonly near: number;
  /** `gotol` is there. */
  readonly long: boolean;
  /** `<` jumps are there. */
  readonly less: boolean;
}

interface Layout {
  /** First slot of each block, by id. */
  readonly start: ReadonlyMap<number, number>;
  readonly starts: readonly number[];
}

function measure(blocks: readonly Block[]): Layout {
  const starts: number[] = [];
  let at = 0;
  for (const block of blocks) {
    starts.push(at);
    for (const i of block.body) at += slotsOf(i);
  }
  return { starts, start: new Map(blocks.map((block, k) => [block.id, starts[k]!])) };
}

/** Splits blocks so that a stepping stone fits between any two of them within half the reach. */
function splitLong(blocks: readonly Block[], near: number, fresh: () => number): Block[] {
  const limit = Math.max(2, Math.floor(near / 4));
  return blocks.flatMap((block) => {
    if (block.body.length <= limit) return [block];
    const parts: Block[] = [];
    for (let from = 0; from < block.body.length; from += limit) {
      parts.push({ id: from === 0 ? block.id : fresh(), body: block.body.slice(from, from + limit) });
    }
    return parts;
  });
}

/** Conditional jumps that are too far become a near one around an unconditional one. */
function invertFar(blocks: readonly Block[], reach: Reach, fresh: () => number): readonly Block[] {
  const { start, starts } = measure(blocks);
  let changed = false;
  const out: Block[] = [];
  blocks.forEach((block, k) => {
    let at = starts[k]!;
    let body: MInst<PReg>[] = [];
    let { id } = block;
    for (const [n, i] of block.body.entries()) {
      at += slotsOf(i);
      const far = i.target !== null && Math.abs(start.get(i.target)! - at) > reach.near;
      if (!far || i.op === 'ja' || i.op === 'gotol') {
        body.push(i);
        continue;
      }
      changed = true;
      const last = n === block.body.length - 1;
      const rest = last ? must(blocks[k + 1], 'a block to fall into').id : fresh();
      const negated = negatedJump(i.op, reach.less);
      if (negated !== null)
        body.push(copyInst(i, { op: negated, target: rest }), jump<PReg>(i.target!, i.pos));
      else {
        const hop = fresh();
        body.push(copyInst(i, { target: hop }), jump<PReg>(rest, i.pos));
        out.push({ id, body });
        [id, body] = [hop, [jump<PReg>(i.target!, i.pos)]];
      }
      out.push({ id, body });
      [id, body] = [rest, []];
    }
    if (body.length > 0) out.push({ id, body });
  });
  return changed ? out : blocks;
}

/** Far jumps become long ones, or go to a stepping stone on their way. */
function bridge(blocks: readonly Block[], reach: Reach, fresh: () => number): readonly Block[] {
  const { start, starts } = measure(blocks);
  /** Stones to put behind a block, by its position. */
  const stones = new Map<number, { readonly id: number; readonly target: number }[]>();
  const stoneFor = (from: number, target: number): number => {
    const forward = start.get(target)! > from;
    const step = Math.floor(reach.near / 2);
    let behind = 0;
    for (let k = 0; k + 1 < starts.length; k++) {
      if (forward ? starts[k + 1]! <= from + step : starts[k + 1]! < from - step) behind = k;
    }
    const list = stones.get(behind) ?? [];
    const known = list.find((stone) => stone.target === target);
    if (known !== undefined) return known.id;
    const made = { id: fresh(), target };
    stones.set(behind, [...list, made]);
    return made.id;
  };
  let changed = false;
  const jumped = blocks.map((block, k) => {
    let at = starts[k]!;
    const body = block.body.map((i) => {
      at += slotsOf(i);
      if (i.op !== 'ja' || Math.abs(start.get(i.target!)! - at) <= reach.near) return i;
      changed = true;
      return reach.long
        ? inst<PReg>('gotol', { target: i.target }, i.pos)
        : copyInst(i, { target: stoneFor(at, i.target!) });
    });
    return withCode(block, body);
  });
  if (!changed) return blocks;
  return jumped.flatMap((block, k) => {
    const list = stones.get(k);
    if (list === undefined) return [block];
    const next = jumped[k + 1];
    const pos = must(block.body[block.body.length - 1], 'an instruction').pos;
    const around = fallsThrough(block) && next !== undefined ? [jump<PReg>(next.id, pos)] : [];
    return [
      withCode(block, [...block.body, ...around]),
      ...list.map(({ id, target }) => ({ id, body: [jump<PReg>(target, pos)] })),
    ];
  });
}

export function relax(
  blocks: readonly Block[],
  nextBlock: number,
  reach: Reach,
): { readonly blocks: readonly Block[]; readonly nextBlock: number } {
  const total = blocks.reduce((sum, block) => sum + block.body.reduce((n, i) => n + slotsOf(i), 0), 0);
  if (total <= reach.near) return { blocks, nextBlock };
  let free = nextBlock;
  const fresh = (): number => free++;
  // A margin for what relaxing itself adds.
  const tight = { ...reach, near: Math.floor(reach.near * 0.9) };
  let current: readonly Block[] = splitLong(blocks, reach.near, fresh);
  // Stones lengthen what they stand in, so it takes a few rounds; thousands of jumps over one place would not end.
  for (let round = 0; round < 64; round++) {
    const inverted = invertFar(current, tight, fresh);
    const next = bridge(inverted, tight, fresh);
    if (next === current) return { blocks: current, nextBlock: free };
    current = next;
  }
  return unreachable('too many far jumps cross one place');
}
