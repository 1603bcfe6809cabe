/**
 * Passes alone switched off, and random subsets of the optional ones in orders that the constraints allow: every golden program and example is still
 * accepted by the kernel and does what its run lines say. DISCIPLINE=n tries n times as many choices.
 */

import { expect, test } from 'vitest';
import { compile } from '../src/compile.ts';
import { randomOf } from '../src/ir/random.ts';
import { planModule } from '../src/kernel/plan.ts';
import { describeErrors, type GoldenProgram, goldenPrograms } from './compiled.ts';
import { optimisingSteps, optionalPasses, shuffled, without } from './pass-choices.ts';
import { kernelSystem, requires } from './requires.ts';
import { failedRuns, refusals } from './run-kernel.ts';
import { vmFailures } from './run-vm.ts';

const scale = Number(process.env.DISCIPLINE ?? '1');
const hasKernel = await requires('kernel');
const programs = goldenPrograms();

/** What a program does wrong when exactly these passes run. */
async function failures(program: GoldenProgram, passes: readonly string[]): Promise<readonly string[]> {
  const options = {
    emit: 'asm',
    optimize: '2',
    targetKernel: '6.12',
    paranoid: true,
    passes,
    restoreProofs: false,
  } as const;
  const result = compile({ ...program.source, options });
  if (result.machine === null) return [describeErrors(result)];
  const wrong = vmFailures(result.machine, program.runs);
  if (!hasKernel) return wrong;
  const system = await kernelSystem();
  const plan = planModule(result.machine, 'little');
  const refused = refusals(system, plan).map(
    (r) => `${r.program} refused: ${r.reason}\n${r.log.slice(-800)}`,
  );
  return [...wrong, ...refused, ...(refused.length > 0 ? [] : failedRuns(system, plan, program.runs))];
}

/** Programs from a place that the seed gives, so that each choice sees others. */
const someOf = (seed: number, count: number): readonly GoldenProgram[] =>
  Array.from(
    { length: Math.min(count, programs.length) },
    (_, k) => programs[(seed * 7 + k * 5) % programs.length]!,
  );

for (const [index, off] of optionalPasses.entries()) {
  test(`without ${off}`, async () => {
    for (const program of someOf(index, 8 * scale)) {
      expect(await failures(program, without(off)), program.path).toEqual([]);
    }
  });
}

test('random subsets of the optional steps, in random orders', async () => {
  for (let seed = 1; seed <= 24 * scale; seed++) {
    const r = randomOf(seed);
    const subset = optimisingSteps.filter((step) => step.levels.includes('0') || r.bits(1) === 1n);
    const passes = shuffled(
      subset.map((step) => step.pass.name),
      (n) => r.below(n),
    );
    for (const program of someOf(seed, 2)) {
      expect(await failures(program, passes), `${program.path}, seed ${seed}: ${passes.join(' ')}`).toEqual(
        [],
      );
    }
  }
}, 600_000);
