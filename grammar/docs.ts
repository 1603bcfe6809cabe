/**
 * The comment lines directly above a declaration.
 *
 *     // not this one: a blank line follows
 *
 *     // this one
 *     //bpf:config        →   docs(offset of `var`) = [this one, bpf:config]
 *     var x int
 *
 * A comment after code on its line belongs to that line and is never found.
 */

import type { Comment } from '../src/ast/ast.ts';
import { lineAt, type SourceFile } from '../src/base/source.ts';

export type Docs = (offset: number) => readonly Comment[];

export function docsOf(file: SourceFile, comments: readonly Comment[]): Docs {
  /** The last comment that ends on a line and began one. */
  const byLastLine = new Map<number, Comment>();
  for (const comment of comments) {
    if (startsLine(file, comment.span.start)) byLastLine.set(lineAt(file, comment.span.end), comment);
  }
  return (offset) => {
    const found: Comment[] = [];
    if (byLastLine.size === 0 || !startsLine(file, offset)) return found;
    let line = lineAt(file, offset) - 1;
    for (let comment = byLastLine.get(line); comment; comment = byLastLine.get(line)) {
      found.push(comment);
      line = lineAt(file, comment.span.start) - 1;
    }
    return found.reverse();
  };
}

function startsLine(file: SourceFile, offset: number): boolean {
  const start = file.lineStarts[lineAt(file, offset) - 1] ?? 0;
  for (let i = start; i < offset; i++) {
    const c = file.text.charCodeAt(i);
    if (c !== 32 && c !== 9 && c !== 0xfeff) return false;
  }
  return true;
}
