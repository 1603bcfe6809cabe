/** No input makes the parser throw, deep nesting is an error with a place, and time grows with the text. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printAst } from '../src/ast/print.ts';
import { printGo } from '../src/ast/print-go.ts';
import { Diagnostics } from '../src/base/diagnostic.ts';
import { lineAt, sourceFile } from '../src/base/source.ts';
import { nestingLimit } from './engine.ts';
import { parseFile } from './parse.ts';
import { keywords, operators } from './tokens.ts';

const samples = fileURLToPath(new URL('../examples/samples/', import.meta.url));
const sampleTexts = readdirSync(samples, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.go'))
  .sort()
  .map((name) => readFileSync(samples + name, 'utf8'));

/** Parse, and check what must hold for any text. */
function parse(text: string): {
  readonly diagnostics: Diagnostics;
  readonly tree: ReturnType<typeof parseFile>;
} {
  const diagnostics = new Diagnostics();
  const file = sourceFile(0, 'fuzz.go', text);
  const tree = parseFile(file, diagnostics);
  const inside = diagnostics.list.every(
    ({ span }) => span && span.start >= 0 && span.start <= span.end && span.end <= text.length,
  );
  const lines = diagnostics.list.map(({ span }) => lineAt(file, span?.start ?? 0));
  const ascending = lines.every((line, i) => i === 0 || line > (lines[i - 1] ?? 0));
  expect([inside, ascending]).toEqual([true, true]);
  return { diagnostics, tree };
}

function inFunction(text: string): string {
  return `package p\n\nfunc f() {\n${text}\n}\n`;
}

const words = [
  ...keywords.keys(),
  ...operators.keys(),
  ...['x', 'y', 'T', '_', 'a', 'any', 'int', '1', '0x1F', '1.5', '2i', "'a'", '"s"', '`r`', '\n', '\n', '\n'],
  ...[
    '// c\n',
    '/* c */',
    '/* \n */',
    '"',
    "'",
    '`',
    '\\',
    '/*',
    '\t',
    '\ufeff',
    '\0',
    'é',
    '٣',
    '😀',
    '\ud800',
    '#',
    '?',
    '@',
    '$',
  ],
];

describe('any text', () => {
  it('of tokens in any order', () => {
    const text = fc.array(fc.constantFrom(...words), { maxLength: 80 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(text, fc.boolean(), (body, wrapped) => {
        parse(wrapped ? inFunction(body) : `package p\n${body}`);
      }),
      { numRuns: 3000, seed: 1 },
    );
  });

  it('of any characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void parse(text)),
      { numRuns: 2000, seed: 2 },
    );
  });

  it('made of the samples by small changes', () => {
    const change = fc.record({
      at: fc.nat(10_000),
      cut: fc.nat(12),
      put: fc.constantFrom('', '', ...words),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...sampleTexts),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        (text, changes) => {
          let mutated = text;
          for (const { at, cut, put } of changes) {
            const place = at % (mutated.length + 1);
            mutated = mutated.slice(0, place) + put + mutated.slice(place + cut);
          }
          const { diagnostics, tree } = parse(mutated);
          printAst(tree);
          if (diagnostics.failed) return;
          const again = parse(printGo(tree));
          expect(again.diagnostics.list).toEqual([]);
        },
      ),
      { numRuns: 3000, seed: 3 },
    );
  });

  it('cut off anywhere', () => {
    for (const text of sampleTexts) for (let end = 0; end < text.length; end += 7) parse(text.slice(0, end));
  });
});

const shapes: Readonly<Record<string, (n: number) => string>> = {
  parentheses: (n) => inFunction(`x = ${'('.repeat(n)}1${')'.repeat(n)}`),
  calls: (n) => inFunction(`x = ${'f('.repeat(n)}1${')'.repeat(n)}`),
  indexes: (n) => inFunction(`x = ${'a['.repeat(n)}1${']'.repeat(n)}`),
  blocks: (n) => inFunction('{'.repeat(n) + '}'.repeat(n)),
  ifs: (n) => inFunction('if x {\n'.repeat(n) + '}\n'.repeat(n)),
  loops: (n) => inFunction('for {\n'.repeat(n) + '}\n'.repeat(n)),
  literals: (n) => inFunction(`x = T${'{'.repeat(n)}${'}'.repeat(n)}`),
};

const others: Readonly<Record<string, (n: number) => string>> = {
  switches: (n) => inFunction('switch {\ncase x:\n'.repeat(n) + '}\n'.repeat(n)),
  functions: (n) => inFunction(`x = ${'func() { g('.repeat(n)}${')}'.repeat(n)}`),
  structs: (n) => inFunction(`var x ${'struct { a '.repeat(n)}int${'}'.repeat(n)}`),
  parameters: (n) => inFunction(`var x ${'func('.repeat(n)}${')'.repeat(n)}`),
  'array types': (n) => inFunction(`var x ${'[]'.repeat(n)}int`),
  'map types': (n) => inFunction(`var x ${'map[int]'.repeat(n)}int`),
  'results of results': (n) => inFunction(`var x ${'func() '.repeat(n)}int`),
  labels: (n) => inFunction(`${'a: '.repeat(n)};`),
  'else blocks': (n) => inFunction('if x {} else {\n'.repeat(n) + '}\n'.repeat(n)),
  prefixes: (n) => inFunction(`x = ${'- '.repeat(n)}y`),
  pointers: (n) => inFunction(`var x ${'*'.repeat(n)}int`),
  selectors: (n) => inFunction(`x = y${'.z'.repeat(n)}`),
  'calls of results': (n) => inFunction(`x = y${'()'.repeat(n)}`),
  'open brackets': (n) => inFunction('('.repeat(n)),
};

describe('nesting', () => {
  it('of a thousand levels parses on the default stack', () => {
    // A process of its own: what calls the parser there is as shallow as in the command line.
    const probe = [
      "import { parseFile } from './parse.ts';",
      "import { Diagnostics } from '../src/base/diagnostic.ts';",
      "import { sourceFile } from '../src/base/source.ts';",
      `for (const text of ${JSON.stringify(Object.values(shapes).map((shape) => shape(nestingLimit - 1)))}) {`,
      '  const diagnostics = new Diagnostics();',
      "  parseFile(sourceFile(0, 'x.go', text), diagnostics);",
      '  console.log(diagnostics.list.length);',
      '}',
    ];
    const bundle = buildSync({
      stdin: {
        contents: probe.join('\n'),
        resolveDir: fileURLToPath(new URL('.', import.meta.url)),
        loader: 'ts',
      },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
    });
    const code = bundle.outputFiles[0]?.text ?? '';
    const run = spawnSync(process.execPath, ['--input-type=module', '-'], { input: code, encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(run.stdout.trim().split('\n')).toEqual(Object.keys(shapes).map(() => '0'));
  });

  it.each(Object.entries({ ...shapes, ...others }))(
    'of too many %s is one error with a place',
    (_, shape) => {
      for (const depth of [5_000, 100_000]) {
        const { diagnostics } = parse(shape(depth));
        expect(diagnostics.list.map((d) => d.code)).toEqual(['nesting-too-deep']);
      }
    },
  );

  it.each(Object.entries({ ...shapes, ...others }))('of 200 %s is fine', (name, shape) => {
    const { diagnostics } = parse(shape(200));
    expect(diagnostics.list.map((d) => d.code)).toEqual(name === 'open brackets' ? ['syntax-error'] : []);
  });
});

describe('length', () => {
  const long: Readonly<Record<string, (n: number) => string>> = {
    terms: (n) => `package p\nvar x = ${Array(n).fill('a').join(' + ')}\n`,
    'else ifs': (n) => inFunction(`${'if x {\n} else '.repeat(n)}{\n}`),
    statements: (n) => inFunction('x = 1\n'.repeat(n)),
    errors: (n) => inFunction('x = = 1\n'.repeat(n)),
    'errors on one line': (n) => `package p; func f() {${'x = = 1;'.repeat(n)}}`,
    'closing brackets': (n) => `package p\nfunc f() {\n${')\n'.repeat(n)}`,
    constants: (n) => `package p\nconst (A = iota\n${'B\n'.repeat(n)})`,
    parameters: (n) => `package p\nfunc f(${'a [3]int, '.repeat(n)}) (${'...int, '.repeat(n)})\n`,
    comments: (n) => `package p\n${'// c\nvar x int\n'.repeat(n)}`,
  };

  it.each(Object.entries(long))('of %s costs time in proportion', (_, make) => {
    const time = (n: number): number => {
      const text = make(n);
      const start = performance.now();
      parse(text);
      return performance.now() - start;
    };
    time(2_000);
    const small = Math.min(time(5_000), time(5_000));
    // Eight times the text: quadratic time would be 64 times. The bound leaves room for a busy machine.
    expect(Math.min(time(40_000), time(40_000))).toBeLessThan(30 * small + 200);
  });

  it('of 300,000 declarations and as many errors needs no stack', () => {
    const { tree, diagnostics } = parse(
      `package p\n${'var x int\n'.repeat(150_000)}${')\n'.repeat(150_000)}`,
    );
    expect(tree.decls.length).toBe(150_000);
    expect(diagnostics.list.length).toBe(1);
    expect(printAst(tree).length).toBeGreaterThan(150_000);
    expect(printGo(tree).length).toBeGreaterThan(150_000);
    expect(parse(`package p\nfunc f() {\n${')\n'.repeat(150_000)}`).diagnostics.list.length).toBe(150_001);
  });

  it('of 100,000 terms prints and parses back', () => {
    const { tree, diagnostics } = parse(`package p\nvar x = ${Array(100_000).fill('a').join(' - ')}\n`);
    expect(diagnostics.list).toEqual([]);
    expect(printAst(parse(printGo(tree)).tree)).toBe(printAst(tree));
  });
});
