/**
 * What the colouring works on: per virtual register its neighbours, the physical registers that it may not get,
 * its spill cost, and the copies that would vanish if both ends got one register.
 *
 * Registers are renumbered densely. Physical registers are not nodes: an interference with one is a bit in
 * `forbidden`. A copy does not make its own source and destination interfere.
 */

import { liveness } from '../../base/liveness.ts';
import { blockFrequencies, type MachineFlow, machineFlow } from '../flow.ts';
import { framePointer, type MFunc, type MInst, type VReg } from '../minst.ts';
import { clobbersOf, defsOf, usesOf } from '../operands.ts';
import { type CopyPair, copyPairs, isVirtual } from './copies.ts';
import { type EdgeSet, edgeSet } from './edge-set.ts';
import { type SparseSet, sparseSet } from './sparse-set.ts';

export interface Copy {
  /** Node. */
  readonly dst: number;
  /** Node, or a physical register when `fixed`. */
  readonly src: number;
  readonly fixed: boolean;
  readonly frequency: number;
}

export interface Interference {
  readonly nodes: number;
  /** Register of a node. */
  readonly regs: readonly VReg[];
  /** Node of a register; by register number, -1 for none. */
  readonly nodeOf: Int32Array;
  readonly neighbours: readonly number[][];
  readonly edges: EdgeSet;
  /** Physical registers that a node must not get, as a bit mask. */
  readonly forbidden: Uint16Array;
  readonly copies: readonly Copy[];
  /** Frequency-weighted reads and writes; Infinity for what must not be spilled. */
  readonly cost: Float64Array;
  /** Nodes live after each block. */
  readonly liveOut: readonly (readonly number[])[];
  /** Nodes that must go to memory before colouring because too much is live at once. */
  readonly crowded: readonly number[];
}

/** More values than this live at one point: the cheapest go to memory at once, which bounds the number of edges. */
const crowd = 40;

/** An instruction with its operands, looked up once for all walks. */
interface Step {
  readonly inst: MInst<VReg>;
  readonly uses: readonly VReg[];
  readonly defs: readonly VReg[];
}

interface Numbering {
  readonly regs: VReg[];
  readonly nodeOf: Int32Array;
  /** Per block. */
  readonly steps: readonly (readonly Step[])[];
}

function number(func: MFunc<VReg>): Numbering {
  const nodeOf = new Int32Array(func.nextReg).fill(-1);
  const regs: VReg[] = [];
  const see = (r: VReg): void => {
    if (!isVirtual(r) || nodeOf[r] !== -1) return;
    nodeOf[r] = regs.length;
    regs.push(r);
  };
  const steps = func.blocks.map((block) =>
    block.body.map((inst): Step => {
      const step = { inst, uses: usesOf(inst), defs: defsOf(inst) };
      for (const r of step.defs) see(r);
      for (const r of step.uses) see(r);
      return step;
    }),
  );
  return { regs, nodeOf, steps };
}

export interface LiveBorders {
  readonly liveIn: readonly (readonly number[])[];
  readonly liveOut: readonly (readonly number[])[];
}

/** Nodes live at the borders of blocks. */
function liveBorders(flow: MachineFlow, { regs, nodeOf, steps }: Numbering): LiveBorders {
  const uses: number[][] = [];
  const definitions: number[][] = [];
  const written = new Int32Array(regs.length).fill(-1);
  steps.forEach((list, at) => {
    const use: number[] = [];
    const def: number[] = [];
    for (const step of list) {
      for (const r of step.uses) if (isVirtual(r) && written[nodeOf[r]!] !== at) use.push(nodeOf[r]!);
      for (const r of step.defs) {
        if (!isVirtual(r) || written[nodeOf[r]!] === at) continue;
        written[nodeOf[r]!] = at;
        def.push(nodeOf[r]!);
      }
    }
    uses.push(use);
    definitions.push(def);
  });
  return liveness({ graph: flow.graph, values: regs.length, uses, definitions });
}

function spillCosts(
  frequency: readonly number[],
  { regs, nodeOf, steps }: Numbering,
  pinned: ReadonlySet<VReg>,
  cheap: ReadonlySet<VReg>,
): Float64Array {
  const cost = new Float64Array(regs.length);
  steps.forEach((list, at) => {
    const weight = frequency[at]!;
    for (const { inst, uses, defs } of list) {
      // The verifier forgets what a comparison told of a value that is loaded again: compared values stay.
      const worth = inst.target === null ? weight : 4 * weight;
      for (const r of uses) if (isVirtual(r)) cost[nodeOf[r]!]! += worth;
      for (const r of defs) if (isVirtual(r)) cost[nodeOf[r]!]! += weight;
    }
  });
  regs.forEach((r, node) => {
    if (pinned.has(r)) cost[node] = Number.POSITIVE_INFINITY;
    else if (cheap.has(r)) cost[node]! /= 4;
  });
  return cost;
}

/** Walks a block backwards, calling `visit` with what is live after each instruction, then updating it. */
function walkBack(
  steps: readonly Step[],
  nodeOf: Int32Array,
  live: SparseSet,
  visit: (step: Step, physical: number) => void,
): void {
  let physical = 0;
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i]!;
    visit(step, physical);
    for (const r of step.defs) {
      if (isVirtual(r)) live.delete(nodeOf[r]!);
      else physical &= ~(1 << r);
    }
    for (const r of step.uses) {
      if (isVirtual(r)) live.add(nodeOf[r]!);
      else physical |= 1 << r;
    }
  }
}

/** Picks nodes to spill until no more than `crowd` are live anywhere. */
function relieve({ nodeOf, steps }: Numbering, borders: LiveBorders, cost: Float64Array): number[] {
  const chosen = new Set<number>();
  const live = sparseSet(cost.length);
  const thin = (): void => {
    if (live.size <= crowd) return;
    const order = [...live.members.subarray(0, live.size)].sort((a, b) => cost[a]! - cost[b]! || a - b);
    for (const node of order) {
      if (live.size <= crowd || cost[node] === Number.POSITIVE_INFINITY) break;
      chosen.add(node);
      live.delete(node);
    }
  };
  steps.forEach((list, at) => {
    live.clear();
    for (const node of borders.liveOut[at]!) if (!chosen.has(node)) live.add(node);
    thin();
    walkBack(list, nodeOf, live, () => {
      if (chosen.size > 0)
        for (let i = live.size - 1; i >= 0; i--)
          if (chosen.has(live.members[i]!)) live.delete(live.members[i]!);
      thin();
    });
  });
  return [...chosen].sort((a, b) => a - b);
}

export function interference(
  func: MFunc<VReg>,
  pinned: ReadonlySet<VReg>,
  cheap: ReadonlySet<VReg>,
): Interference {
  const flow = machineFlow(func);
  const frequency = blockFrequencies(flow.graph);
  const numbering = number(func);
  const { regs, nodeOf } = numbering;
  const borders = liveBorders(flow, numbering);
  const cost = spillCosts(frequency, numbering, pinned, cheap);
  const neighbours: number[][] = regs.map(() => []);
  const edges = edgeSet();
  const forbidden = new Uint16Array(regs.length);
  const copies: Copy[] = [];
  const base = {
    nodes: regs.length,
    regs,
    nodeOf,
    neighbours,
    edges,
    forbidden,
    copies,
    cost,
    liveOut: borders.liveOut,
  };
  const crowded = relieve(numbering, borders, cost);
  if (crowded.length > 0) return { ...base, crowded };

  const connect = (a: number, b: number): void => {
    if (a === b || !edges.add(a, b)) return;
    neighbours[a]!.push(b);
    neighbours[b]!.push(a);
  };
  const live = sparseSet(regs.length);

  /** `dst` is written while `live` and the physical registers in `busy` are needed; those in `exempt` hold the same value. */
  const write = (dst: VReg, busy: number, exempt: number): void => {
    if (!isVirtual(dst)) {
      for (let i = 0; i < live.size; i++) {
        const node = live.members[i]!;
        if (node !== exempt) forbidden[node]! |= 1 << dst;
      }
      return;
    }
    const node = nodeOf[dst]!;
    forbidden[node]! |= busy;
    for (let i = 0; i < live.size; i++) {
      const other = live.members[i]!;
      if (other !== exempt) connect(node, other);
    }
  };

  const noteCopy = (dst: VReg, src: VReg, weight: number): void => {
    if (dst === src || src === framePointer) return;
    if (!isVirtual(dst) && !isVirtual(src)) return;
    const [node, other] = isVirtual(dst) ? [nodeOf[dst]!, src] : [nodeOf[src]!, dst];
    const fixed = !isVirtual(other);
    copies.push({ dst: node, src: fixed ? other : nodeOf[other]!, fixed, frequency: weight });
  };

  const writeCopies = (pairs: readonly CopyPair[], physical: number, weight: number): void => {
    let written = 0;
    for (const [dst] of pairs) if (!isVirtual(dst)) written |= 1 << dst;
    for (const [dst] of pairs) if (isVirtual(dst)) live.add(nodeOf[dst]!);
    for (const [dst, src] of pairs) {
      // The source keeps its value, and may share its register with the copy, unless this very copy overwrites it.
      const kept = src !== null && !pairs.some(([other]) => other === src);
      const same = kept && !isVirtual(src) ? 1 << src : 0;
      write(dst, written | (physical & ~same), kept && isVirtual(src) ? nodeOf[src]! : -1);
      if (src !== null) noteCopy(dst, src, weight);
    }
  };

  numbering.steps.forEach((list, at) => {
    live.clear();
    for (const node of borders.liveOut[at]!) live.add(node);
    walkBack(list, nodeOf, live, ({ inst, defs }, physical) => {
      const pairs = copyPairs(inst);
      if (pairs !== null) {
        writeCopies(pairs, physical, frequency[at]!);
        return;
      }
      for (const r of defs) write(r, physical, -1);
      let lost = 0;
      for (const r of clobbersOf(inst)) lost |= 1 << r;
      if (lost === 0) return;
      for (const r of defs) if (isVirtual(r)) live.delete(nodeOf[r]!);
      for (let i = 0; i < live.size; i++) forbidden[live.members[i]!]! |= lost;
    });
  });
  return { ...base, crowded };
}
