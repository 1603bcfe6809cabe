/**
 * Trees of plain objects as indented text, for the golden files of the parser and the checker:
 *
 *     If 5:2
 *       cond: Binary 5:5 op="<"
 *         x: Ident 5:5 name="a"
 *
 * Scalars stand on the line of their object, nodes below it. References are written by name, not followed.
 */

import { positionAt, type SourceFile, type Span } from '../src/base/source.ts';

export interface TreeOptions {
  readonly files: readonly SourceFile[];
  /** The text of a value that is not walked into (a type, a reference), by the field it is in; undefined: walk. */
  readonly atom: (field: string, value: object) => string | undefined;
}

function isSpan(value: object): value is Span {
  return 'start' in value && 'end' in value && 'file' in value;
}

function isMap(value: object): value is ReadonlyMap<unknown, unknown> {
  return value instanceof Map;
}

function position(span: Span, files: readonly SourceFile[]): string {
  const file = files[span.file];
  if (file === undefined) return '?';
  const { line, col } = positionAt(file, span.start);
  return `${line}:${col}`;
}

function scalar(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'bigint':
    case 'number':
      return String(value);
    case 'boolean':
      return String(value);
    default:
      return null;
  }
}

/** Fields without information: null, undefined, false, empty lists. */
function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0)
  );
}

/** `label` and the node's own line, then its children, deeper. */
function printNode(label: string, node: object, depth: number, options: TreeOptions, lines: string[]): void {
  const words: string[] = [];
  const children: (readonly [string, object])[] = [];
  for (const [field, value] of Object.entries(node)) {
    if (field === 'kind' || isEmpty(value)) continue;
    const text = scalar(value);
    if (text !== null) {
      words.push(`${field}=${text}`);
    } else if (typeof value === 'object' && value !== null) {
      const atom = isSpan(value)
        ? field === 'span'
          ? ''
          : position(value, options.files)
        : options.atom(field, value);
      if (atom === undefined) children.push([field, value]);
      else if (atom !== '') words.push(`${field}=${atom}`);
    }
  }
  const kind = 'kind' in node && typeof node.kind === 'string' ? node.kind : '';
  const at =
    'span' in node && typeof node.span === 'object' && node.span !== null && isSpan(node.span)
      ? position(node.span, options.files)
      : '';
  lines.push(`${'  '.repeat(depth)}${[label, kind, at, ...words].filter((word) => word !== '').join(' ')}`);
  for (const [field, child] of children) printField(field, child, depth + 1, options, lines);
}

function printField(
  field: string,
  value: object,
  depth: number,
  options: TreeOptions,
  lines: string[],
): void {
  const entries: readonly (readonly [string, unknown])[] = isMap(value)
    ? [...value].map(([key, item]) => [`${field}[${String(key)}]:`, item] as const)
    : Array.isArray(value)
      ? value.map((item: unknown) => [`${field}:`, item] as const)
      : [[`${field}:`, value]];
  for (const [label, item] of entries) {
    if (typeof item !== 'object' || item === null) {
      lines.push(`${'  '.repeat(depth)}${label} ${scalar(item) ?? 'null'}`);
      continue;
    }
    const atom = options.atom(field, item);
    if (atom === undefined) printNode(label, item, depth, options, lines);
    else lines.push(`${'  '.repeat(depth)}${label} ${atom}`);
  }
}

export function printTree(root: object, options: TreeOptions): string {
  const lines: string[] = [];
  printNode('', root, 0, options, lines);
  return `${lines.join('\n')}\n`;
}
