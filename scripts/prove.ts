/**
 * Proves every rewrite rule, of the SSA form and of machine code, and prints a table.
 *
 *     npm run prove [-- WORD...]        all rules, or those whose name has one of the words
 *
 * Fails when a rule is wrong, and when the solver does not know.
 */

import { machineRules } from '../passes/rules/machine.ts';
import { prove } from '../passes/rules/prove.ts';
import { proveMachine } from '../passes/rules/prove-machine.ts';
import { ssaRules } from '../passes/rules/ssa.ts';
import { loadZ3 } from '../passes/rules/z3-algebra.ts';

const words = process.argv.slice(2);
const wanted = (name: string): boolean => words.length === 0 || words.some((word) => name.includes(word));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const { z, close } = await loadZ3();
const jobs = [
  ...ssaRules.map((rule) => ({ form: 'ssa', name: rule.name, run: () => prove(z, rule, 60_000) })),
  ...machineRules.map((rule) => ({
    form: 'machine',
    name: rule.name,
    run: () => proveMachine(z, rule, 60_000),
  })),
].filter((job) => wanted(job.name));

let failures = 0;
for (const { form, name, run } of jobs) {
  const start = performance.now();
  const problem = await run();
  const ms = (performance.now() - start).toFixed(0).padStart(6);
  if (problem !== null) failures++;
  const verdict = problem === null ? 'proved' : problem.endsWith('unknown') ? 'unknown' : 'wrong';
  say(`${form.padEnd(8)} ${name.padEnd(36)} ${verdict.padEnd(8)} ${ms} ms`);
  if (verdict === 'wrong') say(`         ${problem}`);
}
say(`${jobs.length - failures} of ${jobs.length} rules proved`);
close();
process.exitCode = failures === 0 && jobs.length > 0 ? 0 : 1;
