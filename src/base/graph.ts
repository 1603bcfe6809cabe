/**
 * Control-flow graphs as plain adjacency lists: order, dominators, dominance frontiers. Works for SSA and machine
 * code alike; nodes are 0 … n-1, node ids are positions in the caller's block list.
 *
 *     const g = flowGraph([[1, 2], [3], [3], []]);
 *     reversePostorder(g)        // [0, 2, 1, 3]
 *     dominators(g).idom         // [-1, 0, 0, 0]
 *
 * Everything here is iterative (no recursion) and near-linear in nodes and edges. Unreachable nodes appear in no
 * order and have no dominator.
 */

import { memo } from './memo.ts';

export interface FlowGraph {
  readonly entry: number;
  readonly successors: readonly (readonly number[])[];
  readonly predecessors: readonly (readonly number[])[];
}

export function flowGraph(successors: readonly (readonly number[])[], entry = 0): FlowGraph {
  const predecessors: number[][] = successors.map(() => []);
  successors.forEach((list, node) => {
    for (const to of list) predecessors[to]!.push(node);
  });
  return { entry, successors, predecessors };
}

/** Nodes in the order in which a depth-first walk finishes them. Reachable nodes only. */
export function postorder(g: FlowGraph): number[] {
  const order: number[] = [];
  const seen = new Uint8Array(g.successors.length);
  const next = new Int32Array(g.successors.length);
  if (g.successors.length === 0) return order;
  const stack = [g.entry];
  seen[g.entry] = 1;
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    const list = g.successors[node]!;
    const i = next[node]!;
    if (i === list.length) {
      order.push(node);
      stack.pop();
      continue;
    }
    next[node] = i + 1;
    const to = list[i]!;
    if (seen[to] === 0) {
      seen[to] = 1;
      stack.push(to);
    }
  }
  return order;
}

/** Every node before its successors, back edges excepted. Reachable nodes only, the entry first. */
export function reversePostorder(g: FlowGraph): number[] {
  return postorder(g).reverse();
}

export interface Dominators {
  /** Immediate dominator; -1 for the entry and for unreachable nodes. */
  readonly idom: Int32Array;
  /** Children in the dominator tree, in reverse postorder. */
  readonly children: readonly (readonly number[])[];
  /** Reachable nodes in preorder of the dominator tree. */
  readonly preorder: readonly number[];
  /** Does every path from the entry to `b` go through `a`? A node dominates itself; false for unreachable nodes. */
  dominates(a: number, b: number): boolean;
}

/** Depth-first numbering: nodes by number, number by node (-1: unreachable), parent numbers. */
function depthFirst(g: FlowGraph): { order: number[]; number: Int32Array; parent: Int32Array } {
  const n = g.successors.length;
  const number = new Int32Array(n).fill(-1);
  const parent = new Int32Array(n).fill(-1);
  const next = new Int32Array(n);
  const order: number[] = [];
  if (n === 0) return { order, number, parent };
  const stack = [g.entry];
  number[g.entry] = 0;
  order.push(g.entry);
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    const list = g.successors[node]!;
    const i = next[node]!;
    if (i === list.length) {
      stack.pop();
      continue;
    }
    next[node] = i + 1;
    const to = list[i]!;
    if (number[to] !== -1) continue;
    number[to] = order.length;
    parent[order.length] = number[node]!;
    order.push(to);
    stack.push(to);
  }
  return { order, number, parent };
}

/**
 * Immediate dominators by depth-first number (Lengauer and Tarjan 1979, the simple variant with path compression,
 * O(m log n) whatever the shape: error exits with many thousand predecessors are common here).
 */
function immediateDominators(
  g: FlowGraph,
  order: readonly number[],
  number: Int32Array,
  parent: Int32Array,
): Int32Array {
  const count = order.length;
  const semi = Int32Array.from({ length: count }, (_, i) => i);
  const label = Int32Array.from(semi);
  const ancestor = new Int32Array(count).fill(-1);
  const idom = new Int32Array(count).fill(-1);
  const bucketHead = new Int32Array(count).fill(-1);
  const bucketNext = new Int32Array(count).fill(-1);
  const path: number[] = [];

  const best = (v: number): number => {
    if (ancestor[v] === -1) return v;
    for (let x = v; ancestor[ancestor[x]!] !== -1; x = ancestor[x]!) path.push(x);
    while (path.length > 0) {
      const x = path.pop()!;
      const up = ancestor[x]!;
      if (semi[label[up]!]! < semi[label[x]!]!) label[x] = label[up]!;
      ancestor[x] = ancestor[up]!;
    }
    return label[v]!;
  };

  for (let w = count - 1; w > 0; w--) {
    for (const from of g.predecessors[order[w]!]!) {
      const v = number[from]!;
      if (v < 0) continue;
      const u = best(v);
      if (semi[u]! < semi[w]!) semi[w] = semi[u]!;
    }
    const s = semi[w]!;
    bucketNext[w] = bucketHead[s]!;
    bucketHead[s] = w;
    const p = parent[w]!;
    ancestor[w] = p;
    for (let v = bucketHead[p]!; v !== -1; v = bucketNext[v]!) {
      const u = best(v);
      idom[v] = semi[u]! < semi[v]! ? u : p;
    }
    bucketHead[p] = -1;
  }
  for (let w = 1; w < count; w++) {
    if (idom[w] !== semi[w]) idom[w] = idom[idom[w]!]!;
  }
  return idom;
}

export const dominators = memo((g: FlowGraph): Dominators => {
  const n = g.successors.length;
  const { order, number, parent } = depthFirst(g);
  const byNumber = immediateDominators(g, order, number, parent);
  const idom = new Int32Array(n).fill(-1);
  for (let w = 1; w < order.length; w++) idom[order[w]!] = order[byNumber[w]!]!;

  const children: number[][] = Array.from({ length: n }, () => []);
  for (const node of reversePostorder(g)) {
    if (idom[node] !== -1) children[idom[node]!]!.push(node);
  }
  const enter = new Int32Array(n).fill(-1);
  const leave = new Int32Array(n).fill(-1);
  const preorder: number[] = [];
  const stack = n === 0 ? [] : [g.entry];
  while (stack.length > 0) {
    const node = stack.pop()!;
    enter[node] = preorder.length;
    preorder.push(node);
    const list = children[node]!;
    for (let i = list.length - 1; i >= 0; i--) stack.push(list[i]!);
  }
  for (let i = preorder.length - 1; i >= 0; i--) {
    const node = preorder[i]!;
    const list = children[node]!;
    leave[node] = list.length === 0 ? i : leave[list[list.length - 1]!]!;
  }
  const dominates = (a: number, b: number): boolean =>
    enter[a]! >= 0 && enter[b]! >= enter[a]! && enter[b]! <= leave[a]!;
  return { idom, children, preorder, dominates };
});

/** Per node the nodes where its dominance ends: joins that it reaches but does not strictly dominate. */
export function dominanceFrontiers(g: FlowGraph, d: Dominators): readonly (readonly number[])[] {
  const frontiers: number[][] = g.successors.map(() => []);
  for (const join of d.preorder) {
    for (const from of g.predecessors[join]!) {
      if (d.idom[from] === -1 && from !== g.entry) continue;
      for (let x = from; x !== d.idom[join] && x !== -1; x = d.idom[x]!) {
        const list = frontiers[x]!;
        if (list[list.length - 1] === join) break;
        list.push(join);
      }
    }
  }
  return frontiers;
}

/** The joins where a variable assigned in `definitions` needs a merge: the closure of the frontiers. */
export function iteratedFrontier(
  frontiers: readonly (readonly number[])[],
  definitions: Iterable<number>,
): ReadonlySet<number> {
  const found = new Set<number>();
  const work = [...definitions];
  while (work.length > 0) {
    for (const join of frontiers[work.pop()!]!) {
      if (found.has(join)) continue;
      found.add(join);
      work.push(join);
    }
  }
  return found;
}
