import { describe, expect, it } from 'vitest';
import { must } from '../src/base/assert.ts';
import { Diagnostics } from '../src/base/diagnostic.ts';
import type { PReg, VReg } from '../src/bpf/minst.ts';
import { checkAllocation } from '../src/bpf/regalloc-checker.ts';
import type { Module } from '../src/ir/ir.ts';
import { observe } from '../src/ir/observe.ts';
import { randomModule } from '../src/ir/random.ts';
import type { Formed } from './forms.ts';
import { observeMachine } from './machine-eval.ts';
import type { Machine, PassContext, Target } from './pass.ts';
import { runPipeline } from './run.ts';

const cpus = ['v1', 'v2', 'v3', 'v4'] as const;

function contextOf(target: Partial<Target>): PassContext {
  return {
    target: {
      cpu: 'v3',
      endian: 'little',
      arch: 'x86_64',
      kernel: [5, 15],
      opt: '2',
      sections: false,
      ...target,
    },
    diagnostics: new Diagnostics(),
    files: [],
  };
}

function allocationProblem(before: Machine<VReg>, after: Machine<PReg>): string | null {
  const problems = before.funcs.flatMap((func, i) => checkAllocation(func, after.funcs[i]!));
  return problems.length === 0 ? null : problems.map((p) => `b${p.block}: ${p.message}`).join('\n');
}

/** Runs the program after every pass; the first pass whose result behaves otherwise. */
function judge(module: Module, target: Partial<Target>, args: readonly bigint[]): string | null {
  const context = contextOf(target);
  const expected = observe(module, 'main', args, context.target.endian);
  let culprit: string | null = null;
  let mir: Machine<VReg> | null = null;
  const check = (pass: string, formed: Formed): void => {
    if (culprit !== null) return;
    if (formed.form === 'mir') mir = formed.value;
    if (formed.form === 'code' && pass === 'regalloc')
      culprit = allocationProblem(must(mir, 'mir'), formed.value);
    if (culprit !== null) return;
    const seen =
      formed.form === 'ssa'
        ? observe(formed.value, 'main', args, context.target.endian)
        : observeMachine(formed.value, 'main', args, context.target.endian);
    if (seen.text !== expected.text) culprit = `${pass}: ${seen.text}\nexpected ${expected.text}`;
  };
  runPipeline(module, context, { onAfterPass: check });
  return culprit;
}

/** Does the program fetch the old value of an atomic? Those need cpu v3. */
const fetches = (module: Module): boolean =>
  module.funcs.some((f) =>
    f.blocks.some((b) => b.body.some((i) => i.op.startsWith('atomic.') && i.result !== null)),
  );

describe('the back end on random programs', () => {
  for (const cpu of cpus) {
    it(`behaves the same after every pass on cpu ${cpu}`, () => {
      for (let seed = 0; seed < Number(process.env.SEEDS ?? 60); seed++) {
        const endian = seed % 3 === 0 ? 'big' : 'little';
        const opt = seed % 2 === 0 ? '2' : '0';
        const module = randomModule(seed, 12 + (seed % 40));
        if (cpu < 'v3' && fetches(module)) continue;
        expect([seed, judge(module, { cpu, endian, opt }, [BigInt(seed * 77)])]).toEqual([seed, null]);
      }
    });
  }
});
