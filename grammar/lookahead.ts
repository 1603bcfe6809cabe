/**
 * One-token lookahead: which token kinds can begin each choice of each rule.
 *
 *     ifStatement, option 1      →   {Else}
 *
 * The sets come from the recorded grammar by way of lookahead.table.ts; each becomes a set of chevrotain's token numbers when first asked for, so
 * that a short file pays for what it uses. Where alternatives begin alike, gates in the grammar decide, in order.
 */

import { must } from '../src/base/assert.ts';
import { kindSets, ruleRows } from './lookahead.table.ts';
import { T, type TokenName } from './tokens.ts';

/** Indexes of kind sets by occurrence: for `or` one per alternative. */
export interface RuleRow {
  readonly or: Readonly<Record<number, readonly number[]>>;
  readonly option: Readonly<Record<number, number>>;
  readonly many: Readonly<Record<number, number>>;
}

/** The choices of one rule. */
export interface Sites {
  readonly row: RuleRow;
  /** By occurrence, when asked for: the alternatives that a token kind can begin. */
  readonly alternations: (ReadonlyMap<number, readonly number[]> | undefined)[];
}

export function sitesOf(ruleName: string): Sites {
  return { row: must(ruleRows[ruleName], `rule ${ruleName} in the lookahead table`), alternations: [] };
}

const sets: (ReadonlySet<number> | undefined)[] = [];

function kindSet(index: number | undefined): ReadonlySet<number> {
  const i = must(index, 'a choice in the lookahead table');
  return (sets[i] ??= new Set(
    must(kindSets[i], 'a kind set')
      .split(' ')
      .map((name) => T[name as TokenName].tokenTypeIdx ?? 0),
  ));
}

export function optionKinds(sites: Sites, occurrence: number): ReadonlySet<number> {
  return kindSet(sites.row.option[occurrence]);
}

export function repetitionKinds(sites: Sites, occurrence: number): ReadonlySet<number> {
  return kindSet(sites.row.many[occurrence]);
}

export function alternatives(sites: Sites, occurrence: number): ReadonlyMap<number, readonly number[]> {
  return (sites.alternations[occurrence] ??= alternativesOf(
    must(sites.row.or[occurrence], 'an alternation'),
  ));
}

function alternativesOf(indexes: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const table = new Map<number, number[]>();
  indexes.forEach((set, alternative) => {
    for (const kind of kindSet(set)) {
      const row = table.get(kind);
      if (row) row.push(alternative);
      else table.set(kind, [alternative]);
    }
  });
  return table;
}
