/** One process of `prover.ts`: says that it is ready, then settles the claims whose numbers it is sent. */

import { loadZ3 } from '../passes/rules/z3-algebra.ts';
import { catalogue } from './rule-catalogue.ts';

export interface Question {
  readonly claim: number;
  readonly ms: number;
}

const { z } = await loadZ3();
process.on('message', async ({ claim, ms }: Question) => {
  process.send?.((await catalogue[claim]?.settle(z, ms)) ?? null);
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
