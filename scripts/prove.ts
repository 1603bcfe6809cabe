/**
 * Proves every rewrite rule, of the SSA form and of machine code, and prints a table.
 *
 *     npm run prove [-- WORD...]        all rules, or those whose name has one of the words
 *
 * Fails when a rule is wrong, when the solver does not know, and when a seeded wrong rule is not refuted.
 */

import { availableParallelism } from 'node:os';
import { settle } from './prover.ts';
import { asItMust, catalogue, verdictOf } from './rule-catalogue.ts';

const words = process.argv.slice(2);
const claims = catalogue.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

let proved = 0;
let refuted = 0;
let failed = 0;
const limits = { query: 60_000, claim: 900_000, jobs: availableParallelism() };
await settle(claims, limits, ({ claim, problem, ms }) => {
  const verdict = verdictOf(problem);
  const good = asItMust(claim, verdict);
  if (!good) failed++;
  else if (claim.wrong) refuted++;
  else proved++;
  say(
    `${claim.form.padEnd(8)} ${claim.name.padEnd(60)} ${verdict.padEnd(8)} ${ms.toFixed(0).padStart(6)} ms`,
  );
  if (!good) say(`         ${problem ?? 'this seeded rule is wrong, and was proved'}`);
});
const wrong = claims.filter((claim) => claim.wrong).length;
say(`${proved} of ${claims.length - wrong} rules proved, ${refuted} of ${wrong} seeded wrong ones refuted`);
process.exitCode = failed === 0 && claims.length > 0 ? 0 : 1;
