/**
 * Colours an interference graph with R0–R9 by iterated register coalescing (George and Appel 1996): simplify nodes
 * that are sure to find a register, coalesce copies where that cannot make the graph harder, freeze or optimistically
 * remove the rest, then assign in reverse order.
 *
 * Physical registers are not nodes: coalescing a node with one fixes it and forbids the register to its neighbours.
 * Copies that run most often are tried first. Invariant: two interfering nodes never get one register, no node a
 * forbidden one; a node without register is in `spilled`.
 */

import { unreachable } from '../../base/assert.ts';
import type { Copy, Interference } from './interference.ts';
import { heap } from './heap.ts';

export interface Colouring {
  /** Register by node; -1 for spilled ones. */
  readonly registers: Int8Array;
  readonly spilled: readonly number[];
  /** Nodes that were coalesced have one group; they never hold different values at one time. */
  readonly group: Int32Array;
}

const registerCount = 10;
const allRegisters = (1 << registerCount) - 1;
/** Caller-saved ones first: a callee-saved register costs a push and a pop in the JIT's code. */
const preference = [1, 2, 3, 4, 5, 0, 6, 7, 8, 9] as const;

function bits(mask: number): number {
  let n = 0;
  for (let m = mask; m !== 0; m &= m - 1) n++;
  return n;
}

const popcount = Uint8Array.from({ length: 1 << registerCount }, (_, mask) => bits(mask));

/** Where a node is: still in the graph, taken out of it, joined with another node, or given its register. */
const inGraph = 0;
const removed = 1;
const merged = 2;
const fixed = 3;

interface State {
  readonly graph: Interference;
  readonly neighbours: readonly number[][];
  readonly forbidden: Uint16Array;
  readonly cost: Float64Array;
  readonly degree: Int32Array;
  readonly place: Uint8Array;
  /** The node that a merged node went into. */
  readonly alias: Int32Array;
  readonly registers: Int8Array;
  readonly copiesOf: readonly number[][];
  /** Those of `copiesOf` that may be open: settled ones leave when the list is gone through. */
  readonly openOf: readonly number[][];
  /** Open copies per node: neither coalesced, nor frozen, nor impossible. */
  readonly pending: Int32Array;
  readonly open: Uint8Array;
  /** Nodes to look at: removable when easy. */
  readonly simple: number[];
  /** Easy nodes with open copies. */
  readonly held: number[];
  /** Copies to try, in this order. */
  readonly retry: number[];
  readonly queued: Uint8Array;
  /** Nodes in order of their removal. */
  readonly order: number[];
}

function start(graph: Interference): State {
  const n = graph.nodes;
  const copiesOf: number[][] = Array.from({ length: n }, () => []);
  const pending = new Int32Array(n);
  graph.copies.forEach((copy, i) => {
    for (const node of copy.fixed ? [copy.dst] : [copy.dst, copy.src]) {
      copiesOf[node]!.push(i);
      pending[node]!++;
    }
  });
  const byFrequency = graph.copies.map((_, i) => i);
  byFrequency.sort((a, b) => graph.copies[b]!.frequency - graph.copies[a]!.frequency || a - b);
  return {
    graph,
    neighbours: graph.neighbours,
    forbidden: Uint16Array.from(graph.forbidden, (mask) => mask & allRegisters),
    cost: Float64Array.from(graph.cost),
    degree: Int32Array.from(graph.neighbours, (list) => list.length),
    place: new Uint8Array(n),
    alias: new Int32Array(n).fill(-1),
    registers: new Int8Array(n).fill(-1),
    copiesOf,
    openOf: copiesOf.map((list) => [...list]),
    pending,
    open: new Uint8Array(graph.copies.length).fill(1),
    simple: Array.from({ length: n }, (_, node) => n - 1 - node),
    held: [],
    retry: byFrequency,
    queued: new Uint8Array(graph.copies.length).fill(1),
    order: [],
  };
}

function find(s: State, node: number): number {
  let at = node;
  while (s.alias[at] !== -1) at = s.alias[at]!;
  return at;
}

const room = (s: State, node: number): number => registerCount - popcount[s.forbidden[node]!]!;
const easy = (s: State, node: number): boolean => s.degree[node]! < room(s, node);
const here = (s: State, node: number): boolean => s.place[node] === inGraph;

function look(s: State, node: number): void {
  if (here(s, node) && easy(s, node)) s.simple.push(node);
}

/** A copy that was refused may be possible now. */
function reconsider(s: State, node: number): void {
  const list = s.openOf[node]!;
  let kept = 0;
  for (const copy of list) {
    if (s.open[copy] === 0) continue;
    list[kept++] = copy;
    if (s.queued[copy] === 1) continue;
    s.queued[copy] = 1;
    s.retry.push(copy);
  }
  list.length = kept;
}

/** The node lost a neighbour. */
function lower(s: State, node: number, wasEasy: boolean): void {
  s.degree[node]!--;
  if (wasEasy || !easy(s, node)) return;
  s.simple.push(node);
  reconsider(s, node);
  for (const other of s.neighbours[node]!) if (here(s, other)) reconsider(s, other);
}

function remove(s: State, node: number): void {
  s.place[node] = removed;
  s.order.push(node);
  for (const other of s.neighbours[node]!) if (here(s, other)) lower(s, other, easy(s, other));
}

/** The copy stays a copy. */
function close(s: State, copy: number): void {
  if (s.open[copy] === 0) return;
  s.open[copy] = 0;
  const { dst, src, fixed: physical } = s.graph.copies[copy]!;
  for (const end of physical ? [dst] : [dst, src]) {
    const node = find(s, end);
    s.pending[node]!--;
    look(s, node);
  }
}

const isHard = (s: State, node: number): boolean => here(s, node) && !easy(s, node);

/** May `node` get this register without making a neighbour harder to colour? */
const canFix = (s: State, node: number, register: number): boolean =>
  s.neighbours[node]!.every((other) => !isHard(s, other) || (s.forbidden[other]! & (1 << register)) !== 0);

function fix(s: State, node: number, register: number): void {
  s.registers[node] = register;
  s.place[node] = fixed;
  for (const other of s.neighbours[node]!) {
    if (s.place[other] === merged) continue;
    const wasEasy = easy(s, other);
    s.forbidden[other]! |= 1 << register;
    if (here(s, other)) lower(s, other, wasEasy);
  }
}

/** George: merging a into b cannot hurt if what is hard around a is around b already. */
const absorbs = (s: State, a: number, b: number): boolean =>
  (s.forbidden[a]! & ~s.forbidden[b]!) === 0 &&
  s.neighbours[a]!.every((other) => !isHard(s, other) || s.graph.edges.has(other, b));

/** Briggs: merging cannot hurt if the merged node has fewer hard neighbours than registers to choose from. */
function canMerge(s: State, a: number, b: number): boolean {
  const { edges } = s.graph;
  const free = registerCount - popcount[s.forbidden[a]! | s.forbidden[b]!]!;
  if (free === 0) return false;
  let hard = 0;
  for (const other of s.neighbours[a]!) {
    if (here(s, other) && s.degree[other]! - (edges.has(other, b) ? 1 : 0) >= room(s, other)) hard++;
  }
  for (const other of s.neighbours[b]!) if (isHard(s, other) && !edges.has(other, a)) hard++;
  return hard < free || absorbs(s, a, b) || absorbs(s, b, a);
}

function merge(s: State, into: number, node: number): void {
  s.place[node] = merged;
  s.alias[node] = into;
  s.forbidden[into]! |= s.forbidden[node]!;
  s.cost[into]! += s.cost[node]!;
  for (const other of s.neighbours[node]!) {
    if (!here(s, other)) continue;
    if (s.graph.edges.add(other, into)) {
      s.neighbours[other]!.push(into);
      s.neighbours[into]!.push(other);
      s.degree[into]!++;
    } else lower(s, other, easy(s, other));
  }
  for (const copy of s.copiesOf[node]!) s.copiesOf[into]!.push(copy);
  for (const copy of s.openOf[node]!) s.openOf[into]!.push(copy);
  s.pending[into]! += s.pending[node]!;
}

const weight = (s: State, node: number): number => s.neighbours[node]!.length + s.copiesOf[node]!.length;

/** Tries to give `node` the register of the copy's other end. */
function tryFix(s: State, copy: number, node: number, register: number): void {
  if ((s.forbidden[node]! & (1 << register)) !== 0) close(s, copy);
  else if (canFix(s, node, register)) {
    fix(s, node, register);
    close(s, copy);
  }
}

/** Makes a copy vanish if that is safe now; closes it if it never will be. */
function coalesce(s: State, copy: number): void {
  const { dst, src, fixed: physical } = s.graph.copies[copy]!;
  const a = find(s, dst);
  if (physical) {
    if (here(s, a)) tryFix(s, copy, a, src);
    else close(s, copy);
    return;
  }
  const b = find(s, src);
  if (a === b) {
    close(s, copy);
    return;
  }
  if (s.graph.edges.has(a, b) || (!here(s, a) && !here(s, b))) close(s, copy);
  else if (s.place[a] === removed || s.place[b] === removed) close(s, copy);
  else if (s.place[a] === fixed) tryFix(s, copy, b, s.registers[a]!);
  else if (s.place[b] === fixed) tryFix(s, copy, a, s.registers[b]!);
  else if (canMerge(s, a, b)) {
    const [into, node] = weight(s, a) >= weight(s, b) ? [a, b] : [b, a];
    merge(s, into, node);
    close(s, copy);
    reconsider(s, into);
    look(s, into);
  }
}

function reduce(s: State): void {
  const hard = heap();
  const key = (node: number): number => s.cost[node]! / (s.graph.neighbours[node]!.length + 1);
  for (let node = 0; node < s.graph.nodes; node++) hard.push(node, key(node));
  let next = 0;
  for (;;) {
    const node = s.simple.pop();
    if (node !== undefined) {
      if (!here(s, node) || !easy(s, node)) continue;
      if (s.pending[node]! > 0) s.held.push(node);
      else remove(s, node);
      continue;
    }
    if (next < s.retry.length) {
      const copy = s.retry[next++]!;
      s.queued[copy] = 0;
      if (s.open[copy] === 1) coalesce(s, copy);
      continue;
    }
    const frozen = s.held.pop();
    if (frozen !== undefined) {
      if (here(s, frozen) && easy(s, frozen)) for (const copy of s.copiesOf[frozen]!) close(s, copy);
      look(s, frozen);
      continue;
    }
    const victim = hard.pop();
    if (victim === null) return;
    if (!here(s, victim.item)) continue;
    if (key(victim.item) > victim.key * 1.001) {
      hard.push(victim.item, key(victim.item));
      continue;
    }
    for (const copy of s.copiesOf[victim.item]!) close(s, copy);
    remove(s, victim.item);
  }
}

/** The register of a copy's other end if it is free, else the first free one; -1 if there is none. */
function choose(s: State, node: number, taken: number): number {
  let best = -1;
  let gain = -1;
  for (const i of s.copiesOf[node]!) {
    const { dst, src, fixed: physical, frequency }: Copy = s.graph.copies[i]!;
    const register = physical ? src : s.registers[find(s, find(s, dst) === node ? src : dst)]!;
    if (register === -1 || (taken & (1 << register)) !== 0 || frequency <= gain) continue;
    best = register;
    gain = frequency;
  }
  return best !== -1 ? best : (preference.find((register) => (taken & (1 << register)) === 0) ?? -1);
}

export function colour(graph: Interference): Colouring {
  const s = start(graph);
  reduce(s);
  const lost = new Set<number>();
  for (let i = s.order.length - 1; i >= 0; i--) {
    const node = s.order[i]!;
    let taken = s.forbidden[node]!;
    for (const other of s.neighbours[node]!) {
      const register = s.registers[find(s, other)]!;
      if (register !== -1) taken |= 1 << register;
    }
    const register = choose(s, node, taken);
    if (register === -1) lost.add(node);
    else s.registers[node] = register;
  }
  const spilled: number[] = [];
  const group = new Int32Array(graph.nodes);
  for (let node = 0; node < graph.nodes; node++) {
    const root = find(s, node);
    group[node] = root;
    if (lost.has(root)) spilled.push(node);
    else if (s.registers[root] === -1) unreachable(`node ${node} got no register`);
    s.registers[node] = s.registers[root]!;
  }
  return { registers: s.registers, spilled, group };
}
