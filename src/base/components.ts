/**
 * Strongly connected components: the nodes that a walk can leave and come back to.
 *
 *     rings([[1], [2], [1, 3], []])   →   [-1, 0, 0, -1]      nodes 1 and 2 go round, 0 and 3 are passed once
 *
 * Invariant: two nodes have the same number, not -1, exactly if each is reached from the other; a node alone has one
 * only if it leads to itself.
 */

import { must } from './assert.ts';

interface Visit {
  readonly node: number;
  next: number;
}

/** The number of each node's component; -1: no way leads back to the node. */
export function rings(successors: readonly (readonly number[])[]): Int32Array {
  const count = successors.length;
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const open = new Uint8Array(count);
  const result = new Int32Array(count).fill(-1);
  const stack: number[] = [];
  let visited = 0;
  let found = 0;
  const enter = (node: number): Visit => {
    order[node] = low[node] = visited++;
    open[node] = 1;
    stack.push(node);
    return { node, next: 0 };
  };
  const close = (node: number): void => {
    const from = stack.lastIndexOf(node);
    const members = stack.splice(from);
    const cyclic = members.length > 1 || must(successors[node], 'a node').includes(node);
    for (const member of members) {
      open[member] = 0;
      if (cyclic) result[member] = found;
    }
    if (cyclic) found++;
  };
  for (let root = 0; root < count; root++) {
    if (order[root] !== -1) continue;
    const work = [enter(root)];
    for (let at = work.at(-1); at !== undefined; at = work.at(-1)) {
      const to = successors[at.node]?.[at.next++];
      if (to === undefined) {
        work.pop();
        if (low[at.node] === order[at.node]) close(at.node);
        const above = work.at(-1);
        if (above !== undefined) low[above.node] = Math.min(low[above.node]!, low[at.node]!);
      } else if (order[to] === -1) work.push(enter(to));
      else if (open[to] === 1) low[at.node] = Math.min(low[at.node]!, order[to]!);
    }
  }
  return result;
}
