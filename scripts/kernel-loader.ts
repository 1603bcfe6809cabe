/**
 * Loads and runs a batch on the kernel it finds itself on; test-kernels.ts starts it, inside a virtual machine too.
 *
 *     node loader.js BATCH.json > REPORT.json
 */

import { readFileSync } from 'node:fs';
import { failedRuns, type Refusal, refusals } from '../golden/run-kernel.ts';
import type { RunLine } from '../golden/run-lines.ts';
import type { ObjectItem } from '../golden/tables/objects.ts';
import { atLeast, parseVersion } from '../src/kernel/needs.ts';
import type { LoadPlan } from '../src/kernel/plan.ts';
import { openSystem, type System } from '../src/kernel/system.ts';
import { readBpfObject } from '../src/object/bpf-object.ts';
import { contextDifferences } from './tables/contexts.ts';
import { helperDifferences } from './tables/helpers.ts';
import { openProbe } from './tables/probe.ts';
import { resultDifferences } from './tables/results.ts';
import { objectVerdicts, type Verdict } from './tables/verdicts.ts';

export interface BatchItem {
  /** Program, level and instruction set. */
  readonly id: string;
  readonly plan: LoadPlan;
  readonly runs: readonly RunLine[];
}

export interface Batch {
  readonly plans: readonly BatchItem[];
  readonly objects: readonly ObjectItem[];
  /** Compare the platform tables with this kernel? */
  readonly tables: boolean;
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

export interface ObjectReport {
  readonly id: string;
  /** By program. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
}

export interface Report {
  readonly release: string;
  readonly items: readonly ItemReport[];
  readonly objects: readonly ObjectReport[];
  /** What this kernel says otherwise than the tables; null: not asked. */
  readonly differences: readonly string[] | null;
}

function loadItem(system: System, { id, plan, runs }: BatchItem): ItemReport {
  const release = parseVersion(system.release);
  const skipped = plan.programs.some((program) => !atLeast(release, program.needs));
  if (skipped) return { id, skipped, refused: [], wrong: [], runs: 0 };
  const refused = refusals(system, plan);
  const wrong = refused.length > 0 ? [] : failedRuns(system, plan, runs);
  return { id, skipped, refused, wrong, runs: refused.length > 0 ? 0 : runs.length };
}

function loadObjectItem(system: System, { id, object, row }: ObjectItem): ObjectReport {
  const read = readBpfObject(new Uint8Array(Buffer.from(object, 'hex')));
  return { id, verdicts: objectVerdicts(system, read, row?.table === 'programs') };
}

function differences(system: System): readonly string[] {
  const probe = openProbe(system);
  return [...contextDifferences(probe, 'fields'), ...resultDifferences(probe), ...helperDifferences(probe)];
}

async function main(path: string): Promise<void> {
  const batch: Batch = JSON.parse(readFileSync(path, 'utf8'));
  const probe = await openSystem();
  if (!probe.available) throw new Error(probe.why);
  const { system } = probe;
  const report: Report = {
    release: system.release,
    items: batch.plans.map((item) => loadItem(system, item)),
    objects: batch.objects.map((item) => loadObjectItem(system, item)),
    differences: batch.tables ? differences(system) : null,
  };
  process.stdout.write(JSON.stringify(report));
}

await main(process.argv[2] ?? '');
