/**
 * Puts blocks in their final order and drops the jumps that falling through makes needless.
 *
 *     b0: if r1 == 0 goto b1; goto b2          b0: if r1 != 0 goto b2
 *     b1: r0 = 1; exit                         b1: r0 = 1
 *     b2: goto b3                              b3: exit
 *     b3: r0 = 2; exit                         b2: r0 = 2; goto b3
 *
 * Invariant: every jump target is a block with at least one instruction; no block is unreachable.
 */

import { must } from '../src/base/assert.ts';
import { negatedJump } from '../src/bpf/branches.ts';
import type { MBlock, MFunc, MInst, PReg } from '../src/bpf/minst.ts';
import type { Pass } from './pass.ts';

type Block = MBlock<PReg>;

export const layout: Pass<'code', 'code'> = {
  name: 'layout',
  doc: 'Orders blocks, removes jumps by falling through and makes far jumps reach.',
  from: 'code',
  to: 'code',
  run: (input, { target }) => ({
    ...input,
    funcs: input.funcs.map((func) => layOut(func, target.cpu !== 'v1')),
  }),
};

function layOut(func: MFunc<PReg>, less: boolean): MFunc<PReg> {
  const threaded = threadJumps(func.blocks);
  const order = chooseOrder(threaded, less);
  return { ...func, blocks: fallThrough(order, less) };
}

/** Jumps to a block that only jumps go where that goes. */
function threadJumps(blocks: readonly Block[]): readonly Block[] {
  const byId = new Map(blocks.map((block) => [block.id, block]));
  const final = (id: number): number => {
    const seen = new Set<number>();
    let at = id;
    for (;;) {
      const first = must(byId.get(at), 'a block').body[0];
      if (first?.op !== 'ja' || seen.has(at)) return at;
      seen.add(at);
      at = must(first.target, 'a target');
    }
  };
  return blocks.map((block) => ({
    ...block,
    body: block.body.map((i) => (i.target === null ? i : { ...i, target: final(i.target) })),
  }));
}

/** Where a block goes on by its last jump, and by the conditional jump before that. */
function exitsOf(block: Block): { last: number | null; conditional: MInst<PReg> | null } {
  const last = block.body[block.body.length - 1];
  const before = block.body[block.body.length - 2];
  return {
    last: last?.op === 'ja' ? last.target : null,
    conditional: before !== undefined && before.target !== null ? before : null,
  };
}

/** Follows jumps as far as they lead to blocks not placed yet, then goes on with the latest branch left open. */
function chooseOrder(blocks: readonly Block[], less: boolean): readonly Block[] {
  const byId = new Map(blocks.map((block) => [block.id, block]));
  const placed = new Set<number>();
  const order: Block[] = [];
  const open: number[] = [blocks[0]!.id];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (let at: number | null = id; at !== null && !placed.has(at); ) {
      const block: Block = must(byId.get(at), 'a block');
      placed.add(at);
      order.push(block);
      const { last, conditional } = exitsOf(block);
      const other = conditional?.target ?? null;
      if (other !== null) open.push(other);
      at = last;
      if (
        last !== null &&
        placed.has(last) &&
        conditional !== null &&
        negatedJump(conditional.op, less) !== null
      )
        at = other;
    }
  }
  return order;
}

function fallThrough(order: readonly Block[], less: boolean): Block[] {
  return order.map((block, i) => {
    const next = order[i + 1]?.id;
    const { last, conditional } = exitsOf(block);
    if (last === null || next === undefined) return block;
    if (last === next) return { ...block, body: block.body.slice(0, -1) };
    if (conditional === null || conditional.target !== next) return block;
    const negated = negatedJump(conditional.op, less);
    if (negated === null) return block;
    return { ...block, body: [...block.body.slice(0, -2), { ...conditional, op: negated, target: last }] };
  });
}
