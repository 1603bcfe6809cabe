/**
 * The house rules as functions of file texts: imports go down the ranks, nothing up to compile.ts knows Node, a pass
 * stands alone. The test runs them over the tree, and each over a snippet that breaks it.
 *
 *     brokenImports({ path: 'src/ast/ast.ts', text: "import { x } from '../ir/ir.ts';" })
 *       → ['src/ast/ast.ts (rank 1) imports src/ir/ir.ts (rank 2)']
 */

import { posix } from 'node:path';

export interface SourceText {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** The longest prefix decides. A folder imports lower ranks and itself. */
const ranks: Readonly<Record<string, number>> = {
  'src/base/': 0,
  'src/ast/': 1,
  'src/bpf/': 1,
  // Memory, maps and helpers outside of a kernel: what the SSA evaluator and the VM share.
  'src/model/': 1.5,
  'grammar/': 2,
  'src/ir/': 2,
  'src/object/': 2,
  'src/verify/': 2,
  'src/vm/': 2,
  'src/check/': 3,
  'src/lower/': 4,
  'passes/': 4,
  'src/emit/': 5,
  'src/compile.ts': 6,
  'src/explain/': 7,
  'src/report/': 7,
  // Programs compiled and run for the user's tests.
  'src/testing/': 7,
  'src/kernel/': 8,
  'src/cli/': 9,
  'golden/': 10,
  'bench/': 10,
  'scripts/': 10,
  'web/': 10,
};

const compileRank = 6;
const top = 10;

/** Which folder may import which package; tests and what lies on top may import any. */
const packages: Readonly<Record<string, string>> = {
  chevrotain: 'grammar/',
  koffi: 'src/kernel/',
  diff: 'src/cli/',
};

/** Files that are one table (of rows or of node types), with no limit on their length. */
const tables = [
  /^src\/bpf\/(isa|helpers|programs|maps|kfuncs|kernels)[\w-]*\.ts$/,
  /^src\/ir\/ops\.ts$/,
  /^src\/ast\/(ast|types|typed)\.ts$/,
  /^src\/lower\/cases\.ts$/,
  /^src\/base\/codes\//,
  /^src\/explain\/(messages|pages)\.ts$/,
  /^src\/explain\/(messages|pages)\.ts$/,
  /^passes\/rules\//,
  /(^|\/|[._-])gen(\/.*)?\.ts$/,
];

const lineLimit = 450;

function folderOf(path: string): { readonly prefix: string; readonly rank: number } | null {
  const prefix = Object.keys(ranks).find((p) => path.startsWith(p));
  const rank = prefix === undefined ? undefined : ranks[prefix];
  return prefix === undefined || rank === undefined ? null : { prefix, rank };
}

/** Tests, and what only they use: these may import anything, and nothing else imports them. */
const isTest = (path: string): boolean =>
  /(\.test|(^|\/)(test-support|machine-eval|prove|prove-machine|z3-algebra))\.ts$/.test(path);

/** The modules that a text imports, as written; type-only and dynamic ones too. */
export function importsOf(text: string): readonly string[] {
  const patterns = [
    /^[ \t]*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]/gm,
    /^[ \t]*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]/g,
    /\brequire\(\s*['"]([^'"]+)['"]/g,
  ];
  const code = withoutStringsAndComments(text);
  const isCode = (match: RegExpExecArray): boolean =>
    /\w/.test(code[match.index + match[0].search(/\w/)] ?? '');
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].filter(isCode).map((match) => match[1] ?? ''),
  );
}

const isLocal = (module: string): boolean => module.startsWith('.');

const resolve = (from: string, module: string): string => posix.join(posix.dirname(from), module);

/** The text with comments and strings replaced by spaces, every other character in its place. */
export function withoutStringsAndComments(text: string): string {
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|(?<=[(,=:[!&|?{};+]\s*|return\s)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])*\/[a-z]*/g;
  const blank = (part: string): string => part.replace(/[^\n]/g, ' ');
  return text.replace(token, (found) =>
    found.startsWith('`')
      ? // What a template computes is code.
        found
          .split(/(?<=\$\{)([^}]*)(?=\})/)
          .map((part, index) => (index % 2 === 1 ? part : blank(part)))
          .join('')
      : blank(found),
  );
}

/** Edges that go up or sideways, and packages outside their folder. */
export function brokenImports({ path, text }: SourceText): readonly string[] {
  const from = folderOf(path);
  if (from === null) return [`${path} is in no folder of the house`];
  if (isTest(path) || from.rank === top) return [];
  return importsOf(text).flatMap((module) => {
    if (module.startsWith('node:')) return [];
    if (!isLocal(module)) {
      const home = packages[module];
      return home !== undefined && path.startsWith(home) ? [] : [`${path} imports the package ${module}`];
    }
    const target = resolve(path, module);
    const to = folderOf(target);
    if (to === null) return [`${path} imports ${target}, which is in no folder of the house`];
    if (isTest(target)) return [`${path} imports ${target}, which is for tests`];
    if (to.rank < from.rank || to.prefix === from.prefix) return [];
    return [`${path} (rank ${from.rank}) imports ${target} (rank ${to.rank})`];
  });
}

/** It times passes: the only clock below the command line, and not in any output. */
const passRunner = 'passes/run.ts';

/** Up to compile.ts nothing knows Node: no `node:` module, none of its globals. */
export function nodeUses({ path, text }: SourceText): readonly string[] {
  const from = folderOf(path);
  if (from === null || from.rank > compileRank || isTest(path)) return [];
  const modules = importsOf(text).filter(
    (module) => module.startsWith('node:') || module === 'fs' || module === 'path',
  );
  const code = withoutStringsAndComments(text);
  const globals = [
    ...code.matchAll(/(?<![.\w$])(process|Buffer|__dirname|__filename|setImmediate|require)(?=\s*[.(])/g),
  ];
  const clocks =
    path === passRunner
      ? []
      : [...code.matchAll(/(?<![.\w$])(Date\.now|new Date|Math\.random|performance\.now)\b/g)];
  return [...modules, ...[...globals, ...clocks].map((match) => match[1] ?? '')].map(
    (what) => `${path} uses ${what}`,
  );
}

/** The machinery beside the passes. */
const passMachinery = ['pass', 'run', 'pipeline', 'forms'];

/** `dce` for `passes/dce.ts` and for `passes/dce/rules.ts`; null for the machinery, the rules and other folders. */
function passOf(path: string): string | null {
  const match = /^passes\/([\w-]+)(?:\.ts|\/)/.exec(path);
  const name = match?.[1] ?? null;
  return name === null || name === 'rules' || passMachinery.includes(name) || isTest(path) ? null : name;
}

/** A pass imports another pass: what they share belongs to src/ir, src/bpf or src/base. */
export function passImports({ path, text }: SourceText): readonly string[] {
  const pass = passOf(path);
  if (pass === null) return [];
  return importsOf(text)
    .filter(isLocal)
    .map((module) => resolve(path, module))
    .filter((target) => {
      const other = passOf(target);
      return other !== null && other !== pass;
    })
    .map((target) => `${path} imports the pass ${target}`);
}

/** Only selection knows both sides: SSA ops and machine instructions. */
export function bridges({ path, text }: SourceText): readonly string[] {
  if (isTest(path) || folderOf(path)?.rank === top || passOf(path) === 'select') return [];
  const targets = importsOf(text).map((module) => resolve(path, module));
  const both = targets.includes('src/ir/ops.ts') && targets.includes('src/bpf/minst.ts');
  return both ? [`${path} imports the op table and machine instructions`] : [];
}

/** A file directly under passes/ is the pass of its name. */
export function misnamedPass({ path, text }: SourceText): readonly string[] {
  const pass = passOf(path);
  if (pass === null || path !== `passes/${pass}.ts`) return [];
  return text.includes(`name: '${pass}'`) ? [] : [`${path} is not the pass '${pass}'`];
}

export function tooLong({ path, text }: SourceText): readonly string[] {
  const lines = text.split('\n').length - 1;
  const exempt = isTest(path) || tables.some((table) => table.test(path));
  return lines <= lineLimit || exempt ? [] : [`${path} has ${lines} lines, more than ${lineLimit}`];
}

/** Each in two pieces: this file is checked too. */
const unfinishedPieces = [
  ['TO', 'DO'],
  ['FIX', 'ME'],
  ['XX', 'X'],
  ['not imple', 'mented'],
] as const;

const unfinished = new RegExp(`\\b(${unfinishedPieces.map((pieces) => pieces.join('')).join('|')})\\b`, 'i');

export function unfinishedWords({ path, text }: SourceText): readonly string[] {
  return text.split('\n').flatMap((line, index) => {
    const word = unfinished.exec(line);
    return word === null ? [] : [`${path}:${index + 1} says ${word[0]}`];
  });
}

/** `any`, and casts through unknown, which are the same. */
export function untyped({ path, text }: SourceText): readonly string[] {
  const code = withoutStringsAndComments(text);
  return code.split('\n').flatMap((line, index) => {
    const hole = /(?:[:<,|&(]|\bas)\s*any\b(?!\s*[:.(])|\bas unknown as\b/.exec(line);
    return hole === null ? [] : [`${path}:${index + 1} has ${hole[0].trim()}`];
  });
}

/** All rules, by the sentence that they check. */
export const rules = {
  'imports go down the ranks': brokenImports,
  'nothing up to compile.ts uses Node, a clock or chance': nodeUses,
  'a pass never imports another pass': passImports,
  'only selection imports the op table and machine instructions': bridges,
  'the file name is the name of the pass': misnamedPass,
  'files are short, tables excepted': tooLong,
  'nothing is left unfinished': unfinishedWords,
  'everything is typed': untyped,
} as const satisfies Record<string, (file: SourceText) => readonly string[]>;
