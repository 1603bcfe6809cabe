/**
 * Go's own sources: packages of the standard library parse without errors and survive printing, and gofmt and the parser agree which of the files of
 * Go's test suite are right, and on the line of the first error in those that are wrong.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { File } from '../src/ast/ast.ts';
import { printAst } from '../src/ast/print.ts';
import { printGo } from '../src/ast/print-go.ts';
import { Diagnostics } from '../src/base/diagnostic.ts';
import { lineAt, sourceFile } from '../src/base/source.ts';
import { parseFile } from './parse.ts';

const root = (spawnSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).stdout ?? '').trim();
const present = root !== '' && existsSync(join(root, 'src', 'strconv'));
if (!present) console.warn("grammar/corpus.test.ts: Go's sources are not here, nothing is parsed");

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.go'))
    .map((name) => join(folder, name))
    .sort();
}

/** The tree, and the line of the first error; 0 without errors. */
function parse(text: string): { readonly tree: File; readonly line: number } {
  const diagnostics = new Diagnostics();
  const file = sourceFile(0, 'a.go', text);
  const tree = parseFile(file, diagnostics);
  const first = diagnostics.list[0];
  return { tree, line: first ? lineAt(file, first.span?.start ?? 0) : 0 };
}

/** As printed, without docs: comments in odd places are not printed. */
function bare(tree: File): string {
  return printAst(tree).replace(/ doc: (\[("(\\.|[^"\\])*" ?)*\]|"(\\.|[^"\\])*")/g, '');
}

const packages = [
  'math/bits',
  'encoding/binary',
  'sync/atomic',
  'strconv',
  'sort',
  'unicode',
  'slices',
  'go/ast',
  'go/parser',
];

describe.skipIf(!present)("Go's standard library", () => {
  it.each(packages)('%s parses, prints and parses back', (name) => {
    const files = filesIn(join(root, 'src', name));
    expect(files.length).toBeGreaterThan(0);
    for (const path of files) {
      const { tree, line } = parse(readFileSync(path, 'utf8'));
      expect([path, line]).toEqual([path, 0]);
      const again = parse(printGo(tree));
      expect([path, again.line]).toEqual([path, 0]);
      expect(bare(again.tree)).toBe(bare(tree));
    }
  });
});

/** Files on which gofmt and the compiler differ; here the parser goes with the compiler, or reports what the compiler's type checker does. */
const compilerOnly: Readonly<Record<string, string>> = {
  'blank1.go': 'a package named _',
  'syntax/typesw.go': 'a type switch on an assignment',
};

describe.skipIf(!present)("Go's test suite", () => {
  const files = [
    ...filesIn(join(root, 'test')),
    ...filesIn(join(root, 'test', 'typeparam')),
    ...filesIn(join(root, 'test', 'syntax')),
  ];

  it('is right and wrong in the same files and lines as for gofmt', () => {
    const { stderr } = spawnSync('gofmt', ['-e', '-l', ...files], { encoding: 'utf8', maxBuffer: 1 << 28 });
    const theirs = new Map<string, number>();
    for (const [, path = '', line = ''] of stderr.matchAll(/^(.*\.go):(\d+):/gm)) {
      if (!theirs.has(path)) theirs.set(path, Number(line));
    }
    const different = files.flatMap((path) => {
      const name = path.slice(join(root, 'test').length + 1);
      if (name in compilerOnly) return [];
      const { line } = parse(readFileSync(path, 'utf8'));
      const wanted = theirs.get(path) ?? 0;
      return line === wanted ? [] : [`${name}: ${line}, gofmt ${wanted}`];
    });
    expect(different).toEqual([]);
  });
});
