/**
 * One-token lookahead from the recorded grammar.
 *
 *     ifStatement = "if" … { "else" … }      sites: repetition 1 starts with {Else}
 *
 * chevrotain computes LL(k) paths for every choice of the grammar when a parser is made; here a choice computes the kinds that
 * can begin its alternatives when it is first met, so that a short file pays for what it uses. Where alternatives begin
 * alike, gates in the grammar decide, in order.
 *
 * Invariant: a choice never has an alternative that can be empty (parser.test.ts checks every one).
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

export interface First {
  readonly kinds: ReadonlySet<number>;
  /** Whether the productions can match nothing. */
  readonly empty: boolean;
}

function kindsOf(type: TokenType): readonly number[] {
  return [type.tokenTypeIdx ?? 0, ...(type.categoryMatches ?? [])];
}

/** The token kinds that can begin a sequence of productions. */
export function firstOf(productions: readonly IProduction[]): First {
  const kinds = new Set<number>();
  for (const production of productions) {
    const first = firstOfOne(production);
    for (const kind of first.kinds) kinds.add(kind);
    if (!first.empty) return { kinds, empty: false };
  }
  return { kinds, empty: true };
}

function alternativesIn(alternation: Alternation): readonly Alternative[] {
  return alternation.definition.filter((production) => production instanceof Alternative);
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

/** The choices of one rule; each table is filled when first asked for. */
export interface Sites {
  readonly rule: Rule;
  /** By occurrence: the alternatives that a token kind can begin. */
  readonly alternations: (ReadonlyMap<number, readonly number[]> | undefined)[];
  /** By occurrence: the kinds that begin the body. */
  readonly options: (ReadonlySet<number> | undefined)[];
  readonly repetitions: (ReadonlySet<number> | undefined)[];
}

export function sitesOf(rule: Rule): Sites {
  return { rule, alternations: [], options: [], repetitions: [] };
}

/** Every production of a rule, its own subtree only. */
export function productionsOf(rule: Rule): IProduction[] {
  const found: IProduction[] = [];
  const visit = (productions: readonly IProduction[]): void => {
    for (const production of productions) {
      found.push(production);
      if (production instanceof Alternation)
        for (const alternative of alternativesIn(production)) visit(alternative.definition);
      else if (isNested(production)) visit(production.definition);
    }
  };
  visit(rule.definition);
  return found;
}

function isNested(
  production: IProduction,
): production is Option | Repetition | RepetitionMandatoryWithSeparator {
  return (
    production instanceof Option ||
    production instanceof Repetition ||
    production instanceof RepetitionMandatoryWithSeparator
  );
}

export function optionKinds(sites: Sites, occurrence: number): ReadonlySet<number> {
  return (sites.options[occurrence] ??= bodyKinds(
    sites.rule,
    (p) => p instanceof Option && p.idx === occurrence,
  ));
}

export function repetitionKinds(sites: Sites, occurrence: number): ReadonlySet<number> {
  return (sites.repetitions[occurrence] ??= bodyKinds(
    sites.rule,
    (p) => p instanceof Repetition && p.idx === occurrence,
  ));
}

function bodyKinds(rule: Rule, wanted: (production: IProduction) => boolean): ReadonlySet<number> {
  const production = productionsOf(rule).find(wanted);
  return production ? firstOfOne(production).kinds : unreachable(`${rule.name} has no such choice`);
}

export function alternatives(sites: Sites, occurrence: number): ReadonlyMap<number, readonly number[]> {
  return (sites.alternations[occurrence] ??= alternativesOf(sites.rule, occurrence));
}

function alternativesOf(rule: Rule, occurrence: number): ReadonlyMap<number, readonly number[]> {
  const found = productionsOf(rule).find((p) => p instanceof Alternation && p.idx === occurrence);
  if (!(found instanceof Alternation)) return unreachable(`${rule.name} has no such alternation`);
  const table = new Map<number, number[]>();
  alternativesIn(found).forEach((alternative, index) => {
    for (const kind of firstOf(alternative.definition).kinds) {
      const row = table.get(kind);
      if (row) row.push(index);
      else table.set(kind, [index]);
    }
  });
  return table;
}
