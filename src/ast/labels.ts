/**
 * Labels of typed statements.
 *
 *     { a: for { b: x++ } }   →   [a, b]
 */

import type { TStmt } from './typed.ts';

/** The labels that stand in a statement, those of closures apart. */
export function labelsIn(stmt: TStmt): readonly string[] {
  switch (stmt.kind) {
    case 'block':
      return stmt.stmts.flatMap(labelsIn);
    case 'if':
      return [...labelsIn(stmt.then), ...(stmt.else === null ? [] : labelsIn(stmt.else))];
    case 'for':
    case 'range':
      return labelsIn(stmt.body);
    case 'switch':
      return stmt.cases.flatMap((clause) => clause.body.flatMap(labelsIn));
    case 'labeled':
      return [stmt.label, ...labelsIn(stmt.stmt)];
    case 'expr':
    case 'declare':
    case 'assign':
    case 'opassign':
    case 'return':
    case 'branch':
    case 'defer':
      return [];
    default:
      return stmt satisfies never;
  }
}
