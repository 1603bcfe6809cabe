/**
 * The verdicts of a kernel on objects, beside those that are recorded and those that the tables expect.
 *
 *     tables: the recorded verdict must come again        examples: every program that the kernel is new enough for loads
 */

import { existsSync, writeFileSync } from 'node:fs';
import type { ObjectItem } from '../../golden/tables/objects.ts';
import { type Table, tableRows, tables } from '../../golden/tables/rows.ts';
import {
  kernelOf,
  type Recorded,
  readVerdicts,
  stateOf,
  type Verdicts,
  verdictsPath,
} from '../../golden/tables/verdicts.ts';
import { newestKernel, parseKernel, supports } from '../../src/bpf/kernels.ts';
import type { ObjectReport, Report } from '../kernel-loader.ts';
import type { Verdict } from './verdicts.ts';

/** The least that any of a row's programs came to: a row is taken when all of them are. */
export function rowVerdict(verdicts: ObjectReport['verdicts']): string {
  const texts = Object.values(verdicts).map(({ state, why }) => (why === '' ? state : `${state}: ${why}`));
  const rank = (text: string): number => ['refused', 'loaded', 'attached'].indexOf(stateOf(text));
  return texts.reduce((worst, text) => (rank(text) < rank(worst) ? text : worst));
}

function hookMissing({ state, why }: Verdict): boolean {
  return state === 'refused' && /^this kernel has no /.test(why);
}

/** On this machine's kernel lockdown refuses what attaches by trampolines. */
const isLockedDown = (release: string, { state, why }: Verdict): boolean =>
  state === 'refused' && why === 'EPERM' && kernelOf(release) === '6.18';

function exampleFailures(item: ObjectItem, { verdicts }: ObjectReport, release: string): readonly string[] {
  const kernel = parseKernel(release) ?? '';
  return Object.entries(verdicts).flatMap(([program, verdict]) => {
    const expected = supports(kernel, item.needs[program] ?? '');
    if (!expected || verdict.state !== 'refused' || isLockedDown(release, verdict)) return [];
    if (hookMissing(verdict)) return [];
    return [`${item.id} ${program}: refused, ${verdict.why}`];
  });
}

export function objectFailures(
  items: readonly ObjectItem[],
  { objects, release }: Report,
): { readonly failures: readonly string[]; readonly passed: number } {
  const known = existsSync(verdictsPath) ? readVerdicts() : null;
  const kernel = kernelOf(release);
  const failures = items.flatMap((item, n): readonly string[] => {
    const report = objects[n];
    if (report === undefined) return [`${item.id}: no verdict`];
    if (item.row === null) return exampleFailures(item, report, release);
    if (kernel === null || known === null) return [];
    const verdict = rowVerdict(report.verdicts);
    const before = known[item.row.table][item.row.name]?.[kernel] ?? '';
    return stateOf(verdict) === stateOf(before)
      ? []
      : [`${item.id}: ${verdict}, recorded is ${before || 'nothing'}`];
  });
  const programs = objects.reduce((sum, { verdicts }) => sum + Object.keys(verdicts).length, 0);
  return { failures, passed: programs - failures.length };
}

/** Writes the verdicts of one kernel into the file, in the order of the tables; rows that were not asked stay. */
export function record(items: readonly ObjectItem[], { objects, release }: Report): void {
  const kernel = kernelOf(release);
  if (kernel === null) throw new Error(`${release} is none of the kernels that are recorded`);
  const before: Partial<Verdicts> = existsSync(verdictsPath) ? readVerdicts() : {};
  const rowOf = (table: Table, name: string): readonly (readonly [string, Recorded])[] => {
    const old = before[table]?.[name];
    const at = items.findIndex(({ row }) => row?.table === table && row.name === name);
    const [item, report] = [items[at], objects[at]];
    if (item === undefined || report === undefined) return old === undefined ? [] : [[name, old]];
    const needs = newestKernel(Object.values(item.needs));
    return [[name, { ...old, needs, [kernel]: rowVerdict(report.verdicts) }]];
  };
  const rowsOf = (table: Table): Readonly<Record<string, Recorded>> =>
    Object.fromEntries(tableRows(table).flatMap(({ name }) => rowOf(table, name)));
  const verdicts = Object.fromEntries(tables.map((table) => [table, rowsOf(table)]));
  writeFileSync(verdictsPath, `${JSON.stringify(verdicts, null, 1)}\n`);
}
