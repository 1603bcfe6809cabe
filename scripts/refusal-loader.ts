/**
 * Loads bad programs on the kernel it finds itself on; record-refusals.ts starts it, inside a virtual machine too.
 *
 *     node loader.mjs PLANS.json > LOGS.json
 */

import { readFileSync } from 'node:fs';
import { type LoadPlan, loadPlan } from '../src/kernel/plan.ts';
import { KernelError, openSystem } from '../src/kernel/system.ts';

export interface Refused {
  readonly name: string;
  /** errno's name; null: the program was accepted. */
  readonly reason: string | null;
  readonly log: string;
}

async function main(path: string): Promise<void> {
  const plans: readonly { readonly name: string; readonly plan: LoadPlan }[] = JSON.parse(
    readFileSync(path, 'utf8'),
  );
  const probe = await openSystem();
  if (!probe.available) throw new Error(probe.why);
  const { system } = probe;
  const refused = plans.flatMap(({ name, plan }): Refused[] => {
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
  });
  process.stdout.write(JSON.stringify({ release: system.release, refused }));
}

await main(process.argv[2] ?? '');
