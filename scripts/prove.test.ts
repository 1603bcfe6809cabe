import { expect, test } from 'vitest';
import { settle } from './prover.ts';
import { asItMust, type Claim, catalogue, verdictOf } from './rule-catalogue.ts';

// Two of the merged stores have thousands of cases: npm run prove goes through them.
const quick = catalogue.filter(({ name }) => !/^merge-constants-(8|16)$/.test(name));

test('the solver proves every rule, and refutes every seeded wrong one', async () => {
  const odd: string[] = [];
  let settled = 0;
  await settle(quick, { query: 60_000, claim: 200_000, jobs: 2 }, ({ claim, problem }) => {
    settled++;
    if (!asItMust(claim, verdictOf(problem))) odd.push(`${claim.name}: ${problem}`);
  });
  expect(odd).toEqual([]);
  expect(settled).toBe(quick.length);
}, 900_000);

test('a claim that kills its process or takes too long is unknown, and the next one is settled', async () => {
  const known = catalogue.find(({ name }) => name === 'mul-one') as Claim;
  const slow = catalogue.find(({ name }) => name === 'merge-constants-8') as Claim;
  const verdicts: string[] = [];
  await settle([slow, known], { query: 20_000, claim: 6_000, jobs: 1 }, ({ problem }) => {
    verdicts.push(verdictOf(problem));
  });
  expect(verdicts).toEqual(['unknown', 'proved']);
}, 60_000);
