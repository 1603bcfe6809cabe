/**
 * What chevrotain's recording of the grammar tells: which tokens can begin what, and the rules as EBNF.
 *
 *     elided = composite        first: {LBrace}
 *
 * Recording takes longer than parsing a short file, so nothing of this runs in the compiler: the first sets are kept in lookahead.table.ts and
 * the EBNF in grammar.md. recorded.test.ts compares both with a fresh recording, and writes the table when BPFC_BLESS is set.
 *
 * Invariant: no choice has an alternative that can be empty, so that one token decides it.
 */

import {
  Alternation,
  Alternative,
  type IProduction,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatoryWithSeparator,
  type Rule,
  Terminal,
  type TokenType,
} from 'chevrotain';
import { unreachable } from '../src/base/assert.ts';
import { T } from './tokens.ts';

export interface First {
  /** Names of token kinds. */
  readonly kinds: ReadonlySet<string>;
  /** Whether the productions can match nothing. */
  readonly empty: boolean;
}

const typesByIndex = new Map(Object.entries(T).map(([name, type]) => [type.tokenTypeIdx, name]));

function kindsOf(type: TokenType): readonly string[] {
  const members = (type.categoryMatches ?? []).flatMap((index) => typesByIndex.get(index) ?? []);
  return members.length > 0 ? members : [type.name];
}

/** The token kinds that can begin a sequence of productions. */
export function firstOf(productions: readonly IProduction[]): First {
  const kinds = new Set<string>();
  for (const production of productions) {
    const first = firstOfOne(production);
    for (const kind of first.kinds) kinds.add(kind);
    if (!first.empty) return { kinds, empty: false };
  }
  return { kinds, empty: true };
}

const firstOfRule = new WeakMap<Rule, First>();

function firstOfOne(production: IProduction): First {
  if (production instanceof Terminal)
    return { kinds: new Set(kindsOf(production.terminalType)), empty: false };
  if (production instanceof NonTerminal) {
    const rule = production.referencedRule;
    const known = firstOfRule.get(rule);
    if (known) return known;
    const first = firstOf(rule.definition);
    firstOfRule.set(rule, first);
    return first;
  }
  if (production instanceof Alternation) {
    const all = alternativesIn(production).map((alternative) => firstOf(alternative.definition));
    return {
      kinds: new Set(all.flatMap((first) => [...first.kinds])),
      empty: all.some((first) => first.empty),
    };
  }
  if (production instanceof Option || production instanceof Repetition) {
    return { kinds: firstOf(production.definition).kinds, empty: true };
  }
  if (production instanceof RepetitionMandatoryWithSeparator) return firstOf(production.definition);
  return unreachable('a production that the grammar does not use');
}

export function alternativesIn(alternation: Alternation): readonly Alternative[] {
  return alternation.definition.filter((production) => production instanceof Alternative);
}

type Nested = Option | Repetition | RepetitionMandatoryWithSeparator;

function isNested(production: IProduction): production is Nested {
  return (
    production instanceof Option ||
    production instanceof Repetition ||
    production instanceof RepetitionMandatoryWithSeparator
  );
}

/** Every production of a rule's own body. */
export function productionsOf(rule: Rule): IProduction[] {
  const found: IProduction[] = [];
  const visit = (productions: readonly IProduction[]): void => {
    for (const production of productions) {
      found.push(production);
      if (production instanceof Alternation) {
        for (const alternative of alternativesIn(production)) visit(alternative.definition);
      } else if (isNested(production)) visit(production.definition);
    }
  };
  visit(rule.definition);
  return found;
}

// ---------------------------------------------------------------- the lookahead table

/** Rows of one rule, by occurrence; numbers are indexes of kind sets. */
interface Row {
  readonly or: Record<number, number[]>;
  readonly option: Record<number, number>;
  readonly many: Record<number, number>;
}

/** The text of lookahead.table.ts. */
export function lookaheadTable(rules: readonly Rule[]): string {
  const sets: string[] = [];
  const setOf = (productions: readonly IProduction[]): number => {
    const text = [...firstOf(productions).kinds].sort().join(' ');
    const known = sets.indexOf(text);
    return known >= 0 ? known : sets.push(text) - 1;
  };
  const rows = rules.map((rule) => [rule.name, rowOf(rule, setOf)] as const);
  const lines = rows.map(([name, row]) => `  ${name}: ${JSON.stringify(row).replaceAll('"', '')},`);
  return [
    '// biome-ignore-all format: generated',
    '/** Which token kinds begin each choice of the grammar (lookahead.ts). Written by recorded.test.ts with BPFC_BLESS=1. */',
    '',
    "import type { RuleRow } from './lookahead.ts';",
    '',
    `export const kindSets: readonly string[] = [\n${sets.map((text) => `  '${text}',`).join('\n')}\n];`,
    '',
    `export const ruleRows: Readonly<Record<string, RuleRow>> = {\n${lines.join('\n')}\n};`,
    '',
  ].join('\n');
}

function rowOf(rule: Rule, setOf: (productions: readonly IProduction[]) => number): Row {
  const row: Row = { or: {}, option: {}, many: {} };
  for (const production of productionsOf(rule)) {
    if (production instanceof Alternation) {
      row.or[production.idx] = alternativesIn(production).map((alternative) => setOf(alternative.definition));
    } else if (production instanceof Option) row.option[production.idx] = setOf(production.definition);
    else if (production instanceof Repetition) row.many[production.idx] = setOf(production.definition);
  }
  return row;
}

// ---------------------------------------------------------------- EBNF

/** `name = body .` in the notation of the Go specification. */
export function ebnfOf(rule: Rule): string {
  return `${rule.name} = ${sequence(rule.definition)} .`;
}

function sequence(productions: readonly IProduction[]): string {
  return productions.map((production) => term(production, productions.length === 1)).join(' ');
}

function term(production: IProduction, alone: boolean): string {
  if (production instanceof Terminal) return terminal(production.terminalType);
  if (production instanceof NonTerminal) return production.nonTerminalName;
  if (production instanceof Option) return `[ ${sequence(production.definition)} ]`;
  if (production instanceof Repetition) return `{ ${sequence(production.definition)} }`;
  if (production instanceof RepetitionMandatoryWithSeparator) {
    const item = sequence(production.definition);
    return `${item} { ${terminal(production.separator)} ${item} }`;
  }
  if (production instanceof Alternation) {
    const text = alternativesIn(production)
      .map((alternative) => sequence(alternative.definition))
      .join(' | ');
    return alone ? text : `( ${text} )`;
  }
  return unreachable('a production that the grammar does not use');
}

function terminal(type: TokenType): string {
  return type.LABEL !== undefined && type.LABEL !== type.name ? `"${type.LABEL}"` : type.name;
}
