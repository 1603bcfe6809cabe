/**
 * Which values are live at the borders of blocks, for SSA values and for registers with many definitions alike.
 *
 * Sparse: each value is walked upwards from its uses to its definitions, so the cost is the size of the answer.
 * Invariant: v is live into b iff some path from b's start reads v before writing it.
 */

import type { FlowGraph } from './graph.ts';

export interface LivenessInput {
  readonly graph: FlowGraph;
  /** Values are 0 … values-1. */
  readonly values: number;
  /** Per block, the values that it reads before it writes them (arguments on its outgoing edges included). */
  readonly uses: readonly Iterable<number>[];
  /** Per block, the values that it writes (its parameters included). */
  readonly definitions: readonly Iterable<number>[];
}

export interface Liveness {
  /** Values live at the start of each block (parameters excluded), ascending. */
  readonly liveIn: readonly (readonly number[])[];
  /** Values live after each block, ascending. */
  readonly liveOut: readonly (readonly number[])[];
}

/** Per value the blocks that list it. */
function blocksByValue(values: number, lists: readonly Iterable<number>[]): number[][] {
  const blocks: number[][] = Array.from({ length: values }, () => []);
  lists.forEach((list, block) => {
    for (const v of list) {
      const of = blocks[v]!;
      if (of[of.length - 1] !== block) of.push(block);
    }
  });
  return blocks;
}

export function liveness(input: LivenessInput): Liveness {
  const n = input.graph.successors.length;
  const useBlocks = blocksByValue(input.values, input.uses);
  const definitionBlocks = blocksByValue(input.values, input.definitions);
  const liveIn: number[][] = Array.from({ length: n }, () => []);
  const liveOut: number[][] = Array.from({ length: n }, () => []);
  // Stamps instead of sets: the last value for which a block was defined, entered, left.
  const defined = new Int32Array(n).fill(-1);
  const entered = new Int32Array(n).fill(-1);
  const left = new Int32Array(n).fill(-1);
  const work: number[] = [];
  for (let v = 0; v < input.values; v++) {
    if (useBlocks[v]!.length === 0) continue;
    for (const b of definitionBlocks[v]!) defined[b] = v;
    for (const b of useBlocks[v]!) {
      entered[b] = v;
      work.push(b);
    }
    while (work.length > 0) {
      const b = work.pop()!;
      liveIn[b]!.push(v);
      for (const p of input.graph.predecessors[b]!) {
        if (left[p] === v) continue;
        left[p] = v;
        liveOut[p]!.push(v);
        if (defined[p] === v || entered[p] === v) continue;
        entered[p] = v;
        work.push(p);
      }
    }
  }
  return { liveIn, liveOut };
}
