/**
 * Cycles over the whole program: recursion, and initialisation of package variables.
 *
 *     func f() { g() }; func g() { f() }   →   error: f → g → f
 */

import type { Related } from '../base/diagnostic.ts';
import type { CallEdge, Checker, FuncInstance, GlobalEntity } from './scope.ts';
import { isInvalid } from './types.ts';

export function checkCycles(checker: Checker): void {
  checkRecursion(checker);
  checkInitialisation(checker);
}

// ---------------------------------------------------------------- recursion

interface Step<N, E> {
  readonly to: N;
  readonly edge: E;
}

interface Walked<N, E> {
  /** One cycle, as its edges, per way back that the walk meets. */
  readonly cycles: readonly (readonly E[])[];
  /** Nodes after all that they lead to. */
  readonly order: readonly N[];
}

/** Depth-first walk with its own stack, so that long chains need no deep one. */
function walk<N, E>(starts: Iterable<N>, out: (node: N) => readonly Step<N, E>[]): Walked<N, E> {
  const order = new Set<N>();
  const cycles: E[][] = [];
  for (const start of starts) {
    if (order.has(start)) continue;
    const path: { node: N; steps: readonly Step<N, E>[]; next: number; via: readonly E[] }[] = [];
    const onPath = new Map<N, number>();
    const enter = (node: N, via: readonly E[]): void => {
      onPath.set(node, path.length);
      path.push({ node, steps: out(node), next: 0, via });
    };
    enter(start, []);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const step = top.steps[top.next++];
      if (step === undefined) {
        path.pop();
        onPath.delete(top.node);
        order.add(top.node);
        continue;
      }
      const at = onPath.get(step.to);
      if (at !== undefined) cycles.push([...path.slice(at + 1).flatMap(({ via }) => via), step.edge]);
      else if (!order.has(step.to)) enter(step.to, [step.edge]);
    }
  }
  return { cycles, order: [...order] };
}

function callCycles<N>(
  edges: readonly CallEdge[],
  node: (instance: FuncInstance) => N,
): readonly (readonly CallEdge[])[] {
  const graph = new Map<N, Step<N, CallEdge>[]>();
  for (const edge of edges) {
    const list = graph.get(node(edge.from)) ?? [];
    list.push({ to: node(edge.to), edge });
    graph.set(node(edge.from), list);
  }
  return walk(graph.keys(), (n) => graph.get(n) ?? []).cycles;
}

function checkRecursion(checker: Checker): void {
  const real = checker.edges.filter((edge) => !edge.from.isOpaque);
  const opaque = checker.edges.filter((edge) => edge.from.isOpaque);
  const cycles = [...callCycles(real, (i) => i), ...callCycles(opaque, (i) => i.entity)];
  const reported = new Set<FuncInstance['entity']>();
  for (const cycle of cycles) {
    const first = [...cycle].sort((a, b) => a.from.entity.span.start - b.from.entity.span.start)[0];
    if (first === undefined || cycle.some((edge) => reported.has(edge.from.entity))) continue;
    for (const edge of cycle) reported.add(edge.from.entity);
    const start = cycle.indexOf(first);
    const ordered = [...cycle.slice(start), ...cycle.slice(0, start)];
    const name = (i: FuncInstance): string => (i.isOpaque ? plainName(i) : i.func.name);
    const text = [...ordered.map((edge) => name(edge.from)), name(first.from)].join(' → ');
    const related: Related[] = ordered
      .slice(1)
      .map((edge) => ({ span: edge.span, message: `${name(edge.from)} calls ${name(edge.to)} here` }));
    checker.diagnostics.report('recursion', first.span, { cycle: text }, related);
  }
}

function plainName({ entity }: FuncInstance): string {
  return entity.receiver === null ? entity.name : `${entity.receiver.base.name}.${entity.name}`;
}

// ---------------------------------------------------------------- initialisation

/** Package variables that an instance reads, through all that it calls. */
function readsOf(checker: Checker, start: FuncInstance): ReadonlySet<GlobalEntity> {
  const found = new Set<GlobalEntity>();
  const seen = new Set<FuncInstance>([start]);
  const work = [start];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    for (const global of checker.reads.get(at) ?? []) found.add(global);
    for (const edge of checker.edges) {
      if (edge.from !== at || seen.has(edge.to)) continue;
      seen.add(edge.to);
      work.push(edge.to);
    }
  }
  return found;
}

function needsOf(checker: Checker, global: GlobalEntity): ReadonlySet<GlobalEntity> {
  const needs = new Set(global.needs);
  for (const func of global.funcs) for (const read of readsOf(checker, func)) needs.add(read);
  return needs;
}

function walkGlobals(checker: Checker): Walked<GlobalEntity, GlobalEntity> {
  return walk(checker.globals, (global) => [...needsOf(checker, global)].map((to) => ({ to, edge: to })));
}

function checkInitialisation(checker: Checker): void {
  for (const cycle of walkGlobals(checker).cycles) {
    if (cycle.some((global) => isInvalid(global.type))) continue;
    const [first] = [...cycle].sort((a, b) => a.span.start - b.span.start);
    if (first === undefined) continue;
    const at = cycle.indexOf(first);
    const names = [...cycle.slice(at), ...cycle.slice(0, at), first].map((g) => g.name).join(' → ');
    checker.diagnostics.report('initialisation-cycle-path', first.span, { name: first.name, cycle: names });
  }
}

/** Package variables in Go's order of initialisation: what is needed first, else as declared. */
export function initialisationOrder(checker: Checker): readonly GlobalEntity[] {
  return walkGlobals(checker).order;
}
