/** The cases of src/lower/cases.ts once more: compiled to machine code, verified and run by the kernel of this machine. */

import { describe, expect, test } from 'vitest';
import { kernelSystem, requires } from '../../golden/requires.ts';
import { must } from '../base/assert.ts';
import { compile } from '../compile.ts';
import { groups } from '../lower/cases.ts';
import { casesOf, contextOf, lineOf, runHere, wrapper } from '../lower/test-support.ts';
import { loadPlan, planModule } from './plan.ts';
import { runProgram } from './program.ts';

const present = await requires('kernel');

const syscallType = 31;

describe.each(Object.entries(groups))('%s', (_name, source) => {
  test.skipIf(!present)('in the kernel as by the evaluator', async () => {
    const system = await kernelSystem();
    const cases = casesOf(source, 8);
    const text = source + cases.map(wrapper).join('');
    const { machine, diagnostics } = compile({
      files: [{ name: 'cases.go', text }],
      options: { emit: 'asm', targetKernel: '6.18' },
    });
    expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    const loaded = loadPlan(system, planModule(must(machine, 'machine code'), 'little'));
    try {
      const there = cases.flatMap((c) => {
        const program = must(loaded.programs.get(`Run${c.name}`), c.name);
        if (!program.ok) return [`${c.name}: refused\n${program.log}`];
        return c.inputs.map((input) => {
          const run = runProgram(system, program.fd, syscallType, { context: contextOf(c, input) });
          return lineOf(c, input, run.context);
        });
      });
      expect(there).toEqual(runHere(source, cases));
    } finally {
      loaded.close();
    }
  });
});
