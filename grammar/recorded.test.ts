import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Alternation, Option, Repetition } from 'chevrotain';
import { describe, expect, it } from 'vitest';
import { GoParser } from './parser.ts';
import { alternativesIn, firstOf, lookaheadTable, productionsOf } from './recorded.ts';

const rules = Object.values(new GoParser('record').getGAstProductions());

describe('the recorded grammar', () => {
  it('is the one that the lookahead table was made from', () => {
    const path = fileURLToPath(new URL('lookahead.table.ts', import.meta.url));
    const table = lookaheadTable(rules);
    if (process.env.BPFC_BLESS) writeFileSync(path, table);
    expect(readFileSync(path, 'utf8')).toBe(table);
  });

  it('has no choice that can be empty', () => {
    const empty = rules.flatMap((rule) =>
      productionsOf(rule).flatMap((production) => {
        const bodies =
          production instanceof Alternation
            ? alternativesIn(production).map((alternative) => alternative.definition)
            : production instanceof Option || production instanceof Repetition
              ? [production.definition]
              : [];
        return bodies.filter((body) => firstOf(body).empty).map(() => rule.name);
      }),
    );
    expect(empty).toEqual([]);
  });

  it('passes the checks of chevrotain', () => {
    expect(() => new GoParser('validate')).not.toThrow();
  });
});
