import { expect, test } from 'vitest';
import { BitSet } from './bit-set.ts';
import {
  dominanceFrontiers,
  dominators,
  type FlowGraph,
  flowGraph,
  iteratedFrontier,
  reversePostorder,
} from './graph.ts';
import { liveness } from './liveness.ts';
import { naturalLoops } from './loops.ts';
import { unionFind } from './union-find.ts';

/** Reference: a dominates b iff b is not reachable once a is removed. */
function slowDominates(g: FlowGraph, a: number, b: number): boolean {
  const reach = (without: number): Set<number> => {
    const seen = new Set<number>();
    const work = g.entry === without ? [] : [g.entry];
    while (work.length > 0) {
      const x = work.pop()!;
      if (seen.has(x)) continue;
      seen.add(x);
      for (const to of g.successors[x]!) if (to !== without) work.push(to);
    }
    return seen;
  };
  const all = reach(-1);
  return all.has(a) && all.has(b) && (a === b || !reach(a).has(b));
}

function randomGraph(seed: number): FlowGraph {
  let state = seed * 2654435761 + 12345;
  const random = (n: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % n;
  };
  const n = 1 + random(12);
  return flowGraph(Array.from({ length: n }, () => Array.from({ length: random(3) }, () => random(n))));
}

test('dominators, frontiers and loops agree with their definitions on random graphs', () => {
  for (let seed = 0; seed < 400; seed++) {
    const g = randomGraph(seed);
    const n = g.successors.length;
    const d = dominators(g);
    const dom = (a: number, b: number) => slowDominates(g, a, b);
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) expect(d.dominates(a, b), `${seed}: ${a} dom ${b}`).toBe(dom(a, b));
    }
    const frontiers = dominanceFrontiers(g, d);
    const reachable = reversePostorder(g);
    for (const x of reachable) {
      const want = reachable.filter(
        (y) => g.predecessors[y]!.some((p) => dom(x, p)) && !(x !== y && dom(x, y)),
      );
      expect(
        [...frontiers[x]!].sort((p, q) => p - q),
        `${seed}: DF ${x}`,
      ).toEqual(want.sort((p, q) => p - q));
    }
    const { loops, innermost } = naturalLoops(g, d);
    for (const loop of loops) {
      for (const node of loop.body) expect(d.dominates(loop.header, node)).toBe(true);
      for (const node of loop.body) expect(innermost[node]).toBeGreaterThanOrEqual(0);
      if (loop.parent >= 0) {
        const outer = loops[loop.parent]!;
        expect(outer.depth).toBe(loop.depth - 1);
        for (const node of loop.body) expect(outer.body).toContain(node);
      }
    }
  }
});

test('nested loops', () => {
  const g = flowGraph([[1], [2, 5], [3], [2, 4], [1], []]);
  const { loops, irreducible } = naturalLoops(g, dominators(g));
  expect(irreducible).toBe(false);
  expect(loops.map((l) => [l.header, [...l.body].sort(), l.latches, l.depth])).toEqual([
    [1, [1, 2, 3, 4], [4], 1],
    [2, [2, 3], [3], 2],
  ]);
});

test('liveness agrees with the data-flow equations on random graphs', () => {
  for (let seed = 0; seed < 200; seed++) {
    const g = randomGraph(seed);
    const n = g.successors.length;
    const values = 5;
    const pick = (block: number, salt: number) =>
      Array.from({ length: values }, (_, v) => v).filter(
        (v) => Math.imul(block * 7 + v + salt + seed, 2654435761) >>> 28 < 4,
      );
    const uses = Array.from({ length: n }, (_, b) => pick(b, 1));
    const definitions = Array.from({ length: n }, (_, b) => pick(b, 99));
    const liveIn = uses.map((u) => new Set(u));
    const liveOut = uses.map(() => new Set<number>());
    for (let round = 0; round < 100; round++) {
      for (let b = 0; b < n; b++) {
        for (const s of g.successors[b]!) for (const v of liveIn[s]!) liveOut[b]!.add(v);
        for (const v of liveOut[b]!) if (!definitions[b]!.includes(v)) liveIn[b]!.add(v);
      }
    }
    const sorted = (sets: Set<number>[]) => sets.map((s) => [...s].sort());
    expect(liveness({ graph: g, values, uses, definitions })).toEqual({
      liveIn: sorted(liveIn),
      liveOut: sorted(liveOut),
    });
  }
});

test('a long chain with one exit for all is near-linear', () => {
  const n = 100_000;
  const g = flowGraph([...Array.from({ length: n }, (_, i) => (i === n - 1 ? [n] : [i + 1, n])), []]);
  const start = performance.now();
  const d = dominators(g);
  const frontiers = dominanceFrontiers(g, d);
  expect(d.idom[n]).toBe(0);
  expect(iteratedFrontier(frontiers, [5])).toEqual(new Set([n]));
  expect(naturalLoops(g, d).loops).toEqual([]);
  expect(performance.now() - start).toBeLessThan(3000);
});

test('bit sets', () => {
  const a = BitSet.of(0, 31, 32, 200);
  const b = BitSet.of(31, 500);
  expect([...a]).toEqual([0, 31, 32, 200]);
  expect([a.size, a.has(31), a.has(33), a.has(100_000), a.empty]).toEqual([4, true, false, false, false]);
  const u = a.copy();
  expect([u.union(b), u.union(b)]).toEqual([true, false]);
  expect([...u]).toEqual([0, 31, 32, 200, 500]);
  expect(u.intersect(b)).toBe(true);
  expect([u.equals(b), u.equals(a)]).toEqual([true, false]);
  u.subtract(BitSet.of(500));
  expect([u.add(31), u.delete(31), u.delete(31), u.empty]).toEqual([false, true, false, true]);
});

test('union-find', () => {
  const sets = unionFind(6);
  sets.union(0, 1);
  sets.union(2, 3);
  sets.union(1, 3);
  expect([sets.same(0, 2), sets.same(0, 4), sets.find(5)]).toEqual([true, false, 5]);
});
