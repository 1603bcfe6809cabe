import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { importsOf, rules, type SourceText, withoutStringsAndComments } from './architecture.ts';

const folders = ['src', 'grammar', 'passes', 'golden', 'bench', 'scripts', 'web'];

const files: readonly SourceText[] = folders
  .filter((folder) => existsSync(folder))
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((path) => /\.ts$/.test(path) && !path.includes('node_modules/'))
      .map((path) => ({ path, text: readFileSync(path, 'utf8') })),
  );

describe('the tree keeps the rules', () => {
  for (const [sentence, rule] of Object.entries(rules)) {
    test(sentence, () => {
      expect(files.length).toBeGreaterThan(0);
      expect(files.flatMap(rule)).toEqual([]);
    });
  }
});

/** A template's expression, as the text of a file. */
const hole = (expression: string): string => ['$', '{', expression, '}'].join('');

const from = (module: string): string => `import { x } from '${module}';\n`;

/** Per rule: a file that breaks it, and one like it that does not. */
const samples: Readonly<
  Record<keyof typeof rules, readonly (readonly [path: string, bad: string, good: string])[]>
> = {
  'imports go down the ranks': [
    ['src/ast/ast.ts', from('../ir/ir.ts'), from('../base/source.ts')],
    ['src/ast/ast.ts', from('../bpf/minst.ts'), from('./types.ts')],
    ['src/bpf/encode.ts', from('../ir/ir.ts'), from('./isa.ts')],
    ['src/ir/eval.ts', from('../vm/vm.ts'), from('../bpf/helpers.ts')],
    [
      'src/ir/eval.ts',
      "export type { X } from '../lower/lower.ts';\n",
      "export type { X } from './ir.ts';\n",
    ],
    ['passes/dce.ts', from('../src/lower/lower.ts'), from('../src/ir/ir.ts')],
    ['src/emit/asm.ts', "const x = await import('../compile.ts');\n", '// as src/compile.ts has it\n'],
    ['src/check/check.ts', from('chevrotain'), from('../ast/ast.ts')],
    ['src/cli/run.ts', from('koffi'), from('../kernel/system.ts')],
    ['passes/dce.ts', from('./test-support.ts'), from('./pass.ts')],
    ['lib/x.ts', '', ''],
  ],
  'nothing up to compile.ts uses Node, a clock or chance': [
    ['src/compile.ts', from('node:fs'), from('./ir/ir.ts')],
    ['src/emit/go.ts', 'const x = process.argv;\n', "const x = 'process.argv';\n"],
    ['passes/dce.ts', 'const x = Buffer.from([]);\n', '// Buffer.from\nconst x = new Uint8Array();\n'],
    ['src/emit/go.ts', `const t = \`${hole('Date.now()')}\`;\n`, 'const t = `Date.now()`;\n'],
    ['grammar/parse.ts', 'const x = Math.random();\n', 'const x = Math.max(1, 2);\n'],
  ],
  'a pass never imports another pass': [
    ['passes/dce.ts', from('./fold.ts'), from('./pass.ts')],
    ['passes/regalloc/live.ts', from('../fold.ts'), from('../regalloc.ts')],
    ['passes/fold.ts', from('./regalloc/live.ts'), from('./rules/ssa.ts')],
  ],
  'only selection imports the op table and machine instructions': [
    [
      'src/emit/asm.ts',
      from('../ir/ops.ts') + from('../bpf/minst.ts'),
      from('../ir/ir.ts') + from('../bpf/minst.ts'),
    ],
  ],
  'the file name is the name of the pass': [
    ['passes/dce.ts', "export const fold = { name: 'fold' };\n", "export const dce = { name: 'dce' };\n"],
  ],
  'files are short, tables excepted': [['src/ir/print.ts', 'x;\n'.repeat(451), 'x;\n'.repeat(450)]],
  'nothing is left unfinished': [['src/ir/print.ts', `// ${'TO'}DO: more\n`, '// the todos of others\n']],
  'everything is typed': [
    ['src/ir/print.ts', 'const x: any = 1;\n', "const x = 'as any'; // any\n"],
    ['src/ir/print.ts', 'const x = y as unknown as Z;\n', 'const any = y.any(1);\n'],
    ['src/ir/print.ts', 'let x: Map<string, any>;\n', "let x: { any: 'any' };\n"],
  ],
};

describe('each rule fails when broken', () => {
  for (const [sentence, rule] of Object.entries(rules)) {
    const key = Object.keys(rules).find((k): k is keyof typeof rules => k === sentence);
    for (const [path, bad, good] of key === undefined ? [] : samples[key]) {
      test(`${sentence}: ${path} ${bad.slice(0, 60).trim()}`, () => {
        expect(rule({ path, text: bad })).toHaveLength(1);
        if (bad !== good) expect(rule({ path, text: good })).toEqual([]);
      });
    }
  }

  test('a long table is no long file', () => {
    const text = 'x;\n'.repeat(2000);
    expect(rules['files are short, tables excepted']({ path: 'src/bpf/isa.ts', text })).toEqual([]);
  });
});

test('imports are found in every spelling', () => {
  const text = [
    "import a from 'a';",
    "import {\n  b,\n} from './b.ts';",
    "import 'c';",
    "export { d } from './d.ts';",
    "export * from './e.ts';",
    "type F = typeof import('f');",
    "const g = await import('./g.ts');",
    'const text = "import h from \'no\'";',
  ].join('\n');
  expect([...importsOf(text)].sort()).toEqual(['./b.ts', './d.ts', './e.ts', './g.ts', 'a', 'c', 'f']);
});

test('strings, comments and expressions of templates', () => {
  const text = `a('b'); // c\n/* d */ e(\`f ${hole('g')} h\`, /i'j/); k`;
  expect(withoutStringsAndComments(text).replace(/\s+/g, ' ')).toBe('a( ); e( g , ); k');
});
