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

type Graph<N> = ReadonlyMap<N, readonly { readonly to: N; readonly edge: CallEdge }[]>;

function graphOf<N>(edges: readonly CallEdge[], node: (instance: FuncInstance) => N): Graph<N> {
  const graph = new Map<N, { to: N; edge: CallEdge }[]>();
  for (const edge of edges) {
    const list = graph.get(node(edge.from)) ?? [];
    list.push({ to: node(edge.to), edge });
    graph.set(node(edge.from), list);
  }
  return graph;
}

/** One cycle as its edges, per group of nodes that reach each other; found without deep recursion. */
function cyclesOf<N>(graph: Graph<N>): readonly (readonly CallEdge[])[] {
  const done = new Set<N>();
  const cycles: CallEdge[][] = [];
  for (const start of graph.keys()) {
    if (done.has(start)) continue;
    const path: { node: N; next: number; via: CallEdge | null }[] = [{ node: start, next: 0, via: null }];
    const onPath = new Map<N, number>([[start, 0]]);
    while (path.length > 0) {
      const top = path[path.length - 1];
      if (top === undefined) break;
      const out = (graph.get(top.node) ?? [])[top.next++];
      if (out === undefined) {
        path.pop();
        onPath.delete(top.node);
        done.add(top.node);
        continue;
      }
      const at = onPath.get(out.to);
      if (at !== undefined) {
        const inside = path.slice(at + 1).flatMap((step) => (step.via === null ? [] : [step.via]));
        cycles.push([...inside, out.edge]);
      } else if (!done.has(out.to)) {
        onPath.set(out.to, path.length);
        path.push({ node: out.to, next: 0, via: out.edge });
      }
    }
  }
  return cycles;
}

function checkRecursion(checker: Checker): void {
  const real = checker.edges.filter((edge) => !edge.from.isOpaque);
  const opaque = checker.edges.filter((edge) => edge.from.isOpaque);
  const cycles = [...cyclesOf(graphOf(real, (i) => i)), ...cyclesOf(graphOf(opaque, (i) => i.entity))];
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

function checkInitialisation(checker: Checker): void {
  const state = new Map<GlobalEntity, 'busy' | 'done'>();
  const visit = (global: GlobalEntity, path: readonly GlobalEntity[]): void => {
    if (state.get(global) === 'done') return;
    if (state.get(global) === 'busy') {
      const cycle = path.slice(path.indexOf(global));
      if (cycle.some((g) => isInvalid(g.type))) return;
      const names = [...cycle, global].map((g) => g.name).join(' → ');
      checker.diagnostics.report('initialisation-cycle-path', global.span, {
        name: global.name,
        cycle: names,
      });
      return;
    }
    state.set(global, 'busy');
    for (const need of needsOf(checker, global)) visit(need, [...path, global]);
    state.set(global, 'done');
  };
  for (const global of checker.globals) visit(global, []);
}

/** Package variables in Go's order of initialisation: what is needed first, else as declared. */
export function initialisationOrder(checker: Checker): readonly GlobalEntity[] {
  const order = new Set<GlobalEntity>();
  const busy = new Set<GlobalEntity>();
  const place = (global: GlobalEntity): void => {
    if (order.has(global) || busy.has(global)) return;
    busy.add(global);
    for (const need of needsOf(checker, global)) place(need);
    order.add(global);
  };
  for (const global of checker.globals) place(global);
  return [...order];
}
