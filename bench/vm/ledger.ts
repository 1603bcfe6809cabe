/**
 * The committed record of what the embedded machine and the kernel were compared on.
 *
 *     { "code": { "to": 20000, "programs": 20000, "runs": 120000, … }, "go": { … } }
 */

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { SeedsResult } from './seeds.ts';

export const sources = ['code', 'go'] as const;
export type Source = (typeof sources)[number];

export interface Entry extends Omit<SeedsResult, 'failures'> {
  /** Seeds 0 and on that have been run. */
  readonly to: number;
  readonly failures: readonly { readonly seed: number; readonly signature: string }[];
}

export type Ledger = Readonly<Record<Source, Entry>>;

const empty: Entry = {
  to: 0,
  programs: 0,
  runs: 0,
  notLoaded: 0,
  wrongThere: 0,
  constructs: {},
  failures: [],
};

export const emptyLedger: Ledger = { code: empty, go: empty };

export const readLedger = (path: string): Ledger =>
  existsSync(path) ? { ...emptyLedger, ...JSON.parse(readFileSync(path, 'utf8')) } : emptyLedger;

export function writeLedger(path: string, ledger: Ledger): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(ledger, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

export function added(entry: Entry, result: SeedsResult): Entry {
  const constructs: Record<string, number> = { ...entry.constructs };
  for (const [name, count] of Object.entries(result.constructs))
    constructs[name] = (constructs[name] ?? 0) + count;
  return {
    to: entry.to + result.programs,
    programs: entry.programs + result.programs,
    runs: entry.runs + result.runs,
    notLoaded: entry.notLoaded + result.notLoaded,
    wrongThere: entry.wrongThere + result.wrongThere,
    constructs: Object.fromEntries(Object.entries(constructs).sort(([a], [b]) => (a < b ? -1 : 1))),
    failures: [...entry.failures, ...result.failures.map(({ seed, signature }) => ({ seed, signature }))],
  };
}
