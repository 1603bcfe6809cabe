/**
 * Go's terminating statements: does control never reach the end of a body?
 *
 *     for {}      if c { return 1 } else { panic("x") }      switch { default: return 1 }      →  terminating
 */

import type { Block, Call, Stmt } from '../ast/ast.ts';

type Panics = ReadonlySet<Call>;

/** Of a statement list. `panics`: calls of the built-in. */
export function terminates(stmts: readonly Stmt[], panics: Panics): boolean {
  const last = stmts.filter((stmt) => stmt.kind !== 'Empty').at(-1);
  return last !== undefined && isTerminating(last, [], panics);
}

function isTerminating(stmt: Stmt, labels: readonly string[], panics: Panics): boolean {
  switch (stmt.kind) {
    case 'Return':
      return true;
    case 'Branch':
      return stmt.keyword === 'goto' || stmt.keyword === 'fallthrough';
    case 'ExprStmt': {
      let x = stmt.x;
      while (x.kind === 'Paren') x = x.x;
      return x.kind === 'Call' && panics.has(x);
    }
    case 'Block':
      return terminates(stmt.stmts, panics);
    case 'If': {
      let at: Stmt | null = stmt;
      while (at !== null && at.kind === 'If') {
        if (!terminates(at.then.stmts, panics)) return false;
        at = at.else;
      }
      return at !== null && isTerminating(at, [], panics);
    }
    case 'For':
      return stmt.cond === null && !breaks(stmt.body.stmts, labels, true);
    case 'Switch':
      return (
        stmt.cases.some((clause) => clause.values === null) &&
        stmt.cases.every((clause) => terminates(clause.body, panics) && !breaks(clause.body, labels, true))
      );
    case 'Labeled':
      return isTerminating(stmt.stmt, [...labels, stmt.label.name], panics);
    case 'Select':
    case 'TypeSwitch':
      return true;
    default:
      return false;
  }
}

/** Is there a `break` that leaves the statement? `unlabelled`: one without label would. */
function breaks(stmts: readonly Stmt[], labels: readonly string[], unlabelled: boolean): boolean {
  return stmts.some((stmt) => breaksIn(stmt, labels, unlabelled));
}

function breaksIn(stmt: Stmt, labels: readonly string[], unlabelled: boolean): boolean {
  switch (stmt.kind) {
    case 'Branch':
      return (
        stmt.keyword === 'break' && (stmt.label === null ? unlabelled : labels.includes(stmt.label.name))
      );
    case 'Block':
      return breaks(stmt.stmts, labels, unlabelled);
    case 'If': {
      let at: If | Block | null = stmt;
      while (at !== null && at.kind === 'If') {
        if (breaks(at.then.stmts, labels, unlabelled)) return true;
        at = at.else;
      }
      return at !== null && breaks(at.stmts, labels, unlabelled);
    }
    case 'For':
    case 'Range':
      return breaks(stmt.body.stmts, labels, false);
    case 'Switch':
      return stmt.cases.some((clause) => breaks(clause.body, labels, false));
    case 'Labeled':
      return breaksIn(stmt.stmt, labels, unlabelled);
    default:
      return false;
  }
}

type If = Extract<Stmt, { kind: 'If' }>;
