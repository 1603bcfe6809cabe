/**
 * Gives every virtual register one of R0–R9 or a stack slot.
 *
 *     v11 = r1                                  r6 = r1
 *     v12 = call get_current_pid_tgid()         call get_current_pid_tgid
 *     v12 >>= 32                                r0 >>= 32
 *     v13 = *(u32 *)(v11 + 8)                   r1 = *(u32 *)(r6 + 8)
 *     v12 += v13                                r0 += r1
 *     exit v12                                  exit
 *
 * The work is in src/bpf/alloc: operand constraints become copies (constrain), live ranges a graph (interference),
 * the graph is coloured with coalescing (color); what finds no register is spilled or made again (spill, remat) and
 * colouring starts over; at last parallel copies become moves (assign, parallel-move).
 * Invariant, proved on every test compile by src/bpf/regalloc-checker.ts: every use reads the value of its register.
 */

import { assert } from '../src/base/assert.ts';
import { assign } from '../src/bpf/alloc/assign.ts';
import { type Colouring, colour } from '../src/bpf/alloc/color.ts';
import { constrain } from '../src/bpf/alloc/constrain.ts';
import { type Interference, interference } from '../src/bpf/alloc/interference.ts';
import { type Recipe, recipes } from '../src/bpf/alloc/remat.ts';
import { type Spill, type Spilled, spill } from '../src/bpf/alloc/spill.ts';
import type { MFunc, MSlot, PReg, VReg } from '../src/bpf/minst.ts';
import type { Pass } from './pass.ts';

export const regalloc: Pass<'mir', 'code'> = {
  name: 'regalloc',
  doc: 'Gives every virtual register one of R0–R9 or a stack slot.',
  from: 'mir',
  to: 'code',
  run: (input, { target }) => {
    const alu32 = target.cpu === 'v3' || target.cpu === 'v4';
    return { module: input.module, funcs: input.funcs.map((func) => allocate(func, alu32)) };
  },
};

/** What was decided so far; grows until the colouring succeeds. */
interface Decisions {
  readonly spills: Map<VReg, Spill>;
  readonly slots: MSlot[];
  readonly recipes: ReadonlyMap<VReg, Recipe>;
}

function addSlot(d: Decisions): number {
  const id = d.slots.reduce((max, slot) => Math.max(max, slot.id), -1) + 1;
  d.slots.push({ id, size: 8, align: 8, name: '' });
  return id;
}

/** Spills the registers of nodes; coalesced ones share a slot, temporaries send their origin to mode `minimal`. */
function spillNodes(
  d: Decisions,
  attempt: Spilled,
  graph: Interference,
  nodes: readonly number[],
  groupOf: (node: number) => number,
): void {
  const slotOfGroup = new Map<number, number>();
  for (const node of nodes) {
    const r = graph.regs[node]!;
    const origin = attempt.origin.get(r);
    if (origin !== undefined) {
      d.spills.set(origin, { mode: 'minimal', home: d.spills.get(origin)!.home });
      continue;
    }
    const recipe = d.recipes.get(r);
    if (recipe !== undefined) {
      d.spills.set(r, { mode: 'cached', home: recipe });
      continue;
    }
    const slot = slotOfGroup.get(groupOf(node)) ?? addSlot(d);
    slotOfGroup.set(groupOf(node), slot);
    d.spills.set(r, { mode: 'cached', home: slot });
  }
}

/** The nodes to spill after a failed colouring: never a pinned one, but the cheapest of its neighbours instead. */
function victims(graph: Interference, colouring: Colouring): readonly number[] {
  const chosen = new Set<number>();
  for (const node of colouring.spilled) {
    if (graph.cost[node] !== Number.POSITIVE_INFINITY) {
      chosen.add(node);
      continue;
    }
    const others = graph.neighbours[node]!.filter((other) => graph.cost[other] !== Number.POSITIVE_INFINITY);
    others.sort((a, b) => graph.cost[a]! - graph.cost[b]! || a - b);
    if (others[0] !== undefined) chosen.add(others[0]);
  }
  assert(chosen.size > 0, 'register allocation needs more registers than there are');
  return [...chosen];
}

/** One function: colour, spill what found no register, again. */
export function allocate(func: MFunc<VReg>, alu32: boolean): MFunc<PReg> {
  const base = constrain(func);
  const d: Decisions = { spills: new Map(), slots: [...func.slots], recipes: recipes(base) };
  const cheap = new Set(d.recipes.keys());
  for (;;) {
    const attempt = spill(base, d.spills, alu32);
    const graph = interference(attempt.func, attempt.pinned, cheap);
    if (graph.crowded.length > 0) {
      spillNodes(d, attempt, graph, graph.crowded, (node) => node);
      continue;
    }
    const colouring = colour(graph);
    if (colouring.spilled.length === 0) return assign(attempt.func, graph, colouring, d.slots, alu32);
    spillNodes(d, attempt, graph, victims(graph, colouring), (node) => colouring.group[node]!);
  }
}
