/** The predicted effort of the verifier against what this kernel counted, on golden programs and lowering cases. */

import { expect, test } from 'vitest';
import { type CompileInput, compile } from '../src/compile.ts';
import { groups } from '../src/lower/cases.ts';
import { casesOf, wrapper } from '../src/lower/test-support.ts';
import { agreement, callsBackQuickly, measure, type Sample, withLoopsOutlined } from './budget-compare.ts';
import { goldenPrograms, levels } from './compiled.ts';
import { kernelSystem, requires } from './requires.ts';

const present = await requires('kernel');

const worst = 2.5;

/** The lowering cases of a group, each called by a program. */
const programsOf = (source: string): CompileInput => ({
  files: [{ name: 'cases.go', text: source + casesOf(source, 8).map(wrapper).join('') }],
});

test.skipIf(!present)(
  'the prediction is never more than 2.5 apart from what the kernel walks, with and without callbacks',
  async () => {
    const system = await kernelSystem();
    const samples: Sample[] = [];
    const add = (id: string, source: CompileInput, optimize: (typeof levels)[number]): void => {
      const { machine } = compile({ ...source, options: { emit: 'asm', optimize, targetKernel: '6.18' } });
      if (machine !== null) samples.push(...measure(system, `${id} -O${optimize}`, machine));
    };
    for (const optimize of levels)
      for (const { path, source } of goldenPrograms()) add(path, source, optimize);
    for (const [name, source] of Object.entries(groups)) {
      add(name, programsOf(source), '2');
      for (const optimize of /\bfor\b/.test(source) ? (['0', '2'] as const) : []) {
        const machine = withLoopsOutlined(programsOf(source), optimize);
        if (machine === null) continue;
        const chosen = (program: string): boolean => callsBackQuickly(machine, program);
        samples.push(...measure(system, `${name} -O${optimize}, bpf_loop`, machine, chosen));
      }
    }
    const wrong = samples.filter((s) => s.accepted !== (s.verdict === 'ends'));
    expect(wrong.map(({ id, verdict, log }) => `${id}: ${verdict}; ${log}`)).toEqual([]);
    const accepted = samples.filter((s) => s.accepted);
    const plain = agreement(accepted.filter((s) => !s.callbacks));
    const called = agreement(accepted.filter((s) => s.callbacks));
    console.log('without callbacks', plain, 'with callbacks', called);
    expect(called.samples).toBeGreaterThan(60);
    expect(plain.correlation).toBeGreaterThan(0.99);
    expect(called.correlation).toBeGreaterThan(0.97);
    expect(plain.worst).toBeLessThan(worst);
    expect(called.worst).toBeLessThan(worst);
  },
  300_000,
);
