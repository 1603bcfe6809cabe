/**
 * Loads and runs a batch on the kernel it finds itself on; test-kernels.ts starts it, inside a virtual machine too.
 *
 *     node loader.js BATCH.json > REPORT.json
 */

import { readFileSync } from 'node:fs';
import { failedRuns, type Refusal, refusals } from '../golden/run-kernel.ts';
import type { RunLine } from '../golden/run-lines.ts';
import { atLeast, parseVersion } from '../src/kernel/needs.ts';
import type { LoadPlan } from '../src/kernel/plan.ts';
import { openSystem } from '../src/kernel/system.ts';

export interface BatchItem {
  /** Program, level and instruction set. */
  readonly id: string;
  readonly plan: LoadPlan;
  readonly runs: readonly RunLine[];
}

export interface ItemReport {
  readonly id: string;
  /** The kernel is older than what the programs need: nothing was loaded. */
  readonly skipped: boolean;
  readonly refused: readonly Refusal[];
  /** Run lines that gave something else. */
  readonly wrong: readonly string[];
  readonly runs: number;
}

export interface Report {
  readonly release: string;
  readonly items: readonly ItemReport[];
}

async function main(path: string): Promise<void> {
  const batch: readonly BatchItem[] = JSON.parse(readFileSync(path, 'utf8'));
  const probe = await openSystem();
  if (!probe.available) throw new Error(probe.why);
  const { system } = probe;
  const release = parseVersion(system.release);
  const items = batch.map(({ id, plan, runs }): ItemReport => {
    const skipped = plan.programs.some((program) => !atLeast(release, program.needs));
    if (skipped) return { id, skipped, refused: [], wrong: [], runs: 0 };
    const refused = refusals(system, plan);
    const wrong = refused.length > 0 ? [] : failedRuns(system, plan, runs);
    return { id, skipped, refused, wrong, runs: refused.length > 0 ? 0 : runs.length };
  });
  const report: Report = { release: system.release, items };
  process.stdout.write(JSON.stringify(report));
}

await main(process.argv[2] ?? '');
