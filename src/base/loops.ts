/**
 * Natural loops of a flow graph, nested.
 *
 *     0 → 1 → 2 → 1, 1 → 3      one loop: header 1, body {1, 2}, latches [2], depth 1
 *
 * Loops with one header are one loop. An edge into a node that does not dominate its source makes no natural loop;
 * such (irreducible) cycles are reported apart.
 */

import { type Dominators, type FlowGraph, reversePostorder } from './graph.ts';

export interface Loop {
  readonly header: number;
  /** Sources of the back edges. */
  readonly latches: readonly number[];
  /** Nodes of the loop, inner loops included, the header first. */
  readonly body: readonly number[];
  /** Index in `Loops.loops` of the loop around; -1 for outermost loops. */
  readonly parent: number;
  /** 1 for outermost loops. */
  readonly depth: number;
}

export interface Loops {
  /** Outer loops before the loops in them. */
  readonly loops: readonly Loop[];
  /** Index of the innermost loop of each node; -1 outside of loops. */
  readonly innermost: Int32Array;
  /** Are there cycles that are no natural loops? */
  readonly irreducible: boolean;
}

export function naturalLoops(g: FlowGraph, d: Dominators): Loops {
  const order = reversePostorder(g);
  const position = new Int32Array(g.successors.length).fill(-1);
  order.forEach((node, i) => {
    position[node] = i;
  });
  let irreducible = false;
  const latchesOf = new Map<number, number[]>();
  for (const node of order) {
    for (const to of g.successors[node]!) {
      if (position[to]! > position[node]!) continue;
      if (!d.dominates(to, node)) irreducible = true;
      else if (latchesOf.has(to)) latchesOf.get(to)!.push(node);
      else latchesOf.set(to, [node]);
    }
  }

  // Inner loops first; a walk upwards from the latches skips over loops already found.
  const headers = order.filter((node) => latchesOf.has(node)).reverse();
  const parent = new Map<number, number>();
  const owner = new Int32Array(g.successors.length).fill(-1);
  const outermost = (header: number): number => {
    let h = header;
    while (parent.has(h)) h = parent.get(h)!;
    return h;
  };
  for (const header of headers) {
    const work = [...latchesOf.get(header)!];
    while (work.length > 0) {
      const node = work.pop()!;
      if (position[node] === -1) continue;
      const at = owner[node] === -1 ? node : outermost(owner[node]!);
      if (at === header) continue;
      if (owner[node] === -1) owner[node] = header;
      else parent.set(at, header);
      work.push(...g.predecessors[at]!);
    }
    owner[header] = header;
  }

  headers.reverse();
  const index = new Map(headers.map((header, i) => [header, i]));
  const depths: number[] = [];
  const bodies: number[][] = headers.map(() => []);
  headers.forEach((header, i) => {
    const up = parent.get(header);
    depths[i] = up === undefined ? 1 : depths[index.get(up)!]! + 1;
  });
  const innermost = new Int32Array(g.successors.length).fill(-1);
  for (const node of order) {
    if (owner[node] === -1) continue;
    innermost[node] = index.get(owner[node]!)!;
    for (let h: number | undefined = owner[node]!; h !== undefined; h = parent.get(h)) {
      bodies[index.get(h)!]!.push(node);
    }
  }
  const loops = headers.map((header, i) => ({
    header,
    latches: latchesOf.get(header)!,
    body: bodies[i]!,
    parent: parent.has(header) ? index.get(parent.get(header)!)! : -1,
    depth: depths[i]!,
  }));
  return { loops, innermost, irreducible };
}
