/**
 * Wrong files and what is said about them: testdata/errors.txt, one section a file, the errors below it (BPFC_BLESS=1 writes them).
 * Where Go is installed, its own tools must put the first error on the same line.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Diagnostics } from '../src/base/diagnostic.ts';
import { positionAt, sourceFile } from '../src/base/source.ts';
import { parseFile } from './parse.ts';

const path = fileURLToPath(new URL('testdata/errors.txt', import.meta.url));

interface Section {
  readonly name: string;
  readonly source: string;
  readonly errors: string;
}

function sections(): Section[] {
  return readFileSync(path, 'utf8')
    .split(/^=== /m)
    .slice(1)
    .map((text) => {
      const [, name = '', source = '', errors = ''] = /^(.*)\n([\s\S]*?)^---\n([\s\S]*)$/m.exec(text) ?? [];
      return { name, source, errors: errors.trimEnd() };
    });
}

function errorsIn(text: string): string {
  const diagnostics = new Diagnostics();
  const file = sourceFile(0, 'bad.go', text);
  parseFile(file, diagnostics);
  return diagnostics.list
    .map(({ code, message, span }) => {
      const { line, col } = positionAt(file, span?.start ?? 0);
      return `${line}:${col}: ${message} [${code}]`;
    })
    .join('\n');
}

/** Mistakes that gofmt accepts or puts elsewhere; `go tool compile` then gives the line. */
const onlyCompiler = new Set([
  'define-in-post',
  'method-no-receiver',
  'method-two-receivers',
  'missing-close-brace-eof',
  'multi-assign-op',
  'type-switch-outside',
  'unexpected-eof-call',
]);

/** Mistakes that are none of the parser's, for Go neither. */
const accepted = new Set(['c-style-params', 'dot-nothing', 'missing-brace-after-switch']);

const cases = sections();

describe('what is said about a wrong file', () => {
  it('stands in the table', () => {
    const text = cases
      .map(({ name, source }) => `=== ${name}\n${source}---\n${errorsIn(source)}`.trimEnd())
      .join('\n\n');
    if (process.env.BPFC_BLESS) writeFileSync(path, `${text}\n`);
    expect(`${text}\n`).toBe(readFileSync(path, 'utf8'));
  });

  it.each([
    [
      'a byte-order mark inside',
      'package p\n\ufeffvar x int\n',
      '2:1: invalid BOM in the middle of the file [bad-character]',
    ],
    ['a NUL', 'package p\nvar x \0int\n', '2:7: invalid NUL character [bad-character]'],
    ['a byte-order mark at the start', '\ufeffpackage p\nvar x int\n', ''],
    ['nothing', '', '1:1: package statement must be first [syntax-error]'],
    [
      'a carriage return before each newline',
      'package p\r\nvar x =\r\n',
      '3:1: unexpected EOF, expected expression [syntax-error]',
    ],
    [
      'columns after a letter of two bytes',
      'package p\nvar é = = 1\n',
      '2:10: unexpected =, expected expression [syntax-error]',
    ],
  ])('for %s', (_, text, errors) => {
    expect(errorsIn(text)).toBe(errors);
  });

  it('is enough of a table', () => {
    expect(cases.length).toBeGreaterThan(100);
    expect(cases.filter(({ name, errors }) => errors === '' && !accepted.has(name))).toEqual([]);
  });
});

const go = spawnSync('gofmt', ['-h']).error === undefined && spawnSync('go', ['version']).error === undefined;
if (!go)
  console.warn(
    'grammar/errors.test.ts: Go is not installed, the lines of the errors are not compared with its tools',
  );

describe.skipIf(!go)("Go's own tools", () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bpfc-errors-'));
    for (const { name, source } of cases) writeFileSync(join(folder, `${name}.go`), source);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('put the first error on the same line', () => {
    const formatted = spawnSync('gofmt', ['-e', '-l', ...cases.map(({ name }) => `${name}.go`)], {
      cwd: folder,
      encoding: 'utf8',
    });
    const theirs = new Map<string, string>();
    for (const [, name = '', line = ''] of formatted.stderr.matchAll(/^(.*)\.go:(\d+):/gm)) {
      if (!theirs.has(name)) theirs.set(name, line);
    }
    for (const name of onlyCompiler) {
      const compiled = spawnSync(
        'go',
        ['tool', 'compile', '-e', '-o', '/dev/null', '-p', 'p', `${name}.go`],
        {
          cwd: folder,
          encoding: 'utf8',
        },
      );
      theirs.set(name, /\.go:(\d+):/.exec(compiled.stdout + compiled.stderr)?.[1] ?? '');
    }
    const compared = cases.map(({ name, source }) => [
      name,
      theirs.get(name) ?? '',
      errorsIn(source).split(':')[0],
    ]);
    expect(compared.filter(([, go, ours]) => go !== ours)).toEqual([]);
  });
});
