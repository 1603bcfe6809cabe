/**
 * An order of blocks in which as many as possible fall into the next one.
 *
 *     b0: if r1 > 4 goto b1; goto b2        b0: if r1 <= 4 goto b2
 *     b1: r1 = 5; goto b2             ⇒     b1: r1 = 5
 *     b2: …                                 b2: …
 *
 * Edges are taken greedily into chains: first those of blocks that only jump, then of conditional jumps the successor
 * that fewest others lead to. Invariant: the entry comes first; an edge that closes a loop is never fallen through
 * (kernels before 6.8 refuse that), every block
 * that is reached is placed once.
 */

import { copyMFunc } from './copy.ts';
import { must } from '../base/assert.ts';
import { reversePostorder } from '../base/graph.ts';
import { unionFind } from '../base/union-find.ts';
import { negatedJump } from './branches.ts';
import { machineFlow } from './flow.ts';
import type { MBlock, MFunc, PReg } from './minst.ts';

type Block = MBlock<PReg>;

/** Where a block's fall-through may lead, best first, as block ids. */
function candidates(block: Block, less: boolean): readonly number[] {
  const last = block.body[block.body.length - 1];
  if (last?.op !== 'ja' || last.target === null) return [];
  const before = block.body[block.body.length - 2];
  if (before === undefined || before.target === null) return [last.target];
  return negatedJump(before.op, less) === null ? [last.target] : [last.target, before.target];
}

/** Blocks linked into chains: the next of each, by position; -1 for none. */
function link(func: MFunc<PReg>, less: boolean, rank: Int32Array): Int32Array {
  const { graph, position } = machineFlow(func);
  const next = new Int32Array(func.blocks.length).fill(-1);
  const taken = new Uint8Array(func.blocks.length);
  const chains = unionFind(func.blocks.length);
  taken[0] = 1;
  const tryLink = (from: number, to: number): boolean => {
    if (taken[to] === 1 || rank[to]! <= rank[from]! || chains.same(from, to)) return false;
    next[from] = to;
    taken[to] = 1;
    chains.union(from, to);
    return true;
  };
  const order = func.blocks.map((_, at) => at).sort((a, b) => rank[a]! - rank[b]!);
  const choices = func.blocks.map((b) => candidates(b, less).map((id) => must(position.get(id), 'a block')));
  for (const at of order) if (choices[at]!.length === 1) tryLink(at, choices[at]![0]!);
  for (const at of order) {
    if (next[at] !== -1 || choices[at]!.length < 2) continue;
    const [first, second] = choices[at]!;
    const open = (to: number): number => graph.predecessors[to]!.length;
    const sorted = open(second!) < open(first!) ? [second!, first!] : [first!, second!];
    if (!tryLink(at, sorted[0]!)) tryLink(at, sorted[1]!);
  }
  return next;
}

function withoutUnreachable(func: MFunc<PReg>): MFunc<PReg> {
  const reached = new Set(reversePostorder(machineFlow(func).graph));
  return copyMFunc(func, { blocks: func.blocks.filter((_, at) => reached.has(at)) });
}

/** The blocks in an order with few jumps; every block ends in a jump or exit. */
export function chainOrder(input: MFunc<PReg>, less: boolean): readonly Block[] {
  const func = withoutUnreachable(input);
  const { graph } = machineFlow(func);
  const rank = new Int32Array(func.blocks.length).fill(-1);
  reversePostorder(graph).forEach((at, i) => {
    rank[at] = i;
  });
  const next = link(func, less, rank);
  const isNext = new Uint8Array(func.blocks.length);
  for (const to of next) if (to !== -1) isNext[to] = 1;
  const heads = func.blocks.map((_, at) => at).filter((at) => isNext[at] === 0 && at !== 0);
  heads.sort((a, b) => rank[a]! - rank[b]!);
  return [0, ...heads].flatMap((start) => {
    const chain: Block[] = [];
    for (let k = start; k !== -1; k = next[k]!) chain.push(func.blocks[k]!);
    return chain;
  });
}
