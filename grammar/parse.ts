/**
 * Source text to syntax tree.
 *
 *     parseFile(sourceFile(0, 'a.go', 'package a\nvar x int'), diagnostics)   →   File(a, [VarDecl([x], int)])
 *
 * Errors go to `diagnostics`, in source order; the tree then holds what was understood. Invariant: never throws, whatever the text.
 */

import type { File } from '../src/ast/ast.ts';
import { type Diagnostic, Diagnostics } from '../src/base/diagnostic.ts';
import { lineAt, lineText, type SourceFile } from '../src/base/source.ts';
import { syntaxAdvice } from './advice.ts';
import { GoParser } from './parser.ts';

let shared: GoParser | null = null;

/** The one parser of the process: making its rules takes longer than parsing a short file. */
function parser(): GoParser {
  shared ??= new GoParser();
  return shared;
}

export function parseFile(file: SourceFile, diagnostics: Diagnostics): File {
  const found = new Diagnostics();
  const { parts, comments } = parser().parse(file, found);
  for (const diagnostic of firstOfEachLine(file, found)) diagnostics.list.push(advised(file, diagnostic));
  const span = { file: file.id, start: 0, end: file.text.length };
  const name = parts?.name ?? { kind: 'Ident', span: { file: file.id, start: 0, end: 0 }, name: '_' };
  return { kind: 'File', span, name, imports: parts?.imports ?? [], decls: parts?.decls ?? [], comments };
}

function advised(file: SourceFile, diagnostic: Diagnostic): Diagnostic {
  if (diagnostic.span === null) return diagnostic;
  const line = lineText(file, lineAt(file, diagnostic.span.start));
  return { ...diagnostic, help: syntaxAdvice(line, diagnostic.message) ?? diagnostic.help };
}

/**
 * In source order, one a line: the scanner's and the parser's complaints about one mistake are one error. A text that ends in an open
 * comment or string has no further error at its end.
 */
function firstOfEachLine(file: SourceFile, found: Diagnostics): readonly Diagnostic[] {
  const lines = new Set<number>();
  const cutShort = found.list.some(
    (d) => d.code === 'unterminated-comment' || d.code === 'unterminated-string',
  );
  return found.list
    .toSorted((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0))
    .filter((d) => {
      if (cutShort && d.code === 'syntax-error' && (d.span?.start ?? 0) >= file.text.length) return false;
      const line = lineAt(file, d.span?.start ?? 0);
      return !lines.has(line) && lines.add(line);
    });
}
