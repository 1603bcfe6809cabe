/**
 * The differential harness: Go functions compiled and run by the SSA evaluator, and the same ones by Go itself.
 *
 *     const cases = casesOf('func TAdd(a, b int8) int8 { return a + b }');
 *     runHere(source, cases)    →  ['TAdd(100, 100) = -56', …]
 *     runInGo([source])         →  the same lines, or null where there is no Go
 *
 * A function whose name starts with T and that takes and gives numbers and bools is a case; it gets a syscall program
 * that reads its arguments from the context and writes its results there. A panic shows as `panic`.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFile } from '../../grammar/parse.ts';
import { must } from '../base/assert.ts';
import { Diagnostics } from '../base/diagnostic.ts';
import { formatDiagnostic } from '../base/format.ts';
import { sourceFile } from '../base/source.ts';
import { check } from '../check/check.ts';
import { createMachine, evaluate, type Machine } from '../ir/eval.ts';
import type { Module } from '../ir/ir.ts';
import { printModule } from '../ir/print.ts';
import { formatProblem, verifyModule } from '../ir/verify.ts';
import { testHelpers } from '../model/helpers/helpers.ts';
import type { LowerTarget } from './context.ts';
import { lower } from './lower.ts';

const widths = {
  bool: 1,
  int8: 1,
  uint8: 1,
  byte: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  rune: 4,
  int64: 8,
  uint64: 8,
  int: 8,
  uint: 8,
  uintptr: 8,
} as const;

type Width = keyof typeof widths;

export interface Case {
  readonly name: string;
  readonly params: readonly Width[];
  readonly results: readonly Width[];
  /** One argument list per call. */
  readonly inputs: readonly (readonly bigint[])[];
}

const isSigned = (type: Width): boolean => /^int|rune/.test(type);

function wrap(value: bigint, type: Width): bigint {
  const bits = 8 * widths[type];
  if (type === 'bool') return value & 1n;
  return isSigned(type) ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** `a, b int32, c bool` → types. */
function typesOf(list: string): readonly Width[] {
  const parts = list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const types: Width[] = [];
  let pending = 0;
  for (const part of parts) {
    const word = must(part.split(/\s+/).at(-1), 'a word');
    if (!(word in widths)) {
      pending++;
      continue;
    }
    for (; pending >= 0; pending--) types.push(word as Width);
    pending = 0;
  }
  return types;
}

const edges = [
  0n,
  1n,
  2n,
  3n,
  5n,
  7n,
  8n,
  15n,
  31n,
  32n,
  63n,
  64n,
  65n,
  127n,
  128n,
  255n,
  256n,
  -1n,
  -2n,
  -128n,
  -129n,
];
const wide = [
  1n << 31n,
  (1n << 31n) - 1n,
  1n << 32n,
  1n << 63n,
  (1n << 63n) - 1n,
  -(1n << 31n),
  0xdeadbeefcafebaben,
];

/** Deterministic: a small linear generator. */
function inputsOf(params: readonly Width[], seed: number, count: number): readonly (readonly bigint[])[] {
  let state = BigInt(seed) * 2654435761n + 12345n;
  const next = (n: number): number => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number((state >> 33n) % BigInt(n));
  };
  const pool = [...edges, ...edges, ...wide];
  if (params.length === 0) return [[]];
  return Array.from({ length: count }, () =>
    params.map((type) => wrap(must(pool[next(pool.length)], 'edge'), type)),
  );
}

export function casesOf(source: string, count = 25): readonly Case[] {
  return [...source.matchAll(/^func (T\w+)\(([^)]*)\)\s*(\(([^)]*)\)|[\w]*)\s*\{/gm)].map((match, i) => {
    const params = typesOf(must(match[2], 'params'));
    const results = typesOf(match[4] ?? match[3] ?? '');
    return { name: must(match[1], 'name'), params, results, inputs: inputsOf(params, i + 1, count) };
  });
}

// ---------------------------------------------------------------- here

/** Arguments and results are 8 bytes apart in the context. */
export function wrapper(c: Case): string {
  const args = c.params.map((_, i) => `ctx.A${i}`).join(', ');
  const fields = [
    ...c.params.map((type, i) => field(`A${i}`, type)),
    ...c.results.map((type, i) => field(`R${i}`, type)),
  ].join('\n');
  const names = c.results.map((_, i) => `ctx.R${i}`).join(', ');
  return `
type ctx${c.name} struct {
	Done uint64
${fields}
}
//bpf:attach syscall
func Run${c.name}(ctx *ctx${c.name}) int32 {
	${names === '' ? '' : `${names} = `}${c.name}(${args})
	ctx.Done = 1
	return 0
}
`;
}

function field(name: string, type: Width): string {
  return widths[type] === 8 ? `\t${name} ${type}` : `\t${name} ${type}\n\t_ [${8 - widths[type]}]byte`;
}

export const testTarget: LowerTarget = { endian: 'little', arch: 'x86_64', kernel: [6, 18], sections: true };

/** Parses, checks and lowers; throws the diagnostics. */
export function lowerSource(text: string, target: Partial<LowerTarget> = {}): Module {
  const { module, messages } = tryLower(text, target);
  if (module === null) throw new Error(messages.join('\n'));
  const problems = verifyModule(module);
  if (problems.length > 0)
    throw new Error(`${problems.map(formatProblem).join('\n')}\n${printModule(module)}`);
  return module;
}

export function tryLower(
  text: string,
  target: Partial<LowerTarget> = {},
): {
  readonly module: Module | null;
  readonly messages: readonly string[];
  readonly codes: readonly string[];
} {
  const diagnostics = new Diagnostics();
  const file = sourceFile(0, 'test.go', text);
  const parsed = parseFile(file, diagnostics);
  const program = diagnostics.failed
    ? null
    : check({ files: [parsed], sources: [file], root: '', packages: () => null }, diagnostics);
  const module =
    program === null || diagnostics.failed
      ? null
      : lower(program, { ...testTarget, ...target }, [file], diagnostics);
  return {
    module,
    messages: diagnostics.list.map((d) => formatDiagnostic(d, [file])),
    codes: diagnostics.list.filter((d) => d.severity === 'error').map((d) => d.code),
  };
}

const line = (c: Case, input: readonly bigint[], result: string): string =>
  `${c.name}(${input.join(', ')}) = ${result}`;

export function runHere(
  source: string,
  cases: readonly Case[],
  transform = (m: Module): Module => m,
): string[] {
  const module = transform(lowerSource(source + cases.map(wrapper).join('')));
  return [...runCases(module, cases)];
}

/** The context with a call's arguments. */
export function contextOf(c: Case, input: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(8 * (1 + c.params.length + c.results.length));
  input.forEach((value, i) => {
    const size = widths[must(c.params[i], 'param')];
    for (let k = 0; k < size; k++)
      bytes[8 * (i + 1) + k] = Number((BigInt.asUintN(64, value) >> BigInt(8 * k)) & 0xffn);
  });
  return bytes;
}

/** The line of a call, from the context after it. */
export function lineOf(c: Case, input: readonly bigint[], context: Uint8Array): string {
  const out = new DataView(context.slice().buffer);
  if (out.getBigUint64(0, true) === 0n) return line(c, input, 'panic');
  const results = c.results.map((type, i) => {
    const raw = out.getBigUint64(8 * (1 + c.params.length + i), true);
    return type === 'bool' ? String(raw !== 0n) : String(wrap(raw, type));
  });
  return line(c, input, results.join(' '));
}

/** The lines of all calls, by the evaluator, one after the other on one machine. */
export function runCases(module: Module, cases: readonly Case[]): readonly string[] {
  const machine = createMachine(module, { helpers: testHelpers({ log: [] }), steps: 200_000 });
  return cases.flatMap((c) => c.inputs.map((input) => runCase(machine, c, input)));
}

function runCase(machine: Machine, c: Case, input: readonly bigint[]): string {
  const bytes = contextOf(c, input);
  const context = machine.memory.allocate('context', bytes);
  const outcome = evaluate(machine, `Run${c.name}`, [context]);
  if (outcome.kind === 'trap')
    return line(c, input, `trap: ${outcome.message} at ${outcome.pos?.line}:${outcome.pos?.col}`);
  return lineOf(c, input, machine.memory.read(context, bytes.length));
}

// ---------------------------------------------------------------- in Go

function goCall(c: Case, input: readonly bigint[]): string {
  const args = input
    .map((value, i) => (c.params[i] === 'bool' ? String(value !== 0n) : String(value)))
    .join(', ');
  const call = `${c.name}(${args})`;
  const body =
    c.results.length === 0
      ? `${call}; return ""`
      : `${c.results.map((_, i) => `r${i}`).join(', ')} := ${call}; return show(${c.results.map((_, i) => `r${i}`).join(', ')})`;
  return `	run(${JSON.stringify(`${c.name}(${input.join(', ')}) = `)}, func() string { ${body} })\n`;
}

const prelude = `
func show(values ...any) string {
	s := fmt.Sprintln(values...)
	return s[:len(s)-1]
}

func run(name string, f func() string) {
	result := func() (s string) {
		defer func() {
			if recover() != nil {
				s = "panic"
			}
		}()
		return f()
	}()
	fmt.Println(name + result)
}
`;

/** Lines of all cases, or null without a Go toolchain. `source` has a package clause and imports of its own. */
export function runInGo(source: string, cases: readonly Case[]): string[] | null {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
  } catch {
    return null;
  }
  const dir = mkdtempSync(join(tmpdir(), 'bpfc-lower-'));
  try {
    const calls = cases.flatMap((c) => c.inputs.map((input) => goCall(c, input))).join('');
    // Constant arguments that overflow in constant expressions are not an issue: they are arguments of functions.
    writeFileSync(join(dir, 'cases.go'), source);
    writeFileSync(
      join(dir, 'main.go'),
      `package main\n\nimport "fmt"\n${prelude}\nfunc main() {\n${calls}}\n`,
    );
    writeFileSync(join(dir, 'go.mod'), 'module cases\n\ngo 1.24\n');
    const out = execFileSync('go', ['run', '.'], { cwd: dir, encoding: 'utf8', maxBuffer: 1 << 26 });
    return out.trimEnd().split('\n');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
