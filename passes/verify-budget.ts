/**
 * The last check: will the kernel's verifier get through? Walks every program as the verifier would and reports the
 * costliest loop of one that takes too long, at its Go line. Changes nothing.
 *
 *     for i := range n { … }, n unknown     →  main.go:9:2: this loop has no bound that the verifier can see
 *
 * Invariant: what passes is walked by the kernel in fewer than 1,000,000 instructions; the prediction keeps a margin.
 */

import { must } from '../src/base/assert.ts';
import { dominators } from '../src/base/graph.ts';
import { type Loop, naturalLoops } from '../src/base/loops.ts';
import { type Pos, spanAt } from '../src/base/source.ts';
import { reachableFuncs } from '../src/bpf/encode.ts';
import { machineFlow } from '../src/bpf/flow.ts';
import { supports, features } from '../src/bpf/kernels.ts';
import { type Prediction, predict } from '../src/verify/walk.ts';
import type { Pass, PassContext } from './pass.ts';

/**
 * The kernel has been seen to walk 1.9 times the instructions predicted: of programs that read packets, whose ranges the
 * walk does not know.
 */
const budget = 500_000;

export const verifyBudget: Pass<'code', 'code'> = {
  name: 'verify-budget',
  doc: 'check that the verifier gets through: predict the instructions that it walks',
  from: 'code',
  to: 'code',
  run: (input, context) => {
    for (const { name } of input.module.programs) {
      const prediction = predict(reachableFuncs(input, name), {
        big: context.target.endian === 'big',
        limit: budget,
      });
      if (prediction.verdict !== 'ends') report(context, prediction);
      if (prediction.unbounded.size > 0) context.onUnbounded?.();
      if (context.diagnostics.failed) break;
    }
    return input;
  },
};

interface Costly {
  readonly pos: Pos;
  /** Rounds per time that it is entered. */
  readonly factor: number;
  readonly rounds: number;
  /** Some jump out of it was decided by a number known. */
  readonly counted: boolean;
}

/** The loops of one function, with what the walk says of them. */
function loopsOf(prediction: Prediction, index: number): readonly Costly[] {
  const { program, visits, decided } = prediction;
  const { func, start } = must(program.funcs[index], 'a function');
  const { graph } = machineFlow(func);
  const starts: number[] = [];
  let at = start;
  for (const block of func.blocks) {
    starts.push(at);
    at += block.body.length;
  }
  const end = (node: number): number => starts[node + 1] ?? at;
  const { loops } = naturalLoops(graph, dominators(graph));
  const count = (node: number): number => visits[must(starts[node], 'a block')] ?? 0;
  const measured = (loop: Loop, order: number): Costly | null => {
    const inner = new Set(
      loops.filter((_, i) => i !== order && within(loops, i, order)).flatMap((l) => l.body),
    );
    const own = loop.body.filter((node) => !inner.has(node));
    const insts = own.flatMap((node) => func.blocks[node]?.body ?? []);
    const pos = insts.find((inst) => inst.pos.line > 0)?.pos;
    const rounds = Math.max(...loop.body.map((node) => count(node)), 0);
    const entered = graph.predecessors[loop.header]!.filter((node) => !loop.body.includes(node));
    const entries = Math.max(1, ...entered.map(count));
    const leaving = loop.body.filter((node) => graph.successors[node]!.some((to) => !loop.body.includes(to)));
    const counted = leaving.some((node) => {
      for (let pc = must(starts[node], 'a block'); pc < end(node); pc++) if (decided[pc] === 1) return true;
      return false;
    });
    return pos === undefined ? null : { pos, factor: Math.round(rounds / entries), rounds, counted };
  };
  return loops.flatMap((loop, order) => measured(loop, order) ?? []);
}

function within(loops: readonly Loop[], inner: number, outer: number): boolean {
  for (let i = loops[inner]?.parent ?? -1; i >= 0; i = loops[i]?.parent ?? -1) if (i === outer) return true;
  return false;
}

function report(context: PassContext, prediction: Prediction): void {
  const { diagnostics, files, target } = context;
  const loops = prediction.program.funcs.flatMap((_, index) => loopsOf(prediction, index));
  const costliest = loops.toSorted((a, b) => b.factor - a.factor || b.rounds - a.rounds)[0];
  if (costliest === undefined || costliest.factor < 2) {
    const { func } = must(prediction.program.funcs[0], 'the entry');
    diagnostics.report('too-many-paths', spanAt(files, func.pos), { func: func.name });
    return;
  }
  const { since } = features.bpf_loop;
  const newer = supports(target.kernel.join('.'), since)
    ? ''
    : `; from --target-kernel ${since} on it needs none`;
  const span = spanAt(files, costliest.pos);
  if (!costliest.counted || prediction.verdict === 'endless loop') {
    diagnostics.report('unbounded-loop', span, { newer });
    return;
  }
  diagnostics.report('too-complex', span, { factor: costliest.factor, walked: prediction.processed, newer });
}
