/**
 * Every rewrite rule with the call that proves it, and the seeded wrong rules, which must be refuted: what `npm run prove`
 * and its test go through.
 */

import { machineRules } from '../passes/rules/machine.ts';
import { prove } from '../passes/rules/prove.ts';
import { proveMachine } from '../passes/rules/prove-machine.ts';
import { rotationRule, ssaRules } from '../passes/rules/ssa.ts';
import { wrongMachineRules, wrongSsaRules } from '../passes/rules/wrong.ts';
import type { Z3 } from '../passes/rules/z3-algebra.ts';

export interface Claim {
  readonly form: 'ssa' | 'machine';
  readonly name: string;
  /** Seeded: it is wrong. */
  readonly wrong: boolean;
  /** null: proved. Text that ends with `unknown`: not decided in `ms` milliseconds a query. Other text: a counterexample. */
  readonly settle: (z: Z3, ms: number) => Promise<string | null>;
}

const claims = <R extends { readonly name: string }>(
  form: Claim['form'],
  wrong: boolean,
  rules: readonly R[],
  how: (z: Z3, rule: R, ms: number) => Promise<string | null>,
): readonly Claim[] =>
  rules.map((rule) => ({ form, wrong, name: rule.name, settle: (z, ms) => how(z, rule, ms) }));

export const catalogue: readonly Claim[] = [
  ...claims('ssa', false, [...ssaRules, rotationRule], prove),
  ...claims('machine', false, machineRules, proveMachine),
  ...claims('ssa', true, wrongSsaRules, prove),
  ...claims('machine', true, wrongMachineRules, proveMachine),
];

export type Verdict = 'proved' | 'refuted' | 'unknown';

export const verdictOf = (problem: string | null): Verdict =>
  problem === null ? 'proved' : problem.endsWith('unknown') ? 'unknown' : 'refuted';

/** Whether the verdict is the one that the rule must have. */
export const asItMust = (claim: Claim, verdict: Verdict): boolean =>
  verdict === (claim.wrong ? 'refuted' : 'proved');
