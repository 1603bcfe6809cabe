/**
 * A constant result that one way returns is set before the branch, so that the way needs no code of its own.
 *
 *     if r1 >= 64 goto b3        r0 = 1                      if r0 == 0 goto b3        r1 = r0
 *     …                          if r1 >= 64 goto b4         r1 = 1                    r0 = 1
 *     r0 = 0; exit          ⇒    …                           lock *(r0 + 0) += r1  ⇒   if r1 == 0 goto b4
 *     b3: r0 = 1; exit           r0 = 0                      r0 = 0; exit              lock *(r1 + 0) += r0
 *                                b4: exit                    b3: r0 = 1; exit          r0 = 0
 *                                                                                      b4: exit
 *
 * The second form: where R0 is in use, but what follows wants the same constant in a register, the two change places.
 * Invariant: R0 holds the constant on every way that leads to the shared exit; elsewhere nothing reads it.
 */

import { copyInst, copyMFunc, withCode } from '../src/bpf/copy.ts';
import { dominators, type FlowGraph } from '../src/base/graph.ts';
import { exit, move } from '../src/bpf/build.ts';
import { machineFlow } from '../src/bpf/flow.ts';
import { liveAfterBlocks } from '../src/bpf/live.ts';
import type { MBlock, MFunc, MInst, PReg } from '../src/bpf/minst.ts';
import { clobbersOf, defsOf, usesOf } from '../src/bpf/operands.ts';
import type { Pass } from './pass.ts';

type Block = MBlock<PReg>;
type Inst = MInst<PReg>;

export const earlyResults: Pass<'code', 'code'> = {
  name: 'early-results',
  doc: 'set a constant result before the branch to its exit',
  from: 'code',
  to: 'code',
  run: (input) => {
    const funcs = input.funcs.map(hoistResults);
    return funcs.every((func, i) => func === input.funcs[i]) ? input : { ...input, funcs };
  },
};

const result = 0 as PReg;

/** `r0 = K; exit`: the constant's instruction. */
function constantExit(block: Block): Inst | null {
  const [set, last] = block.body;
  const constant = set?.op === 'mov64_imm' || set?.op === 'mov32_imm';
  return block.body.length === 2 && constant && set.dst === result && last?.op === 'exit' ? set : null;
}

const isExit = (block: Block): boolean => block.body[block.body.length - 1]?.op === 'exit';

interface Shape {
  readonly func: MFunc<PReg>;
  readonly graph: FlowGraph;
  readonly live: readonly ReadonlySet<number>[];
}

/** One constant after the other: each changes the shape. */
function hoistResults(func: MFunc<PReg>): MFunc<PReg> {
  let current = func;
  const constants = new Set(func.blocks.slice(1).flatMap((block) => constantExit(block)?.imm ?? []));
  for (const imm of constants) {
    const all = current.blocks.map((block, at) => (at === 0 ? null : constantExit(block)));
    const exits = new Set(all.flatMap((set, at) => (set?.imm === imm ? [at] : [])));
    const set = all.find((i) => i?.imm === imm);
    if (set == null || !current.blocks.some((block, at) => !exits.has(at) && isExit(block))) continue;
    const shape = { func: current, graph: machineFlow(current).graph, live: liveAfterBlocks(current) };
    const changes = hoisted(shape, exits, set) ?? exchanged(shape, exits, set);
    if (changes !== null) current = withSharedExit(current, exits, changes);
  }
  return current;
}

interface Change {
  /** Position of a block, and its new body. */
  readonly at: number;
  readonly body: readonly Inst[];
}

/** The blocks with the changes made, the exits gone, and jumps to them going to one that is nothing but an exit. */
function withSharedExit(
  func: MFunc<PReg>,
  exits: ReadonlySet<number>,
  changes: readonly Change[],
): MFunc<PReg> {
  const gone = new Set([...exits].map((at) => func.blocks[at]!.id));
  const lone = func.blocks.find((block) => block.body.length === 1 && isExit(block));
  const home = lone?.id ?? func.nextBlock;
  const made = new Map(changes.map((change) => [change.at, change.body]));
  const blocks = func.blocks.flatMap((block, at): readonly Block[] => {
    if (exits.has(at)) return [];
    const body = made.get(at) ?? block.body;
    const changed = body.map((i) =>
      i.target !== null && gone.has(i.target) ? copyInst(i, { target: home }) : i,
    );
    return [withCode(block, changed)];
  });
  if (lone !== undefined) return copyMFunc(func, { blocks });
  const own: Block = { id: home, body: [exit<PReg>(result, func.pos)] };
  return copyMFunc(func, { blocks: [...blocks, own], nextBlock: home + 1 });
}

/** The index of a block's conditional jump, where it ends in that and a jump; -1: it does not. */
function branchOf({ body }: Block): number {
  const at = body.length - 2;
  return at >= 0 && body[at]!.target !== null && body[at + 1]!.op === 'ja' ? at : -1;
}

const touches = (i: Inst): boolean =>
  [...usesOf(i), ...defsOf(i), ...clobbersOf(i)].some((r) => r === result);

/** Positions reached from `from` along edges, without passing `stop`. */
function reach(edges: readonly (readonly number[])[], from: readonly number[], stop: number): Set<number> {
  const seen = new Set<number>();
  const work = from.filter((at) => at !== stop);
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    for (const next of edges[at]!) if (next !== stop) work.push(next);
  }
  return seen;
}

/** With R0 free from the first branch to the last: the constant before the first. */
function hoisted(
  { func, graph, live }: Shape,
  exits: ReadonlySet<number>,
  set: Inst,
): readonly Change[] | null {
  const sources = [...new Set([...exits].flatMap((at) => graph.predecessors[at]!))];
  const { idom } = dominators(graph);
  const dominates = (a: number, b: number): boolean => {
    for (let k = b; k >= 0; k = idom[k]!) if (k === a) return true;
    return false;
  };
  const first = sources.find((a) => sources.every((b) => dominates(a, b)));
  if (first === undefined) return null;
  const branch = branchOf(func.blocks[first]!);
  if (branch < 0 || func.blocks[first]!.body.slice(branch).some(touches)) return null;
  const others = graph.successors[first]!.filter((next) => !exits.has(next));
  const ahead = reach(graph.successors, others, first);
  const back = reach(graph.predecessors, sources, first);
  const between = new Set([...ahead].filter((k) => back.has(k) && !exits.has(k)));
  if ([...between].some((k) => func.blocks[k]!.body.some(touches))) return null;
  // Where the ways leave, nothing may want what R0 held before.
  const leaving = [...others, ...[...between].flatMap((k) => graph.successors[k]!)];
  const outside = leaving.filter((next) => !exits.has(next) && !between.has(next));
  if (outside.some((next) => readsFirst(func.blocks[next]!, live[next]!))) return null;
  const { body } = func.blocks[first]!;
  return [{ at: first, body: [...body.slice(0, branch), set, ...body.slice(branch)] }];
}

/** Does the block read R0 before it writes it, or leave it to those after it? */
function readsFirst(block: Block, live: ReadonlySet<number>): boolean {
  for (const i of block.body) {
    if (usesOf(i).some((r) => r === result)) return true;
    if ([...defsOf(i), ...clobbersOf(i)].some((r) => r === result)) return false;
  }
  return live.has(result);
}

const comparesResult = (i: Inst): boolean =>
  (i.op === 'jeq64_imm' || i.op === 'jne64_imm') && i.dst === result;

/** With R0 compared and used by what follows, which makes the same constant: R0 and that register change places. */
function exchanged({ func, graph }: Shape, exits: ReadonlySet<number>, set: Inst): readonly Change[] | null {
  const [source, ...more] = [...exits].flatMap((at) => graph.predecessors[at]!);
  if (source === undefined || more.length > 0) return null;
  const block = func.blocks[source]!;
  const branch = branchOf(block);
  if (branch < 0 || !comparesResult(block.body[branch]!)) return null;
  const [next, ...rest] = graph.successors[source]!.filter((to) => !exits.has(to));
  if (next === undefined || rest.length > 0 || graph.predecessors[next]!.length !== 1) return null;
  const { body } = func.blocks[next]!;
  const end = body.findIndex((i) => defsOf(i).includes(result) || clobbersOf(i).includes(result));
  const made = body.findIndex(
    (i) => i.op === set.op && i.imm === set.imm && i.sym === null && i.dst !== result,
  );
  const other = body[made]?.dst ?? null;
  if (end < 0 || made < 0 || made > end || other === null || other > 5) return null;
  const isOther = (r: number): boolean => r === other;
  const names = (i: Inst): boolean => [...usesOf(i), ...defsOf(i), ...clobbersOf(i)].some(isOther);
  // The register is free before, holds nothing but the constant, and is dead behind R0's next value.
  if (body.slice(0, made).some(names)) return null;
  if (body.slice(made + 1, end).some((i) => [...defsOf(i), ...clobbersOf(i)].some(isOther))) return null;
  if (!isDeadFrom(body, end, other)) return null;
  const swap = (r: PReg | null): PReg | null => (r === result ? other : r === other ? result : r);
  const swapped = (i: Inst): Inst => copyInst(i, { dst: swap(i.dst), src: swap(i.src) });
  const kept = body.flatMap((i, k) => (k === made ? [] : [k < end ? swapped(i) : i]));
  const test = block.body[branch]!;
  const start = [...block.body.slice(0, branch), move(other, result, test.pos), set];
  return [
    { at: source, body: [...start, swapped(test), ...block.body.slice(branch + 1)] },
    { at: next, body: kept },
  ];
}

/** Is the register written, or the function left, before anything from `at` on reads it? */
function isDeadFrom(body: readonly Inst[], at: number, r: PReg): boolean {
  for (const i of body.slice(at)) {
    if (usesOf(i).includes(r)) return false;
    if (i.op === 'exit' || [...defsOf(i), ...clobbersOf(i)].includes(r)) return true;
  }
  return false;
}
