/**
 * The predicted effort of the verifier against the kernel's own count, over everything that a caller compiles.
 *
 *     const sample = measure(system, 'counter -O2', machine, 'little');   →   [{ id, predicted: 31, processed: 30 }]
 */

import type { Machine } from '../passes/pass.ts';
import { runPipeline } from '../passes/run.ts';
import { Diagnostics } from '../src/base/diagnostic.ts';
import { spanAt } from '../src/base/source.ts';
import { reachableFuncs } from '../src/bpf/encode.ts';
import type { PReg } from '../src/bpf/minst.ts';
import { type CompileInput, type CompileOptions, defaultOptions, frontEnd } from '../src/compile.ts';
import { loadPlan, planModule } from '../src/kernel/plan.ts';
import { hasCallbacks } from '../src/kernel/plan-btf.ts';
import { logStatistics } from '../src/kernel/program.ts';
import type { System } from '../src/kernel/system.ts';
import { predict, type Verdict } from '../src/verify/walk.ts';

export interface Sample {
  readonly id: string;
  readonly predicted: number;
  readonly verdict: Verdict;
  /** Instructions that the kernel processed. */
  readonly processed: number;
  readonly accepted: boolean;
  /** The kernel calls a function of it back. */
  readonly callbacks: boolean;
  /** Last lines of the kernel's log where it refused. */
  readonly log: string;
}

/** Every program of a module, loaded and predicted; those alone, if `only` is given. */
export function measure(
  system: System,
  id: string,
  machine: Machine<PReg>,
  only: (program: string) => boolean = () => true,
): readonly Sample[] {
  const plan = planModule(machine, 'little');
  const loaded = loadPlan(system, { ...plan, programs: plan.programs.filter(({ name }) => only(name)) });
  try {
    return [...loaded.programs].map(([name, result]): Sample => {
      const { processed, verdict } = predict(reachableFuncs(machine, name), { big: false });
      return {
        id: `${id} ${name}`,
        predicted: processed,
        verdict,
        processed: result.ok ? result.stats.processed : logStatistics(result.log).processed,
        accepted: result.ok,
        callbacks: hasCallbacks(reachableFuncs(machine, name)),
        log: result.ok ? '' : result.log.slice(-400),
      };
    });
  } finally {
    loaded.close();
  }
}

/**
 * A program whose loops are all functions for bpf_loop, those too that need not be: the most varied callbacks at hand.
 * The last check is left out.
 */
export function withLoopsOutlined(
  source: CompileInput,
  optimize: CompileOptions['optimize'],
): Machine<PReg> | null {
  const options = { ...defaultOptions, emit: 'object', optimize, targetKernel: '6.18' } as const;
  const diagnostics = new Diagnostics();
  const { module, sources: files, target } = frontEnd(source, options, diagnostics);
  if (module === null) return null;
  const places = module.funcs.flatMap((f) =>
    f.blocks.flatMap((b) => [...b.body.map(({ pos }) => pos), b.end.pos]),
  );
  const outlined = [...new Map(places.map((pos) => [`${pos.line}:${pos.col}`, pos])).values()].flatMap(
    (pos) => spanAt(files, pos) ?? [],
  );
  const reached = runPipeline(module, { target, diagnostics, files, outlined }, { stopAfter: 'layout' });
  return reached.form === 'code' && !diagnostics.failed ? reached.value : null;
}

/** Has the program callbacks, and does the verifier get through it quickly, as predicted? It takes a minute to give up. */
export function callsBackQuickly(machine: Machine<PReg>, program: string): boolean {
  const funcs = reachableFuncs(machine, program);
  return hasCallbacks(funcs) && predict(funcs, { big: false, limit: 20_000 }).verdict === 'ends';
}

export interface Agreement {
  readonly samples: number;
  /** Pearson's coefficient of the logarithms. */
  readonly correlation: number;
  /** The largest factor between prediction and truth, either way. */
  readonly worst: number;
  readonly worstId: string;
}

const mean = (list: readonly number[]): number =>
  list.reduce((sum, x) => sum + x, 0) / Math.max(1, list.length);

export function agreement(samples: readonly Sample[]): Agreement {
  const x = samples.map((s) => Math.log(s.predicted));
  const y = samples.map((s) => Math.log(s.processed));
  const [mx, my] = [mean(x), mean(y)];
  const covariance = mean(x.map((v, i) => (v - mx) * (y[i]! - my)));
  const spread = (list: readonly number[], m: number): number =>
    Math.sqrt(mean(list.map((v) => (v - m) ** 2)));
  const correlation = covariance / Math.max(1e-12, spread(x, mx) * spread(y, my));
  let worst = 1;
  let worstId = '';
  for (const s of samples) {
    const ratio = Math.max(s.predicted / s.processed, s.processed / s.predicted);
    if (ratio > worst) [worst, worstId] = [ratio, s.id];
  }
  return { samples: samples.length, correlation, worst, worstId };
}
