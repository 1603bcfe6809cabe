import { expect, it } from 'vitest';
import { budgetCodes } from './codes/budget.ts';
import { checkCodes } from './codes/check.ts';
import { commandCodes } from './codes/command.ts';
import { externCodes } from './codes/externs.ts';
import { kfuncCodes } from './codes/kfuncs.ts';
import { platformCodes } from './codes/platform.ts';
import type { CodeRow } from './codes/row.ts';
import { structOpsCodes } from './codes/struct-ops.ts';
import { syntaxCodes } from './codes/syntax.ts';
import { codes } from './diagnostic.ts';

const tables: readonly Readonly<Record<string, CodeRow>>[] = [
  budgetCodes,
  syntaxCodes,
  checkCodes,
  platformCodes,
  kfuncCodes,
  externCodes,
  structOpsCodes,
  commandCodes,
];

it('a code is a row of one table only', () => {
  expect(Object.keys(codes).length).toBe(tables.reduce((n, table) => n + Object.keys(table).length, 0));
});

it('codes are kebab case, messages start small or with a name and end without a full stop', () => {
  for (const [code, row] of tables.flatMap((table) => Object.entries(table))) {
    expect(code).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(`${code}: ${row.message}`).not.toMatch(/\.$/);
  }
});
