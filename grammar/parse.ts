/**
 * Source text to syntax tree.
 *
 *     parseFile(sourceFile(0, 'a.go', 'package a\nvar x int'), diagnostics)   →   File(a, [VarDecl([x], int)])
 *
 * Errors go to `diagnostics`, in source order; the tree then holds what was understood. Invariant: never throws, whatever the text.
 */

import type { File } from '../src/ast/ast.ts';
import type { Diagnostics } from '../src/base/diagnostic.ts';
import type { SourceFile } from '../src/base/source.ts';
import { GoParser } from './parser.ts';

let shared: GoParser | null = null;

/** The one parser of the process: recording the grammar takes longer than parsing a short file. */
function parser(): GoParser {
  shared ??= new GoParser();
  return shared;
}

export function parseFile(file: SourceFile, diagnostics: Diagnostics): File {
  const { parts, comments } = parser().parse(file, diagnostics);
  const span = { file: file.id, start: 0, end: file.text.length };
  const name = parts?.name ?? { kind: 'Ident', span: { file: file.id, start: 0, end: 0 }, name: '_' };
  return { kind: 'File', span, name, imports: parts?.imports ?? [], decls: parts?.decls ?? [], comments };
}
