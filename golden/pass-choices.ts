/**
 * Other pipelines than the one that is built: -O2 without an optional pass, or with optional passes in another order
 * that the constraints allow.
 *
 *     without('gvn')                    // the names of all passes of -O2 but gvn
 *     shuffled(allPasses, below)        // neighbours changed places
 */

import { orderConstraints, pipeline } from '../passes/pipeline.ts';

/** Steps of -O2. */
export const optimisingSteps = pipeline.filter((step) => step.levels.includes('2'));

/** Their names, in order. */
export const allPasses: readonly string[] = optimisingSteps.map((step) => step.pass.name);

const needed: ReadonlySet<string> = new Set(
  optimisingSteps.filter((s) => s.levels.includes('0')).map((s) => s.pass.name),
);

/** Passes that -O0 does without altogether. */
export const optionalPasses: readonly string[] = [...new Set(allPasses.filter((name) => !needed.has(name)))];

const optionalSsa: ReadonlySet<string> = new Set(
  optimisingSteps
    .filter((s) => s.pass.to === 'ssa' && optionalPasses.includes(s.pass.name))
    .map((s) => s.pass.name),
);

export const without = (name: string): readonly string[] => allPasses.filter((other) => other !== name);

const inOrder = (names: readonly string[]): boolean =>
  orderConstraints.every(({ before, after }) => {
    const first = names.indexOf(after);
    return first < 0 || names.lastIndexOf(before) < first;
  });

/** Swaps neighbours that are both optional, where the constraints allow it. `below(n)` is a random number below n. */
export function shuffled(names: readonly string[], below: (n: number) => number): readonly string[] {
  let order = names;
  for (let n = 0; n < 2 * names.length; n++) {
    const at = below(names.length - 1);
    const pair = [order[at + 1]!, order[at]!];
    const next = [...order.slice(0, at), ...pair, ...order.slice(at + 2)];
    if (pair.every((name) => optionalSsa.has(name)) && inOrder(next)) order = next;
  }
  return order;
}
