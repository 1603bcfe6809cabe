/**
 * The cases of src/lower/cases.ts once more, at every level: by the evaluator after every pass, compiled to machine code
 * by the embedded machine and by the kernel. lower.test.ts compares what lowering makes of them with Go.
 */

import { describe, expect, test } from 'vitest';
import { levels } from '../../golden/compiled.ts';
import { kernelSystem, requires } from '../../golden/requires.ts';
import type { Machine } from '../../passes/pass.ts';
import { must } from '../base/assert.ts';
import type { PReg } from '../bpf/minst.ts';
import { compile } from '../compile.ts';
import { groups } from '../lower/cases.ts';
import { type Case, casesOf, contextOf, lineOf, runCases, runHere, wrapper } from '../lower/test-support.ts';
import { testHelpers } from '../model/helpers/helpers.ts';
import { createVm } from '../vm/machine.ts';
import { loadPlan, planModule } from './plan.ts';
import { runProgram } from './program.ts';

const present = await requires('kernel');

const syscallType = 31;
/** Calls of a case, and those of them that are evaluated after every pass. */
const calls = 8;
const evaluated = 2;

function inVm({ funcs, module }: Machine<PReg>, cases: readonly Case[]): readonly string[] {
  const vm = createVm({ funcs, module, helpers: testHelpers({ log: [] }) });
  return cases.flatMap((c) =>
    c.inputs.map((input) => {
      const context = contextOf(c, input);
      const outcome = vm.run(`Run${c.name}`, [vm.memory.allocate('context', context)]);
      return outcome.kind === 'fault' ? `${c.name}: ${outcome.message}` : lineOf(c, input, context);
    }),
  );
}

async function inKernel(machine: Machine<PReg>, cases: readonly Case[]): Promise<readonly string[]> {
  const system = await kernelSystem();
  const loaded = loadPlan(system, planModule(machine, 'little'));
  try {
    return cases.flatMap((c) => {
      const program = must(loaded.programs.get(`Run${c.name}`), c.name);
      if (!program.ok) return [`${c.name}: refused\n${program.log}`];
      return c.inputs.map((input) => {
        const run = runProgram(system, program.fd, syscallType, { context: contextOf(c, input) });
        return lineOf(c, input, run.context);
      });
    });
  } finally {
    loaded.close();
  }
}

describe.each(Object.entries(groups))('%s', (_name, source) => {
  const cases = casesOf(source, calls);
  const expected = runHere(source, cases);
  const few = cases.map((c) => ({ ...c, inputs: c.inputs.slice(0, evaluated) }));
  const expectedOfFew = runHere(source, few);
  const text = source + cases.map(wrapper).join('');

  test.each(levels)('-O%s', async (optimize) => {
    const wrong: string[] = [];
    const { machine, diagnostics } = compile({
      files: [{ name: 'cases.go', text }],
      options: {
        emit: 'object',
        optimize,
        targetKernel: '6.18',
        onAfterPass: (pass, { form, value }) => {
          if (form !== 'ssa') return;
          runCases(value, few).forEach((line, i) => {
            if (line !== expectedOfFew[i]) wrong.push(`after ${pass}: ${line}, expected ${expectedOfFew[i]}`);
          });
        },
      },
    });
    expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    expect(wrong.slice(0, 10)).toEqual([]);
    const code = must(machine, 'machine code');
    expect(inVm(code, cases)).toEqual(expected);
    if (present) expect(await inKernel(code, cases)).toEqual(expected);
  });
});
