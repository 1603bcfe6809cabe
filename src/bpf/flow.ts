/**
 * The control-flow graph of machine code: nodes are positions in `blocks`, edges come from the jump targets and from
 * falling through.
 *
 *     b0: if r1 == 0 goto b2; goto b1      successors of 0: [2, 1]
 *
 * Invariant: edge order is the order of the jumps in the block, the fall-through last; no edge is listed twice.
 */

import { unreachable } from '../base/assert.ts';
import { dominators, type FlowGraph, flowGraph } from '../base/graph.ts';
import { naturalLoops } from '../base/loops.ts';
import type { MBlock, MFunc } from './minst.ts';
import { endsFlow, targetsOf } from './operands.ts';

export interface MachineFlow {
  readonly graph: FlowGraph;
  /** Position of a block by its id. */
  readonly position: ReadonlyMap<number, number>;
}

export function fallsThrough<R>(block: MBlock<R>): boolean {
  const last = block.body[block.body.length - 1];
  return last === undefined || !endsFlow(last);
}

/** Ids of the blocks that control may go to, the next one in order last if it falls through. */
export function successorIds<R>(blocks: readonly MBlock<R>[], at: number): number[] {
  const block = blocks[at]!;
  const ids = targetsOf(block.body);
  if (fallsThrough(block)) {
    const next = blocks[at + 1];
    if (next === undefined) unreachable(`block b${block.id} falls off the end of the function`);
    if (!ids.includes(next.id)) ids.push(next.id);
  }
  return ids;
}

export function machineFlow<R>(func: MFunc<R>): MachineFlow {
  const position = new Map(func.blocks.map((block, i) => [block.id, i]));
  const successors = func.blocks.map((block, at) =>
    successorIds(func.blocks, at).map((id) => {
      const to = position.get(id);
      return to ?? unreachable(`b${block.id} jumps to b${id}, which is not in ${func.name}`);
    }),
  );
  return { graph: flowGraph(successors), position };
}

/** How often a block runs, roughly: ten times per enclosing loop, at most 10^5. */
export function blockFrequencies(graph: FlowGraph): readonly number[] {
  const loops = naturalLoops(graph, dominators(graph));
  return graph.successors.map((_, node) => {
    const loop = loops.loops[loops.innermost[node]!];
    return loop === undefined ? 1 : 10 ** Math.min(loop.depth, 5);
  });
}
