/**
 * Loads bad programs on the kernel it finds itself on; record-refusals.ts starts it, inside a virtual machine too.
 *
 *     node loader.mjs BAD.json > VERDICTS.json
 */

import { readFileSync } from 'node:fs';
import { type Judgement, judge } from '../golden/negatives/judge.ts';
import { type LoadPlan, loadPlan } from '../src/kernel/plan.ts';
import { KernelError, openSystem, type System } from '../src/kernel/system.ts';

export interface BadPrograms {
  /** Assembly of golden/explain. */
  readonly plans: readonly { readonly name: string; readonly plan: LoadPlan }[];
  /** Forced Go of golden/negatives, as objects in base64. */
  readonly objects: readonly { readonly name: string; readonly object: string }[];
}

export interface Refused {
  readonly name: string;
  /** errno's name; null: the program was accepted. */
  readonly reason: string | null;
  readonly log: string;
}

export interface Verdicts {
  readonly release: string;
  readonly refused: readonly Refused[];
  readonly judged: readonly { readonly name: string; readonly judgement: Judgement }[];
}

function refusedPlan(system: System, name: string, plan: LoadPlan): readonly Refused[] {
  try {
    const loaded = loadPlan(system, plan);
    const result = loaded.programs.get('main');
    loaded.close();
    if (result === undefined) return [];
    return [{ name, reason: result.ok ? null : result.reason, log: result.ok ? '' : result.log }];
  } catch (error) {
    // A map type or flag that this kernel does not have.
    if (error instanceof KernelError) return [];
    throw error;
  }
}

async function main(path: string): Promise<void> {
  const { plans, objects }: BadPrograms = JSON.parse(readFileSync(path, 'utf8'));
  const probe = await openSystem();
  if (!probe.available) throw new Error(probe.why);
  const { system } = probe;
  const verdicts: Verdicts = {
    release: system.release,
    refused: plans.flatMap(({ name, plan }) => refusedPlan(system, name, plan)),
    judged: objects.map(({ name, object }) => ({
      name,
      judgement: judge(system, new Uint8Array(Buffer.from(object, 'base64'))),
    })),
  };
  process.stdout.write(JSON.stringify(verdicts));
}

await main(process.argv[2] ?? '');
