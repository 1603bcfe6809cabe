/**
 * Writes what is derived from the tables and from the Go sources of sdk/bpf:
 *
 * - sdk/bpf/helpers_gen.go: one Go function per row of the helper table;
 * - sdk/bpf/kinds_gen.go: what bpf.Run must know of the attach kinds;
 * - src/check/gen/sdk.ts: the declarations without bodies, which the checker type-checks as any package;
 * - sdk/miekg/bpf.go: the second import path, every name of it an alias of the first's.
 *
 *     npx tsx scripts/gen-sdk.ts
 *
 *     func (b Be16) Host() uint16 { return swap16(uint16(b)) }   →   'Be16.Host': 'func (b Be16) Host() uint16'
 *
 * Invariant: the same inputs give the same files; a test regenerates them and compares.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type HelperArg,
  type HelperName,
  type HelperRow,
  helperGoName,
  helperNames,
  helpers,
} from '../src/bpf/helpers.ts';
import { type ProgramRow, programs } from '../src/bpf/programs.ts';
import { type GoDeclaration, goDeclarations } from './go-declarations.ts';

/** Helpers whose Go form is written by hand in sdk/bpf, and the two that are methods of SpinLock. */
export const handWritten: readonly HelperName[] = [
  'trace_printk',
  'loop',
  'for_each_map_elem',
  'find_vma',
  'timer_set_callback',
  'user_ringbuf_drain',
  'kptr_xchg',
  'spin_lock',
  'spin_unlock',
];

const scalars: Readonly<Record<string, string>> = {
  u8: 'uint8',
  u16: 'uint16',
  u32: 'uint32',
  u64: 'uint64',
  s32: 'int32',
  s64: 'int64',
  int: 'int32',
  long: 'int64',
  'unsigned long': 'uint64',
  be16: 'Be16',
  be32: 'Be32',
  wsum: 'uint32',
};

/** Go's words and packages that parameters may not be named. */
const renamed: Readonly<Record<string, string>> = {
  func: 'fn',
  map: 'm',
  type: 'kind',
  len: 'length',
  fmt: 'format',
};

function goParameter(arg: HelperArg): string {
  switch (arg.kind) {
    case 'scalar':
    case 'size':
    case 'size-or-zero':
    case 'const-size': {
      const type = scalars[arg.ctype];
      if (type === undefined) throw new Error(`scalar ${arg.ctype}`);
      return type;
    }
    case 'any-ptr':
      return 'uintptr';
    case 'ptr-out-32':
    case 'ptr-inout-32':
    case 'ptr-out-64': {
      const type = scalars[arg.ctype.replace(' *', '')];
      if (type === undefined) throw new Error(`pointer ${arg.ctype}`);
      return `*${type}`;
    }
    case 'const-str':
      return 'string';
    case 'mem-read':
      return arg.name === 'fmt' || arg.name === 'name' ? 'string' : 'any';
    case 'timer':
      return '*Timer';
    case 'dynptr':
    case 'dynptr-out':
      return '*Dynptr';
    case 'ctx':
    case 'ctx-or-sock':
    case 'map':
    case 'key':
    case 'value':
    case 'value-or-null':
    case 'value-out':
    case 'mem-read-or-null':
    case 'mem-write':
    case 'mem-read-write':
    case 'mem-fixed':
    case 'record':
    case 'sock':
    case 'btf':
      return 'any';
    case 'func':
    case 'stack-or-null':
    case 'spin-lock':
    case 'kptr':
      throw new Error(`a helper with ${arg.kind} is written by hand`);
    default:
      return arg.kind satisfies never;
  }
}

function goResult(row: HelperRow): string {
  switch (row.result) {
    case 'void':
      return '';
    case 's32':
      return 'int32';
    case 's64':
      return row.ctype === 'long' ? 'int' : 'int64';
    case 'u32':
      return 'uint32';
    case 'u64':
      return 'uint64';
    case 'sock-or-null':
      return '*Sock';
    case 'tcp-sock-or-null':
      return '*TCPSock';
    case 'map-value':
    case 'map-value-or-null':
    case 'mem-or-null':
    case 'btf-or-null':
    case 'btf':
      return 'unsafe.Pointer';
    default:
      return row.result satisfies never;
  }
}

/** The arguments that a Go caller passes: a length goes with its pointer. */
export function goArguments(row: HelperRow): readonly HelperArg[] {
  return row.args.filter((arg, i) => {
    const before = row.args[i - 1];
    return !(arg.kind.startsWith('size') && before?.kind.startsWith('mem-'));
  });
}

function helperFunction(name: HelperName, simulated: ReadonlySet<string>): string {
  const row = helpers[name];
  const go = helperGoName(name);
  const params = goArguments(row).map((arg) => ({
    name: renamed[arg.name] ?? arg.name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    type: goParameter(arg),
  }));
  const list = params.map((param) => `${param.name} ${param.type}`).join(', ');
  const names = params.map((param) => param.name);
  const result = goResult(row);
  const call = simulated.has(go)
    ? `sim${go}(${names.join(', ')})`
    : `fake[${result === '' ? 'int' : result}](${[`"${go}"`, ...names].join(', ')})`;
  const notes = [row.gpl ? 'GPL only.' : '', `Linux ${row.since}.`].filter((note) => note !== '').join(' ');
  return `// ${go} is bpf_${name}: ${row.doc}. ${notes}
${goFunction(`func ${go}(${list})${result === '' ? '' : ` ${result}`}`, `${result === '' ? '' : 'return '}${call}`)}`;
}

/** A function of one statement as gofmt writes it: on one line below 100 characters. */
function goFunction(head: string, statement: string): string {
  return head.length + statement.length < 100
    ? `${head} { ${statement} }\n`
    : `${head} {\n\t${statement}\n}\n`;
}

/** Text of sdk/bpf/helpers_gen.go; `simulations` is the text of helpers_sim.go. */
export function helpersGo(simulations: string): string {
  const simulated = new Set([...simulations.matchAll(/^func sim(\w+)\(/gm)].map((match) => match[1] ?? ''));
  const functions = helperNames()
    .filter((name) => !handWritten.includes(name))
    .map((name) => helperFunction(name, simulated));
  return `// Code generated by scripts/gen-sdk.ts from the helper table. DO NOT EDIT.

package bpf

import "unsafe"

${functions.join('\n')}`;
}

/** Text of sdk/bpf/kinds_gen.go. */
export function kindsGo(): string {
  const rows: Readonly<Record<string, ProgramRow>> = programs;
  const lines = Object.entries(rows).map(([name, row]) => {
    const range =
      row.results === null ? '' : `low: ${row.results[0]}, high: ${row.results[1]}, ranged: true, `;
    return `\t{"${name}", kind{${range}fallback: ${row.defaultResult}, abort: ${row.abort}}},`;
  });
  return `// Code generated by scripts/gen-sdk.ts from the program table. DO NOT EDIT.

package bpf

var kindRows = []kindRow{
${lines.join('\n')}
}
`;
}

/** Text of src/check/gen/sdk.ts. */
export function declarationsTs(declarations: readonly GoDeclaration[]): string {
  const line = (declaration: GoDeclaration): string =>
    `  ${JSON.stringify(declaration.name)}: ${JSON.stringify(declaration.text)},`;
  const sorted = [...declarations].sort((a, b) => (a.name < b.name ? -1 : 1));
  const native = sorted.filter((declaration) => declaration.native).map((declaration) => declaration.name);
  return `/**
 * The SDK's declarations without bodies, by name (methods as \`Type.Method\`), and the names that only tests may use.
 * Made from sdk/bpf by scripts/gen-sdk.ts.
 */

// biome-ignore format: one line a declaration
export const sdkDeclarations: Readonly<Record<string, string>> = {
${sorted
  .filter((declaration) => !declaration.native)
  .map(line)
  .join('\n')}
};

/** Declared in the SDK for native tests; a compiled program cannot use them. */
// biome-ignore format: one line
export const sdkNativeNames: readonly string[] = ${JSON.stringify(native)};

/** Every function and method that needs a row in the lowering tables, qualified: \`bpf.HashMap.Lookup\`. */
export function sdkNames(): readonly string[] {
  return Object.keys(sdkDeclarations)
    .filter((name) => sdkDeclarations[name]?.startsWith('func ') === true)
    .map((name) => \`bpf.\${name}\`);
}
`;
}

/** Text of sdk/miekg/bpf.go: aliases of everything that a program can name. */
export function aliasesGo(declarations: readonly GoDeclaration[]): string {
  const top = declarations.filter((declaration) => !declaration.name.includes('.'));
  const named = (kind: GoDeclaration['kind']): GoDeclaration[] =>
    top.filter((declaration) => declaration.kind === kind).sort((a, b) => (a.name < b.name ? -1 : 1));
  const alias = (declaration: GoDeclaration): string => {
    const { name, typeParams } = declaration;
    const args = typeParams.map((param) => param.name).join(', ');
    const params = typeParams.map((param) => `${param.name} ${qualify(param.constraint, top)}`).join(', ');
    return typeParams.length === 0 ? `${name} = bpf.${name}` : `${name}[${params}] = bpf.${name}[${args}]`;
  };
  return `// Code generated by scripts/gen-sdk.ts. DO NOT EDIT.

// Package bpf is bpfc/sdk/bpf under its second import path.
package bpf

import (
	"unsafe"

	"bpfc/sdk/bpf"
)

${named('type')
  .map(
    (declaration) =>
      `// ${declaration.name} is ${declaration.name} of bpfc/sdk/bpf.\ntype ${alias(declaration)}\n`,
  )
  .join('\n')}
// Constants.
const (
${align(named('const').map((declaration) => [declaration.name, `= bpf.${declaration.name}`]))}
)

${named('func')
  .map((declaration) => forward(declaration, top))
  .join('\n')}`;
}

function align(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, rest]) => `\t${name.padEnd(width)} ${rest}`).join('\n');
}

/** Puts `bpf.` before the package's own names in a type. */
function qualify(type: string, top: readonly GoDeclaration[]): string {
  const own = new Set(top.map((declaration) => declaration.name));
  return type.replace(/(?<![\w.])[A-Z]\w*/g, (name) => (own.has(name) ? `bpf.${name}` : name));
}

/** A function that calls its namesake. */
function forward(declaration: GoDeclaration, top: readonly GoDeclaration[]): string {
  const { name, typeParams, params, result } = declaration;
  const types =
    typeParams.length === 0
      ? ''
      : `[${typeParams.map((p) => `${p.name} ${qualify(p.constraint, top)}`).join(', ')}]`;
  const instance = typeParams.length === 0 ? '' : `[${typeParams.map((p) => p.name).join(', ')}]`;
  const list = params.map((p) => `${p.name} ${qualify(p.type, top)}`).join(', ');
  const args = params.map((p) => (p.type.startsWith('...') ? `${p.name}...` : p.name)).join(', ');
  const returned = result === '' ? '' : ` ${qualify(result, top)}`;
  const call = `${result === '' ? '' : 'return '}bpf.${name}${instance}(${args})`;
  return `// ${name} is ${name} of bpfc/sdk/bpf.
${goFunction(`func ${name}${types}(${list})${returned}`, call)}`;
}

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Texts of the hand-written and generated Go files of the SDK. */
export function sdkSources(): readonly string[] {
  return readdirSync(at('sdk/bpf'))
    .filter((file) => file.endsWith('.go') && !file.endsWith('_test.go'))
    .sort()
    .map((file) => readFileSync(at(`sdk/bpf/${file}`), 'utf8'));
}

/** The generated files, by path in the project. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const helpersFile = helpersGo(readFileSync(at('sdk/bpf/helpers_sim.go'), 'utf8'));
  const written = sdkSources().filter((text) => !text.startsWith('// Code generated'));
  const declarations = goDeclarations([...written, helpersFile]);
  return new Map([
    ['sdk/bpf/helpers_gen.go', helpersFile],
    ['sdk/bpf/kinds_gen.go', kindsGo()],
    ['src/check/gen/sdk.ts', declarationsTs(declarations)],
    ['sdk/miekg/bpf.go', aliasesGo(declarations)],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of generatedFiles()) writeFileSync(at(path), text);
}
