/**
 * Syntax trees as indented text, for the golden files of the parser:
 *
 *     If 5:2
 *       cond: Binary 5:5 op="<"
 *         x: Ident 5:5 name="a"
 *
 * Scalars stand on the line of their node, nodes below it; what is null, false or empty is left out. It knows no kind of
 * node: every field and every span that the parser sets is shown, so that no golden file misses one. (src/ast/print.ts
 * is the short form, with chosen fields, for tests that spell a tree out.)
 */

import { positionAt, type SourceFile, type Span } from '../src/base/source.ts';

function isSpan(value: object): value is Span {
  return 'start' in value && 'end' in value && 'file' in value;
}

function position(span: Span, files: readonly SourceFile[]): string {
  const file = files[span.file];
  if (file === undefined) return '?';
  const { line, col } = positionAt(file, span.start);
  return `${line}:${col}`;
}

function scalar(value: unknown): string | null {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0);

/** `label` and the node's own line, then its children, deeper. */
function printNode(
  label: string,
  node: object,
  depth: number,
  files: readonly SourceFile[],
  lines: string[],
): void {
  let at = '';
  const words: string[] = [];
  const children: (readonly [string, object])[] = [];
  for (const [field, value] of Object.entries(node)) {
    if (field === 'kind' || isEmpty(value)) continue;
    const text = scalar(value);
    if (text !== null) words.push(`${field}=${text}`);
    else if (typeof value !== 'object' || value === null) continue;
    else if (!isSpan(value)) children.push([`${field}:`, value]);
    else if (field === 'span') at = position(value, files);
    else words.push(`${field}=${position(value, files)}`);
  }
  const kind = 'kind' in node && typeof node.kind === 'string' ? node.kind : '';
  const line = [label, kind, at, ...words].filter((word) => word !== '').join(' ');
  lines.push(`${'  '.repeat(depth)}${line}`);
  for (const [field, child] of children) {
    const items: readonly unknown[] = Array.isArray(child) ? child : [child];
    for (const item of items) {
      if (typeof item === 'object' && item !== null) printNode(field, item, depth + 1, files, lines);
      else lines.push(`${'  '.repeat(depth + 1)}${field} ${scalar(item) ?? 'null'}`);
    }
  }
}

export function printTree(root: object, files: readonly SourceFile[]): string {
  const lines: string[] = [];
  printNode('', root, 0, files, lines);
  return `${lines.join('\n')}\n`;
}
