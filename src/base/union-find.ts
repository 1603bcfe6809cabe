/** Disjoint sets of 0 … n-1, by size with path halving; near-linear. */
export interface UnionFind {
  /** The representative of x's set. */
  find(x: number): number;
  /** Joins two sets; the new representative. */
  union(x: number, y: number): number;
  same(x: number, y: number): boolean;
}

export function unionFind(n: number): UnionFind {
  const parent = Int32Array.from({ length: n }, (_, i) => i);
  const size = new Int32Array(n).fill(1);
  const find = (x: number): number => {
    let at = x;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  const union = (x: number, y: number): number => {
    const a = find(x);
    const b = find(y);
    if (a === b) return a;
    const [root, child] = size[a]! >= size[b]! ? [a, b] : [b, a];
    parent[child] = root;
    size[root] = size[root]! + size[child]!;
    return root;
  };
  return { find, union, same: (x, y) => find(x) === find(y) };
}
