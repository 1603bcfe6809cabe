/**
 * Makes a function of a loop that the verifier cannot walk round by round; the kernel's `bpf_loop` calls it.
 *
 *     b0: jump b1(v0)                     b0: words = { 0, v0, … }; helper loop(8388608, @f.loop1, words, 0)
 *     b1(v1): branch c, b2, b3      ⇒         0: abort (too many rounds); 1: v5 = words[…]; jump b3
 *     b2: …; jump b1(v4)                  @f.loop1(i, words): v1 = words[1]; …; words[1] = v4; return 0
 *     b3: … v1 …                              to b3: words[0] = 1; words[…] = v1; return 1
 *
 * The loop's values live in words of the frame: what goes round, what it needs from outside, what is needed behind it.
 * Invariant: the words hold whole values of eight bytes, so that the verifier keeps track of pointers among them. Runs
 * where the last check found a loop over budget.
 *
 * A function whose callers do not look for an abort keeps its loops: compile.ts then has it lowered as one that may
 * abort. Where the target has no `bpf_loop`, or the loop cannot be a function, it stays a loop of whose values, but for
 * its counters, the verifier is made to know nothing.
 *
 * Open-coded iterators (Linux 6.4) are not used: they would take two kinds of loop more than `bpf_loop` does, those that
 * carry a pointer to the stack from round to round and those with more values than there are words, and for the others
 * they bring nothing, while each round costs a call of a kfunc and the object its relocation by BTF.
 */

import { must } from '../src/base/assert.ts';
import { dominators } from '../src/base/graph.ts';
import { type Loop, naturalLoops } from '../src/base/loops.ts';
import { type Pos, type Span, spanAt } from '../src/base/source.ts';
import { features, supports } from '../src/bpf/kernels.ts';
import { blurLoop } from '../src/ir/blur.ts';
import type { Func, Module } from '../src/ir/ir.ts';
import { outlineLoop } from '../src/ir/outline.ts';
import { cfgOf, symbolOf } from '../src/ir/walk.ts';
import type { Pass, PassContext } from './pass.ts';

export const outlineLoops: Pass<'ssa', 'ssa'> = {
  name: 'outline-loops',
  doc: 'make functions for bpf_loop of loops that the verifier cannot walk, or ease its walk',
  from: 'ssa',
  to: 'ssa',
  run: (module, context) => {
    const places = context.outlined ?? [];
    if (places.length === 0) return module;
    const funcs = module.funcs.flatMap((f) => outlineAll(f, module, places, context));
    const same = funcs.length === module.funcs.length && funcs.every((f, i) => f === module.funcs[i]);
    return same ? module : { ...module, funcs };
  },
};

/** Headers of the innermost loops that hold one of the places; inner loops first. */
function chosen(f: Func, places: readonly Span[], context: PassContext): readonly number[] {
  const graph = cfgOf(f);
  const { loops, innermost } = naturalLoops(graph, dominators(graph));
  const isPlace = (pos: Pos): boolean => {
    const span = spanAt(context.files, pos);
    return span !== null && places.some((p) => p.file === span.file && p.start === span.start);
  };
  const found = new Set<Loop>();
  f.blocks.forEach((b, node) => {
    const loop = loops[innermost[node]!];
    if (loop !== undefined && (isPlace(b.end.pos) || b.body.some((i) => isPlace(i.pos)))) found.add(loop);
  });
  return [...found]
    .sort((a, b) => b.depth - a.depth)
    .map((loop) => must(f.blocks[loop.header], 'a header').id);
}

/** Do all callers look for an abort of the function? */
function isTested(module: Module, name: string): boolean {
  let called = false;
  for (const f of module.funcs)
    for (const { body } of f.blocks)
      for (const [at, i] of body.entries()) {
        if (i.op !== 'call' || symbolOf(i) !== name) continue;
        if (body[at + 1]?.op !== 'aborted') return false;
        called = true;
      }
  return called;
}

/** The function, and those made of its loops. */
function outlineAll(f: Func, module: Module, places: readonly Span[], context: PassContext): readonly Func[] {
  const mayAbort =
    f.program !== null || f.blocks.some((b) => b.end.kind === 'abort') || isTested(module, f.name);
  const canCall = mayAbort && supports(context.target.kernel.join('.'), features.bpf_loop.since);
  let outer = f;
  const made: Func[] = [];
  for (const header of chosen(f, places, context)) {
    const names = new Set([...module.funcs, ...made].map((g) => g.name));
    let n = 1;
    while (names.has(`${f.name}.loop${n}`)) n++;
    const result = canCall ? outlineLoop(outer, header, `${f.name}.loop${n}`) : null;
    if (result !== null) made.push(result.inner);
    outer = result?.outer ?? blurLoop(outer, header) ?? outer;
  }
  return [outer, ...made];
}
