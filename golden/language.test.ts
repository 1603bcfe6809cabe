/** The page about the language is current, no cell of the contract is without a test, and the tests are there. */

import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cells } from './language.table.ts';
import { languagePage, testExists } from './language.ts';

const path = 'golden/language.md';

test('the page is current', () => {
  if (process.env.BPFC_BLESS === '1') writeFileSync(path, languagePage());
  expect(readFileSync(path, 'utf8'), 'npm run bless writes it').toBe(languagePage());
});

test('every cell has a test that exists', () => {
  expect(cells.filter(({ tests }) => tests.length === 0)).toEqual([]);
  expect(cells.flatMap(({ tests }) => tests.filter((name) => !testExists(name)))).toEqual([]);
});
