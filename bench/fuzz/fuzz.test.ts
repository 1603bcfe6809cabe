import { expect, test } from 'vitest';
import { allConstructs } from './constructs.ts';
import { compiles, examine } from './execute.ts';
import { missing, neverMade, emptyLedger, withBatch } from './ledger.ts';
import { expr, list, type Piece, render, statement } from './piece.ts';
import { generate } from './program.ts';
import { shrink } from './shrink.ts';
import { goFile } from './text.ts';

test('the same seed gives the same program, another seed another', () => {
  const text = (seed: number): string => goFile(generate(seed, 'v3').tree, '');
  expect(text(5)).toBe(text(5));
  expect(text(5)).not.toBe(text(6));
});

test('every construct comes within a few hundred programs', () => {
  const seen = new Set(Array.from({ length: 400 }, (_, seed) => generate(seed, 'v3').constructs).flat());
  expect(allConstructs.filter((name) => !seen.has(name))).toEqual([]);
});

test('programs compile', () => {
  for (let seed = 0; seed < 8; seed++) {
    const text = goFile(generate(seed, 'v3').tree, '');
    const combination = { optimize: '2', cpu: 'v3' } as const;
    expect(examine({ ...compiles, inputs: [], text, combination })).toBeNull();
  }
});

test('what makes a failure stays, the rest is taken away', () => {
  const sum = expr('int', ['0'])`${expr('int', ['0'])`a + b`} * ${expr('int', ['0'])`c / d`}`;
  const program = list([
    statement`x := 1\n`,
    statement`if y {\n${list([statement`z++\n`, statement`h = ${sum}\n`])}}\n`,
    statement`w--\n`,
  ]);
  const fails = (candidates: readonly Piece[]) => candidates.map((c) => render(c, '').includes('c / d'));
  expect(render(shrink(program, fails), '')).toBe('h = c / d\n');
});

test('a campaign goes on where it was', () => {
  const batch = {
    from: 10,
    count: 5,
    combinations: {},
    constructs: { if: 5 },
    rules: {},
    variants: {},
    everyPass: 0,
    overLimit: 0,
    runs: 100,
    failures: [],
  };
  const ledger = withBatch(withBatch(emptyLedger, batch, 'abc'), { ...batch, from: 15 }, 'abc');
  expect(ledger.ranges).toEqual([{ from: 10, to: 20, commit: 'abc' }]);
  expect(missing(ledger, 8, 25, 4)).toEqual([
    { from: 8, count: 2 },
    { from: 20, count: 4 },
    { from: 24, count: 1 },
  ]);
  expect(neverMade(ledger)).not.toContain('if');
});
