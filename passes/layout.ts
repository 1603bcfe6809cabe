/**
 * Puts blocks in their final order and drops the jumps that falling through makes needless.
 *
 *     b0: if r1 == 0 goto b1; goto b2          b0: if r1 != 0 goto b2
 *     b1: goto b3                              b3: r0 = 2
 *     b2: r0 = 1; exit                             exit
 *     b3: r0 = 2; exit                         b2: r0 = 1
 *                                                  exit
 *
 * Ends that blocks have in common become one (src/bpf/tail-merge.ts); where the kernel allows it, a loop is turned so
 * that its test stands at its bottom; far jumps are made to reach (src/bpf/relax.ts). Invariant: every jump target is a block with at least one
 * instruction; no block is unreachable; control never falls off the end.
 */

import { copyInst, copyMFunc, withCode } from '../src/bpf/copy.ts';
import { must } from '../src/base/assert.ts';
import { dominators } from '../src/base/graph.ts';
import { naturalLoops } from '../src/base/loops.ts';
import { jump } from '../src/bpf/build.ts';
import { negatedJump } from '../src/bpf/branches.ts';
import { chainOrder } from '../src/bpf/chains.ts';
import { machineFlow } from '../src/bpf/flow.ts';
import type { MBlock, MFunc, MInst, PReg } from '../src/bpf/minst.ts';
import { relax } from '../src/bpf/relax.ts';
import { mergeTails } from '../src/bpf/tail-merge.ts';
import type { Pass, Target } from './pass.ts';

type Block = MBlock<PReg>;

export const layout: Pass<'code', 'code'> = {
  name: 'layout',
  doc: 'Orders blocks, removes jumps by falling through and makes far jumps reach.',
  from: 'code',
  to: 'code',
  run: (input, { target }) => ({ ...input, funcs: input.funcs.map((func) => layOut(func, target)) }),
};

/**
 * Kernels before 6.8 want every edge that closes a loop to be a jump ("back-edge from insn 58 to 59"); in a turned loop
 * the body falls into the test.
 */
const takesFallingBackEdges = ({ kernel: [major, minor] }: Pick<Target, 'kernel'>): boolean =>
  major > 6 || (major === 6 && minor >= 8);

/** Slots that a jump's 16-bit offset covers. */
const near = 32767;

export function layOut(
  func: MFunc<PReg>,
  target: Pick<Target, 'cpu' | 'opt' | 'kernel'>,
  reach = near,
): MFunc<PReg> {
  const less = target.cpu !== 'v1';
  const threaded = threadJumps(explicit(func.blocks));
  const merged = target.opt === '0' ? threaded : threadJumps(mergeTails(threaded, func.nextBlock));
  const ids = merged.map((block) => block.id);
  const free = Math.max(func.nextBlock, ...ids.map((id) => id + 1));
  const turn = target.opt !== '0' && takesFallingBackEdges(target);
  const shared = target.opt === '0' ? merged : shareExit(merged);
  const orders = [chooseOrder(copyMFunc(func, { blocks: shared }), less, turn)];
  if (target.opt !== '0') orders.push(chainOrder(copyMFunc(func, { blocks: shared }), less));
  const fallen = shortest(orders.map((order) => dropEmptyEntry(fallThrough(order, less))));
  const { blocks, nextBlock } = relax(fallen, free, { near: reach, long: target.cpu === 'v4', less });
  return copyMFunc(func, { blocks, nextBlock });
}

/** The order that leaves the fewest instructions; the first of those. */
function shortest(orders: readonly (readonly Block[])[]): readonly Block[] {
  const length = (blocks: readonly Block[]): number => blocks.reduce((sum, b) => sum + b.body.length, 0);
  return orders.reduce((best, order) => (length(order) < length(best) ? order : best));
}

/** One block that ends in exit falls into the block that is only an exit, if there is one. */
function shareExit(blocks: readonly Block[]): readonly Block[] {
  const lone = blocks.findIndex((b, at) => at > 0 && b.body.length === 1 && b.body[0]!.op === 'exit');
  const user = blocks.findIndex((b) => b.body.length > 1 && b.body[b.body.length - 1]!.op === 'exit');
  if (lone < 0 || user < 0) return blocks;
  return blocks.map((b, at) => {
    if (at !== user) return b;
    const last = b.body[b.body.length - 1]!;
    return withCode(b, [...b.body.slice(0, -1), jump(blocks[lone]!.id, last.pos)]);
  });
}

/** Every block ends in a jump or exit, also where code was laid out before. */
function explicit(blocks: readonly Block[]): readonly Block[] {
  return blocks.map((block, at) => {
    const last = block.body[block.body.length - 1];
    if (last !== undefined && (last.op === 'ja' || last.op === 'gotol' || last.op === 'exit')) return block;
    const next = must(blocks[at + 1], 'a block to fall into');
    const pos = last?.pos ?? { file: 0, line: 0, col: 0 };
    return withCode(block, [...block.body, jump(next.id, pos)]);
  });
}

/** Jumps to a block that only jumps go where that goes; a jump to a lone exit is the exit. */
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
  let emptied = false;
  const threaded = blocks.map((block) => {
    const body = block.body.map((i) => (i.target === null ? i : copyInst(i, { target: final(i.target) })));
    const last = body[body.length - 1]!;
    const before = body[body.length - 2];
    if (last.op === 'ja' && before?.target === last.target && before.target !== null) {
      // Both ways lead to one place: the test is needless, and the block may only jump now.
      body.splice(-2, 1);
      emptied ||= body.length === 1;
    }
    const to = last.op === 'ja' ? byId.get(last.target!)?.body[0] : undefined;
    if (to?.op === 'exit' && body[body.length - 2]?.target == null)
      body[body.length - 1] = { ...to, pos: last.pos };
    return withCode(block, body);
  });
  return emptied ? threadJumps(threaded) : threaded;
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

/**
 * For each loop that begins with its only test: the block inside that the test leads to. Entering such a loop, the
 * order goes on there, so that the test follows the end of the body and needs no jump back.
 */
function turnedLoops(
  func: MFunc<PReg>,
): ReadonlyMap<number, { readonly into: number; readonly body: ReadonlySet<number> }> {
  const { graph, position } = machineFlow(func);
  const turned = new Map<number, { into: number; body: ReadonlySet<number> }>();
  for (const loop of naturalLoops(graph, dominators(graph)).loops) {
    const header = func.blocks[loop.header]!;
    const { last, conditional } = exitsOf(header);
    if (last === null || conditional === null) continue;
    const body = new Set(loop.body);
    const inside = [last, conditional.target!].filter((id) => body.has(position.get(id)!));
    const [into] = inside;
    const latched = loop.latches.some((at) => exitsOf(func.blocks[at]!).conditional === null);
    if (inside.length !== 1 || into === undefined || into === header.id || !latched) continue;
    turned.set(header.id, { into, body: new Set(loop.body.map((at) => func.blocks[at]!.id)) });
  }
  return turned;
}

/** Follows jumps as far as they lead to blocks not placed yet, then goes on with the latest branch left open. */
function chooseOrder(func: MFunc<PReg>, less: boolean, turn: boolean): readonly Block[] {
  const byId = new Map(func.blocks.map((block) => [block.id, block]));
  const turned = turn ? turnedLoops(func) : new Map<number, never>();
  const placed = new Set<number>();
  const order: Block[] = [];
  const open: number[] = [func.blocks[0]!.id];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (let at: number | null = id; at !== null && !placed.has(at); ) {
      const block: Block = must(byId.get(at), 'a block');
      placed.add(at);
      order.push(block);
      const { last, conditional } = exitsOf(block);
      const other = conditional?.target ?? null;
      if (other !== null) open.push(other);
      if (last !== null) open.push(last);
      at = last;
      const invertible = conditional !== null && negatedJump(conditional.op, less) !== null;
      if (last !== null && placed.has(last) && invertible) at = other;
      const loop: { readonly into: number; readonly body: ReadonlySet<number> } | undefined =
        at === null ? undefined : turned.get(at);
      if (loop !== undefined && !placed.has(at!) && !loop.body.has(block.id) && conditional === null) {
        open.push(at!);
        at = loop.into;
      }
    }
  }
  return order;
}

function fallThrough(order: readonly Block[], less: boolean): Block[] {
  return order.map((block, i) => {
    const next = order[i + 1]?.id;
    const { last, conditional } = exitsOf(block);
    if (last === null || next === undefined) return block;
    if (last === next) return withCode(block, block.body.slice(0, -1));
    if (conditional === null || conditional.target !== next) return block;
    const negated = negatedJump(conditional.op, less);
    if (negated === null) return block;
    return withCode(block, [
      ...block.body.slice(0, -2),
      copyInst(conditional, { op: negated, target: last }),
    ]);
  });
}

/** Nothing jumps to the entry: without instructions it is not needed. */
const dropEmptyEntry = (blocks: readonly Block[]): readonly Block[] =>
  blocks[0]?.body.length === 0 && blocks.length > 1 ? blocks.slice(1) : blocks;
