/**
 * Gathers what `compile` needs from the file system: the package's files, and the files of other packages of the
 * same Go module that it imports, found through `go.mod`. `_test.go` files and files excluded by build
 * constraints are left out, as the language contract says.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { deepestNesting } from '../base/nesting.ts';
import type { CompileInput, SourceText } from '../compile.ts';
import { UsageError } from './args.ts';
import { readText } from './files.ts';

interface GoModule {
  readonly folder: string;
  readonly path: string;
}

/** The module that a folder belongs to, or null outside of one. */
function moduleOf(folder: string): GoModule | null {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, 'go.mod');
    if (existsSync(file)) {
      const line = /^\s*module\s+"?([^\s"]+)/m.exec(readFileSync(file, 'utf8'));
      return line === null ? null : { folder: at, path: line[1]! };
    }
    if (dirname(at) === at) return null;
  }
}

/** Import paths of a file, found without parsing: enough to know which folders to read. */
function importPaths(text: string): string[] {
  const head = text.slice(0, text.search(/^(?:func|type|var|const)\b/m) >>> 0);
  return [...head.matchAll(/^\s*(?:import\s+\(?\s*)?(?:[\w.]+\s+)?(?:"([^"\n]+)"|`([^`\n]+)`)/gm)].map(
    (m) => m[1] ?? m[2] ?? '',
  );
}

/** `//go:build` constraints: only what excludes a file for every user of bpfc (`ignore`) or names another system. */
function excluded(text: string, name: string): boolean {
  if (name.endsWith('_test.go')) return true;
  const head = text.slice(0, Math.max(0, text.search(/^package\b/m)));
  const constraint = /^\/\/go:build\s+(.+)$/m.exec(head)?.[1];
  if (constraint === undefined) return false;
  const tags = new Set(['linux', 'unix', 'bpf', 'bpfc']);
  const js = constraint
    .trim()
    .replace(/[A-Za-z_][\w.]*/g, (tag) => (tags.has(tag) || /^go1\.\d+$/.test(tag) ? '1' : '0'));
  return /^[01!&|()\s]+$/.test(js) && !evaluate(js.replace(/\s+/g, ''));
}

/** Value of a boolean expression of 0, 1, !, &&, || and parentheses. */
function evaluate(text: string): boolean {
  let at = 0;
  const primary = (): boolean => {
    const c = text[at++];
    if (c === '!') return !primary();
    if (c !== '(') return c === '1';
    const value = or();
    at++;
    return value;
  };
  const and = (): boolean => {
    let value = primary();
    while (text.startsWith('&&', at)) {
      at += 2;
      value = primary() && value;
    }
    return value;
  };
  const or = (): boolean => {
    let value = and();
    while (text.startsWith('||', at)) {
      at += 2;
      value = and() || value;
    }
    return value;
  };
  return or();
}

function packageFiles(folder: string, shownFrom: string): SourceText[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.go') && !/^[._]/.test(name))
    .sort()
    .map((name) => ({
      name: relative(shownFrom, join(folder, name)).split(sep).join('/'),
      text: readText(join(folder, name)),
    }))
    .filter((file) => !excluded(file.text, file.name));
}

/** Deeper nesting than this may need more stack than Node gives by itself. */
const usualNesting = 150;

/** Thrown where a source nests so deep that the command has to be run with a larger stack. */
export class DeepNesting extends Error {
  /** What was read from stdin, which cannot be read again. */
  readonly stdin: string | null;

  constructor(stdin: string | null) {
    super('the source nests deeper than the stack allows');
    this.stdin = stdin;
  }
}

/** Is this process one that was started with a larger stack, or can there be none? */
const largestStack = (): boolean =>
  process.platform === 'win32' || process.execArgv.some((option) => option.startsWith('--stack-size'));

/** Reads the named files and everything of their module that they import, directly and not. */
export function gather(paths: readonly string[]): Pick<CompileInput, 'files' | 'root' | 'packages'> {
  if (paths.length === 0) throw new UsageError('no input files; see bpfc --help');
  for (const path of paths) {
    if (path !== '-' && !path.endsWith('.go')) throw new UsageError(`${path} is not a .go file`);
  }
  const all = paths.map((path) => ({ name: path === '-' ? 'stdin.go' : path, text: readText(path) }));
  if (!largestStack() && all.some(({ text }) => deepestNesting(text).depth > usualNesting))
    throw new DeepNesting(all.find(({ name }) => name === 'stdin.go')?.text ?? null);
  const files = all.filter((file) => !excluded(file.text, file.name));
  if (files.length === 0)
    throw new UsageError(`${paths.map((p) => basename(p)).join(', ')}: excluded by name or build constraint`);
  const first = paths.find((path) => path !== '-');
  const folder = first === undefined ? '.' : dirname(first);
  const module = moduleOf(folder);
  if (module === null) return { files };
  const inside = relative(module.folder, resolve(folder)).split(sep).join('/');
  const packages: Record<string, readonly SourceText[]> = {};
  const queue = files.flatMap((file) => importPaths(file.text));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (path in packages || !path.startsWith(`${module.path}/`)) continue;
    const target = join(module.folder, path.slice(module.path.length + 1));
    if (!existsSync(target)) continue;
    packages[path] = packageFiles(target, process.cwd());
    queue.push(...packages[path]!.flatMap((file) => importPaths(file.text)));
  }
  return { files, root: inside === '' ? module.path : `${module.path}/${inside}`, packages };
}
