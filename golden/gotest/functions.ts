/**
 * What there is in a Go file of the tool chain's tests, found with our own parser: declarations, what each mentions,
 * and the functions on integers and bools, which can be called with recorded arguments.
 *
 *     func add_uint64_0(a uint64) uint64 { … }     integer function: (uint64) → uint64
 *     func zero8_ssa(x *[8]byte) { … }             not: covered by the test function that calls it
 */

import { parseFile } from '../../grammar/parse.ts';
import type { Decl, Expr, Field, File, FuncDecl, Node } from '../../src/ast/ast.ts';
import { Diagnostics } from '../../src/base/diagnostic.ts';
import { sourceFile } from '../../src/base/source.ts';

export interface Declaration {
  /** Functions: the name; methods: `T.name`; groups of names: the first. */
  readonly name: string;
  readonly names: readonly string[];
  readonly decl: Decl;
  /** With its keyword and directives, as it can stand alone. */
  readonly text: string;
  /** Package-level names that it mentions. */
  readonly mentions: ReadonlySet<string>;
}

export interface IntegerFunction {
  readonly name: string;
  readonly params: readonly string[];
  readonly results: readonly string[];
}

export interface GoFile {
  readonly name: string;
  readonly text: string;
  readonly file: File;
  readonly declarations: readonly Declaration[];
  readonly integerFunctions: readonly IntegerFunction[];
}

const scalars = new Set(
  'bool int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 uintptr byte rune'.split(' '),
);

const isNode = (value: object): value is Node => 'kind' in value && 'span' in value;

/** Calls `visit` for every node below, parents first; `false` skips what is below. */
export function walk(value: unknown, visit: (node: Node) => boolean): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (typeof value === 'object' && value !== null) {
    if (isNode(value) && !visit(value)) return;
    for (const [key, part] of Object.entries(value)) if (key !== 'inherited') walk(part, visit);
  }
}

/** Every identifier below. */
export function namesIn(tree: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  walk(tree, (node) => {
    if (node.kind === 'Ident') names.add(node.name);
    return true;
  });
  return names;
}

function receiverType(decl: FuncDecl): string | null {
  let type = decl.receiver?.type ?? null;
  if (type?.kind === 'Star') type = type.x;
  return type?.kind === 'Ident' ? type.name : null;
}

function declaredNames(decl: Decl): readonly string[] {
  if (decl.kind === 'ConstDecl' || decl.kind === 'VarDecl') return decl.names.map((n) => n.name);
  if (decl.kind === 'TypeDecl') return [decl.name.name];
  const type = receiverType(decl);
  return [type === null ? decl.name.name : `${type}.${decl.name.name}`];
}

const keywords = { ConstDecl: 'const', VarDecl: 'var', TypeDecl: 'type', FuncDecl: 'func' } as const;

function textOf(decl: Decl, text: string): string {
  const own = text.slice(decl.span.start, decl.span.end);
  const keyword = keywords[decl.kind];
  const directives = decl.doc.filter((c) => c.text.startsWith('//go:noinline')).map((c) => `${c.text}\n`);
  return `${directives.join('')}${own.startsWith(`${keyword} `) ? '' : `${keyword} `}${own}`;
}

function integerFunction(decl: FuncDecl, isScalar: (type: Expr) => boolean): IntegerFunction | null {
  const { type } = decl;
  if (decl.receiver !== null || decl.body === null || type.typeParams.length > 0) return null;
  const flat = (fields: readonly Field[]): readonly Expr[] =>
    fields.flatMap((field) => Array.from({ length: Math.max(1, field.names.length) }, () => field.type));
  const params = flat(type.params);
  const results = flat(type.results);
  if (results.length === 0 || results.length > 2 || params.length > 10) return null;
  if (![...params, ...results].every(isScalar)) return null;
  const nameOf = (x: Expr): string => (x.kind === 'Ident' ? x.name : '');
  return { name: decl.name.name, params: params.map(nameOf), results: results.map(nameOf) };
}

export function readGoFile(name: string, text: string): GoFile {
  const file = parseFile(sourceFile(0, name, text), new Diagnostics());
  const own = new Map<string, Expr>();
  for (const decl of file.decls) if (decl.kind === 'TypeDecl') own.set(decl.name.name, decl.type);
  const isScalar = (type: Expr): boolean => {
    if (type.kind !== 'Ident') return false;
    const declared = own.get(type.name);
    return declared === undefined ? scalars.has(type.name) : isScalar(declared);
  };
  const declared = file.decls.filter((decl) => decl.kind !== 'FuncDecl' || decl.name.name !== 'init');
  const declarations = declared.map((decl): Declaration => {
    const names = declaredNames(decl);
    return { name: names[0] ?? '_', names, decl, text: textOf(decl, text), mentions: namesIn(decl) };
  });
  const integerFunctions = declared.flatMap((decl) => {
    const found = decl.kind === 'FuncDecl' ? integerFunction(decl, isScalar) : null;
    return found === null ? [] : [found];
  });
  return { name, text, file, declarations, integerFunctions };
}

/** The declarations that these names need, themselves included, in the file's order. */
export function closure(
  declarations: readonly Declaration[],
  wanted: readonly string[],
): readonly Declaration[] {
  const byName = new Map<string, Declaration[]>();
  for (const d of declarations) {
    for (const name of d.names) {
      // A method is mentioned by its own name.
      const key = name.slice(name.indexOf('.') + 1);
      byName.set(key, [...(byName.get(key) ?? []), d]);
      if (key !== name) byName.set(name, [d]);
    }
  }
  const found = new Set<Declaration>();
  const pending = [...wanted];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    for (const d of byName.get(name) ?? []) {
      if (found.has(d)) continue;
      found.add(d);
      pending.push(...d.mentions);
    }
  }
  return declarations.filter((d) => found.has(d));
}
