/** Typical mistakes, and what the compiler says to each: a page of texts to read and to better. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/base/format.ts';
import { compile } from '../../src/compile.ts';

const here = import.meta.dirname;
const path = join(here, 'mistakes.golden');

const cases = readFileSync(join(here, 'mistakes.txt'), 'utf8')
  .split(/^== /m)
  .slice(1)
  .map((part) => {
    const end = part.indexOf('\n');
    return { name: part.slice(0, end), text: `${part.slice(end + 1).trim()}\n` };
  });

function said({ name, text }: (typeof cases)[number]): string {
  const { diagnostics, files } = compile({
    files: [{ name: `${name}.go`, text }],
    options: { emit: 'object' },
  });
  if (diagnostics.length === 0) return `${name}: nothing`;
  return diagnostics.map((d) => formatDiagnostic(d, files)).join('\n');
}

test('there are enough, and something is said to each, once', () => {
  expect(cases.length).toBeGreaterThanOrEqual(60);
  expect(new Set(cases.map((c) => c.name)).size).toBe(cases.length);
  for (const c of cases) expect(said(c), c.name).not.toBe('');
});

test('the texts are those of mistakes.golden', () => {
  const text = `${cases.map(said).join('\n\n')}\n`;
  if (process.env.BPFC_BLESS === '1') writeFileSync(path, text);
  expect(text).toBe(existsSync(path) ? readFileSync(path, 'utf8') : `there is no ${path}: npm run bless`);
});
