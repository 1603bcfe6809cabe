/**
 * The runner: runs passes in order, times them, hands every result to a callback (dumps, reports), verifies the SSA
 * form between passes when asked, and names the pass in a crash. Passes know nothing of any of this.
 *
 *     runPipeline(module, context)                              // the pipeline of the target's -O level
 *     runPipeline(module, context, { passes: ['mem2reg', 'dce'] })
 *     runPipeline(module, context, { stopAfter: 'gvn' }).value
 *
 * It stops early after `stopAfter`, and after a pass that reported an error.
 */

import { assert, CompilerBug, must, unreachable } from '../src/base/assert.ts';
import { checkAllocation } from '../src/bpf/regalloc-checker.ts';
import type { Module } from '../src/ir/ir.ts';
import { formatProblem, verifyModule } from '../src/ir/verify.ts';
import type { Formed } from './forms.ts';
import type { AnyPass, Form, Forms, Pass, PassContext } from './pass.ts';
import { passesByName, pipeline } from './pipeline.ts';

export interface Timing {
  readonly pass: string;
  readonly ms: number;
  /** Did the pass return something other than its input? */
  readonly changed: boolean;
}

export type PipelineResult = Formed & { readonly timings: readonly Timing[] };

export interface RunOptions {
  /** Names of the passes to run instead of the pipeline. */
  readonly passes?: readonly string[] | null;
  /** Stop after the last run of this pass. */
  readonly stopAfter?: string | null;
  /** Verify the SSA form before the first pass and after every pass. */
  readonly paranoid?: boolean;
  readonly onAfterPass?: ((pass: string, formed: Formed) => void) | null;
}

function applied<F extends Form, T extends Form>(pass: Pass<F, T>, value: Forms[F], context: PassContext) {
  return { form: pass.to, value: pass.run(value, context) };
}

function apply(pass: AnyPass, state: Formed, context: PassContext): Formed {
  assert(pass.from === state.form, `it takes the form ${pass.from}, there is ${state.form}`);
  if (state.form === 'ssa' && pass.from === 'ssa') {
    return pass.to === 'ssa' ? applied(pass, state.value, context) : applied(pass, state.value, context);
  }
  if (state.form === 'mir' && pass.from === 'mir') {
    return pass.to === 'mir' ? applied(pass, state.value, context) : applied(pass, state.value, context);
  }
  if (state.form === 'code' && pass.from === 'code') return applied(pass, state.value, context);
  return unreachable('forms agree');
}

function verify(state: Formed): void {
  if (state.form !== 'ssa') return;
  const problems = verifyModule(state.value);
  assert(problems.length === 0, `malformed SSA: ${problems.slice(0, 5).map(formatProblem).join('; ')}`);
}

/** Judges registers by the checker that knows nothing of the allocator. */
function verifyAllocation(before: Formed, after: Formed): void {
  if (before.form !== 'mir' || after.form !== 'code') return;
  before.value.funcs.forEach((func, i) => {
    const [problem] = checkAllocation(func, must(after.value.funcs[i], 'a function'));
    assert(problem === undefined, `${func.name}, b${problem?.block}: ${problem?.message}`);
  });
}

/** Runs one thing; what it throws becomes a bug that names the pass. */
function named<T>(pass: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CompilerBug(`pass ${pass}: ${message}`, { cause: error });
  }
}

/** The passes that a call runs. */
export function selectPasses(context: PassContext, options: RunOptions = {}): readonly AnyPass[] {
  const chosen = options.passes ?? null;
  const list =
    chosen === null
      ? pipeline.filter((s) => s.levels.includes(context.target.opt)).map((s) => s.pass)
      : chosen.map((name) => passesByName.get(name) ?? unreachable(`there is no pass ${name}`));
  const stop = options.stopAfter ?? null;
  if (stop === null) return list;
  const last = list.map((p) => p.name).lastIndexOf(stop);
  return last < 0 ? list : list.slice(0, last + 1);
}

export function runPasses(
  start: Formed,
  passes: readonly AnyPass[],
  context: PassContext,
  options: RunOptions = {},
): PipelineResult {
  const timings: Timing[] = [];
  let state = start;
  if (options.paranoid === true) named('(input)', () => verify(state));
  for (const pass of passes) {
    const before = state;
    const from = performance.now();
    state = named(pass.name, () => apply(pass, before, context));
    const changed = state.value !== before.value;
    timings.push({ pass: pass.name, ms: performance.now() - from, changed });
    if (options.paranoid === true && changed) named(pass.name, () => verify(state));
    if (options.paranoid === true) named(pass.name, () => verifyAllocation(before, state));
    options.onAfterPass?.(pass.name, state);
    if (context.diagnostics.failed) break;
  }
  return { ...state, timings };
}

/** From SSA on: the pipeline of the target's level, or the passes named. */
export function runPipeline(module: Module, context: PassContext, options: RunOptions = {}): PipelineResult {
  return runPasses({ form: 'ssa', value: module }, selectPasses(context, options), context, options);
}
