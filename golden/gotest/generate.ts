/**
 * Programs made of a Go test file: a dispatcher over its integer functions, and one program per test function.
 *
 *     func testZero8(t *testing.T) { …; if a != want { t.Errorf("…", a) } }
 *       → func testZero8(t int) { …; if a != want { bpfcFailures++; _ = a } }
 *         //bpf:attach syscall
 *         func BpfcTest_testZero8(ctx *bpfcCall) int32 { bpfcFailures = 0; testZero8(0); return bpfcFailures }
 *
 * Calls of package runtime (GC, Gosched) and text put together for messages have no meaning in eBPF and are dropped.
 * Invariant: every declaration of a generated text is known by its offsets, so that an error names its function.
 */

import type { Expr, FuncDecl } from '../../src/ast/ast.ts';
import {
  closure,
  type Declaration,
  type GoFile,
  type IntegerFunction,
  readGoFile,
  walk,
} from './functions.ts';

export interface Part {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

export interface Generated {
  readonly text: string;
  /** Which declaration stands where. */
  readonly parts: readonly Part[];
}

/** What the dispatcher gives when Go panics. */
export const aborted = 0x7fffffff;
/** `{Func, A0…A9, R0, R1}`. */
export const callWords = 13;
const firstResult = 11;
/** Functions to a program: the verifier takes 256 in all. */
const perProgram = 200;

export const resultWord = (index: number): number => firstResult + index;
export const dispatcher = (index: number): string => `BpfcCalls${Math.floor(index / perProgram)}`;
export const testEntry = (name: string): string => `BpfcTest_${name}`;

const failing = new Set(['Error', 'Errorf', 'Fatal', 'Fatalf', 'Fail', 'FailNow']);
const silent = new Set(['Helper', 'Log', 'Logf']);

const isSelector = (x: Expr, pkg: string): boolean =>
  x.kind === 'Selector' && x.x.kind === 'Ident' && x.x.name === pkg;

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const used = (args: readonly Expr[]): string =>
  args.flatMap((arg) => (arg.kind === 'Ident' ? [`_ = ${arg.name}`] : [])).join('; ');

/** What a statement that only reports or calls the run-time system becomes; null: it stays. */
function replacement(call: Extract<Expr, { kind: 'Call' }>): string | null {
  const { fun } = call;
  if (fun.kind !== 'Selector') return null;
  if (isSelector(fun, 'runtime')) return '{}';
  if (!isSelector(fun, 't')) return null;
  if (failing.has(fun.sel.name)) return `{ bpfcFailures++; ${used(call.args)} }`;
  return silent.has(fun.sel.name) ? `{ ${used(call.args)} }` : null;
}

function editsOf(go: GoFile): readonly Edit[] {
  const edits: Edit[] = [];
  const edit = (span: { readonly start: number; readonly end: number }, text: string): false => {
    edits.push({ start: span.start, end: span.end, text });
    return false;
  };
  for (const { decl } of go.declarations) {
    walk(decl, (node) => {
      if (node.kind === 'Star' && isSelector(node.x, 'testing')) return edit(node.span, 'int');
      if (node.kind === 'ExprStmt' && node.x.kind === 'Call') {
        const text = replacement(node.x);
        return text === null ? true : edit(node.span, text);
      }
      // output += fmt.Sprintln("x is", x)
      const value = node.kind === 'Assign' ? node.rhs[0] : undefined;
      if (value?.kind === 'Call' && isSelector(value.fun, 'fmt'))
        return edit(node.span, `{ ${used(value.args)} }`);
      return node.kind === 'Call' && isSelector(node.fun, 'fmt') ? edit(node.span, '""') : true;
    });
  }
  return edits.sort((a, b) => a.start - b.start);
}

/** The file with its test functions as functions that count failures. */
export function withoutTesting(go: GoFile): GoFile {
  let text = '';
  let at = 0;
  for (const edit of editsOf(go)) {
    text += go.text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return readGoFile(go.name, text + go.text.slice(at));
}

/** Functions with the one parameter `t`, in a file without testing. */
export function testFunctions(go: GoFile, original: GoFile): readonly string[] {
  const isTest = (decl: FuncDecl): boolean => {
    const [param, ...more] = decl.type.params;
    const type = param?.type;
    return (
      more.length === 0 && decl.receiver === null && type?.kind === 'Star' && isSelector(type.x, 'testing')
    );
  };
  const names = new Set(go.declarations.map((d) => d.name));
  return original.declarations.flatMap(({ decl, name }) =>
    decl.kind === 'FuncDecl' && isTest(decl) && names.has(name) ? [name] : [],
  );
}

function callCase({ name, params, results }: IntegerFunction, index: number): string {
  const args = params.map((type, i) => (type === 'bool' ? `ctx.A${i} != 0` : `${type}(ctx.A${i})`));
  const names = results.map((_, i) => `r${i}`);
  const store = results.map((type, i) =>
    type === 'bool'
      ? `ctx.R${i} = 0\n\t\tif r${i} {\n\t\t\tctx.R${i} = 1\n\t\t}`
      : `ctx.R${i} = uint64(r${i})`,
  );
  return `\tcase ${index}:\n\t\t${names.join(', ')} := ${name}(${args.join(', ')})\n\t\t${store.join('\n\t\t')}\n`;
}

function programOf(name: string, body: string): string {
  return `//bpf:attach syscall\n//bpf:panic ${aborted}\nfunc ${name}(ctx *bpfcCall) int32 {\n${body}}\n`;
}

const contextType = `type bpfcCall struct{ Func, A0, A1, A2, A3, A4, A5, A6, A7, A8, A9, R0, R1 uint64 }\n`;

/** The text for these functions and tests, with all that they need. */
export function generate(
  declarations: readonly Declaration[],
  functions: readonly IntegerFunction[],
  tests: readonly string[],
): Generated {
  const needed = closure(declarations, [...functions.map((f) => f.name), ...tests]);
  const imports = ['unsafe', 'math/bits'].filter((path) =>
    needed.some((d) => d.mentions.has(path.slice(path.indexOf('/') + 1))),
  );
  let text = `package main\n\n${imports.map((path) => `import "${path}"\n`).join('')}${contextType}var bpfcFailures int32\n`;
  const parts: Part[] = [{ start: 0, end: text.length, name: '' }];
  const add = (name: string, part: string): void => {
    const start = text.length;
    text += `${part}\n`;
    parts.push({ start, end: text.length, name });
  };
  for (const d of needed) add(d.name, d.text);
  for (let at = 0; at < functions.length; at += perProgram) {
    const cases = functions.slice(at, at + perProgram).map((f, i) => callCase(f, at + i));
    add('', programOf(dispatcher(at), `\tswitch ctx.Func {\n${cases.join('')}\t}\n\treturn 0\n`));
  }
  for (const name of tests)
    add(name, programOf(testEntry(name), `\tbpfcFailures = 0\n\t${name}(0)\n\treturn bpfcFailures\n`));
  return { text, parts };
}

/** The declaration at an offset. */
export function partAt(generated: Generated, offset: number): Part | null {
  return generated.parts.find((part) => offset < part.end) ?? null;
}
