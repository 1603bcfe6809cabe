/**
 * The pipeline: every pass, in the order in which it runs, and why the order is as it is.
 *
 * `-O0` runs the steps that lowering and the machine need; `-O2` and `-Os` run all. A pass may stand more than once.
 * The constraints are checked by a test: adding a pass in the wrong place fails with the reason.
 */

import { dce } from './dce.ts';
import { expandMemory } from './expand-memory.ts';
import { lowerAborts } from './lower-aborts.ts';
import { mem2reg } from './mem2reg.ts';
import type { AnyPass, Target } from './pass.ts';

export interface Step {
  readonly pass: AnyPass;
  /** Levels at which the step runs. */
  readonly levels: readonly Target['opt'][];
}

const always = ['0', '2', 's'] as const;

const step = (pass: AnyPass, levels: readonly Target['opt'][]): Step => ({ pass, levels });

export const pipeline: readonly Step[] = [
  step(mem2reg, always),
  step(lowerAborts, always),
  step(expandMemory, always),
  step(dce, always),
];

export interface OrderConstraint {
  /** Every run of this pass … */
  readonly before: string;
  /** … comes before every run of that one. */
  readonly after: string;
  readonly reason: string;
}

export const orderConstraints: readonly OrderConstraint[] = [];

/** Every pass once, in pipeline order. */
export const passesByName: ReadonlyMap<string, AnyPass> = new Map(pipeline.map((s) => [s.pass.name, s.pass]));

export const passNames: readonly string[] = [...passesByName.keys()];
