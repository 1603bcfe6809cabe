/**
 * The committed record of campaigns: which seeds ran with which version, how often each combination and construct
 * came, what failed.
 *
 *     { "version": 1, "ranges": [{ "from": 0, "to": 50000, "commit": "a53dd91" }], "programs": 50000, … }
 *
 * A range that is in the ledger is not run again; failures stay until a run of their seed passes.
 */

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { machineRules } from '../../passes/rules/machine.ts';
import { ssaRules } from '../../passes/rules/ssa.ts';
import type { BatchResult, FoundFailure } from './batch.ts';
import { allConstructs } from './constructs.ts';

export interface Range {
  readonly from: number;
  /** The first seed behind it. */
  readonly to: number;
  readonly commit: string;
}

export interface Ledger {
  readonly ranges: readonly Range[];
  readonly programs: number;
  /** Executions of a program on an input, each of which all executions agreed on but for the failures. */
  readonly runs: number;
  /** Programs evaluated after every pass, not only the last. */
  readonly everyPass: number;
  /** Programs that ended as an error of a limit: the stack, the verifier's effort. */
  readonly overLimit: number;
  readonly combinations: Readonly<Record<string, number>>;
  /** Programs that contain it. */
  readonly constructs: Readonly<Record<string, number>>;
  /** Programs in which a rewrite rule was applied. */
  readonly rules: Readonly<Record<string, number>>;
  /** The same programs compiled a second time, without a pass or with passes in another order. */
  readonly variants: Readonly<Record<string, number>>;
  readonly failures: readonly Omit<FoundFailure, 'detail'>[];
}

export const emptyLedger: Ledger = {
  ranges: [],
  programs: 0,
  runs: 0,
  everyPass: 0,
  overLimit: 0,
  combinations: {},
  constructs: {},
  rules: {},
  variants: {},
  failures: [],
};

export function readLedger(path: string): Ledger {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : emptyLedger;
}

export function writeLedger(path: string, ledger: Ledger): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(ledger, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

function added(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return Object.fromEntries(names.map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]));
}

export function recorded({
  seed,
  combination,
  variant,
  kind,
  signature,
}: FoundFailure): Ledger['failures'][number] {
  return { seed, combination, variant, kind, signature };
}

/** Neighbours of the same version become one. */
function merged(ranges: readonly Range[]): readonly Range[] {
  const result: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && last.to === range.from && last.commit === range.commit)
      result[result.length - 1] = { ...last, to: range.to };
    else result.push(range);
  }
  return result;
}

export function withBatch(ledger: Ledger, batch: BatchResult, commit: string): Ledger {
  return {
    ranges: merged([...ledger.ranges, { from: batch.from, to: batch.from + batch.count, commit }]),
    programs: ledger.programs + batch.count,
    runs: ledger.runs + batch.runs,
    everyPass: ledger.everyPass + batch.everyPass,
    overLimit: ledger.overLimit + batch.overLimit,
    combinations: added(ledger.combinations, batch.combinations),
    constructs: added(ledger.constructs, batch.constructs),
    rules: added(ledger.rules, batch.rules),
    variants: added(ledger.variants, batch.variants),
    failures: [...ledger.failures, ...batch.failures.map(recorded)],
  };
}

/** Parts of `[from, to)` that no range covers, in pieces of at most `size`. */
export function missing(
  ledger: Ledger,
  from: number,
  to: number,
  size: number,
): readonly { readonly from: number; readonly count: number }[] {
  const pieces: { from: number; count: number }[] = [];
  for (let at = from; at < to; ) {
    const covering = ledger.ranges.find((r) => r.from <= at && at < r.to);
    if (covering !== undefined) {
      at = covering.to;
      continue;
    }
    const next = ledger.ranges.map((r) => r.from).filter((start) => start > at);
    const end = Math.min(to, at + size, ...next);
    pieces.push({ from: at, count: end - at });
    at = end;
  }
  return pieces;
}

/** Rewrite rules that no program made use of. */
export const neverApplied = (ledger: Ledger): readonly string[] =>
  [...ssaRules, ...machineRules].map((rule) => rule.name).filter((name) => (ledger.rules[name] ?? 0) === 0);

export const neverMade = (ledger: Ledger): readonly string[] =>
  allConstructs.filter((name) => (ledger.constructs[name] ?? 0) === 0);
