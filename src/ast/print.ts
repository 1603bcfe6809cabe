/**
 * The syntax tree as text: an S-expression for golden files.
 *
 *     var x = a + 1       (VarDecl x values: (Binary + a 1))
 *                         (VarDecl@1:5 x@1:5 values: (Binary@1:9 + a@1:9 1@1:13))     with positions
 *
 * Declarations, statements and cases stand on lines of their own, expressions within a line. What is null, false or empty is left out.
 * Works with a list of pending pieces, not by recursion: trees of any height print.
 */

import { positionAt, type SourceFile } from '../base/source.ts';
import type { Comment, Node } from './ast.ts';

type Fields = { readonly [K in Node['kind']]: readonly (keyof Extract<Node, { kind: K }>)[] };

/** What is printed of each kind, in order. */
const fields = {
  File: ['name', 'imports', 'decls'],
  ImportSpec: ['name', 'path'],
  ConstDecl: ['doc', 'names', 'type', 'values', 'iota'],
  VarDecl: ['doc', 'names', 'type', 'values'],
  TypeDecl: ['doc', 'name', 'typeParams', 'alias', 'type'],
  FuncDecl: ['doc', 'receiver', 'name', 'type', 'body'],
  Field: ['doc', 'names', 'type', 'tag'],
  Ident: ['name'],
  BasicLit: ['literal', 'text'],
  CompositeLit: ['type', 'elements'],
  FuncLit: ['type', 'body'],
  Paren: ['x'],
  Selector: ['x', 'sel'],
  Index: ['x', 'indices'],
  SliceExpr: ['x', 'low', 'high', 'max'],
  TypeAssert: ['x', 'type'],
  Call: ['fun', 'args', 'spread'],
  Star: ['x'],
  Unary: ['op', 'x'],
  Binary: ['op', 'x', 'y'],
  ArrayType: ['length', 'element'],
  StructType: ['fields'],
  FuncType: ['typeParams', 'params', 'results'],
  InterfaceType: ['methods', 'embedded'],
  MapType: ['key', 'value'],
  ChanType: ['element'],
  Ellipsis: ['element'],
  BadExpr: [],
  Block: ['stmts'],
  ExprStmt: ['x'],
  Assign: ['op', 'lhs', 'rhs'],
  IncDec: ['op', 'x'],
  DeclStmt: ['decls'],
  If: ['init', 'cond', 'then', 'else'],
  For: ['init', 'cond', 'post', 'body'],
  Range: ['key', 'value', 'op', 'x', 'body'],
  Switch: ['init', 'tag', 'cases'],
  Case: ['values', 'body'],
  TypeSwitch: ['x'],
  Return: ['results'],
  Branch: ['keyword', 'label'],
  Labeled: ['label', 'stmt'],
  Defer: ['call'],
  Go: ['call'],
  Send: ['channel', 'value'],
  Select: [],
  Empty: [],
  Element: ['key', 'value'],
} as const satisfies Fields;

/** Keys whose values speak for themselves. */
const unlabelled: ReadonlySet<string> = new Set(
  'args call decls elements fun imports keyword label name names op sel stmt stmts x y'.split(' '),
);

/** Keys whose items stand on lines of their own. */
const broken: ReadonlySet<string> = new Set(['imports', 'decls', 'stmts', 'cases']);

type Piece = string | { readonly node: Node; readonly indent: number };

export interface PrintOptions {
  /** Positions `@line:col` after each kind; needs the file. */
  readonly positions?: SourceFile;
}

export function printAst(root: Node, options: PrintOptions = {}): string {
  const text: string[] = [];
  const pending: Piece[] = ['\n', { node: root, indent: 0 }];
  for (let piece = pending.pop(); piece !== undefined; piece = pending.pop()) {
    if (typeof piece === 'string') text.push(piece);
    else for (const part of piecesOf(piece.node, piece.indent, options).reverse()) pending.push(part);
  }
  return text.join('');
}

function piecesOf(node: Node, indent: number, options: PrintOptions): Piece[] {
  const { positions } = options;
  const at = positions ? positionAt(positions, node.span.start) : null;
  const place = at ? `@${at.line}:${at.col}` : '';
  if (node.kind === 'Ident') return [node.name + place];
  if (node.kind === 'BasicLit') return [node.text + place];
  const inner = valuesOf(node).flatMap(([key, value]) => piecesOfValue(key, value, node, indent + 1));
  return [`(${node.kind}${place}`, ...inner, ')'];
}

function valuesOf(node: Node): [string, unknown][] {
  const all = new Map<string, unknown>(Object.entries(node));
  return fields[node.kind].map((key) => [key, all.get(key)]);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

function isComment(value: unknown): value is Comment {
  return typeof value === 'object' && value !== null && 'text' in value && !('kind' in value);
}

function piecesOfValue(key: string, value: unknown, parent: Node, indent: number): Piece[] {
  if (value === null || value === undefined || value === false) return [];
  const label = unlabelled.has(key) ? ' ' : ` ${key}: `;
  if (value === true) return [` ${key}`];
  if (typeof value === 'string')
    return [label + (key === 'path' || key === 'tag' ? JSON.stringify(value) : value)];
  if (typeof value === 'number') return value === 0 ? [] : [label + value];
  if (isNode(value)) {
    // A chain of `else if` stays at its depth.
    const child = { node: value, indent: key === 'else' && value.kind === 'If' ? indent - 1 : indent };
    return value.kind === 'Block' ? [newline(indent), ...named(label), child] : [label, child];
  }
  if (!Array.isArray(value) || value.length === 0) return [];
  const items: readonly unknown[] = value;
  if (broken.has(key) || (key === 'body' && parent.kind === 'Case')) {
    return items.flatMap((item) => (isNode(item) ? [newline(indent), { node: item, indent }] : []));
  }
  const pieces = items.flatMap((item, i) => [i === 0 ? '' : ' ', ...piecesOfItem(item, indent)]);
  return unlabelled.has(key) || pieces.length === 2 ? [label, ...pieces] : [label, '[', ...pieces, ']'];
}

function piecesOfItem(item: unknown, indent: number): Piece[] {
  if (isNode(item)) return [{ node: item, indent }];
  if (isComment(item)) return [JSON.stringify(item.text)];
  if (typeof item === 'object' && item !== null && 'name' in item && 'type' in item) {
    // A method of an interface.
    const parts = [item.name, item.type].filter(isNode);
    return parts.flatMap((node, i) => [i === 0 ? '' : ' ', { node, indent }]);
  }
  return [];
}

function named(label: string): string[] {
  const text = label.trimStart();
  return text === '' ? [] : [text];
}

function newline(indent: number): string {
  return `\n${'  '.repeat(indent)}`;
}
