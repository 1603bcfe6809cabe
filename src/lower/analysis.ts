/**
 * What lowering has to know of a function's body before it lowers it: which variables are written, which have their
 * address taken, whether there are jumps by `goto`, and where its `defer` statements are.
 *
 *     func f(k Key) { k.A = 1; defer g() }  →  written { k }, defers [ { conditional: false } ]
 *
 * Bodies of closures count for the variables they capture, not for gotos and defers, which are their own.
 */

import type { TBlock, TDefer, TExpr, TIf, TStmt, TVar } from '../ast/typed.ts';
import { under } from '../check/types.ts';

export interface BodyFacts {
  /** Assigned after the declaration, as a whole or in part. */
  readonly written: ReadonlySet<TVar>;
  readonly addressed: ReadonlySet<TVar>;
  readonly captured: ReadonlySet<TVar>;
  readonly globalsWritten: ReadonlySet<string>;
  readonly hasGoto: boolean;
  /** It calls something, or writes through a pointer or slice, or to a package variable. */
  readonly effects: boolean;
  readonly defers: readonly DeferFacts[];
}

export interface DeferFacts {
  readonly stmt: TDefer;
  /** May an end of the function be reached without it? */
  readonly conditional: boolean;
}

interface Collector {
  readonly written: Set<TVar>;
  readonly addressed: Set<TVar>;
  readonly captured: Set<TVar>;
  readonly globalsWritten: Set<string>;
  hasGoto: boolean;
  effects: boolean;
  readonly defers: { stmt: TDefer; conditional: boolean }[];
}

const known = new WeakMap<TStmt, BodyFacts>();

export function bodyFacts(body: TStmt): BodyFacts {
  const before = known.get(body);
  if (before !== undefined) return before;
  const facts: Collector = {
    written: new Set(),
    addressed: new Set(),
    captured: new Set(),
    globalsWritten: new Set(),
    hasGoto: false,
    effects: false,
    defers: [],
  };
  if (body.kind === 'block')
    for (const stmt of body.stmts) statement(facts, stmt, { depth: 0, nested: false });
  else statement(facts, body, { depth: 0, nested: true });
  known.set(body, facts);
  return facts;
}

/** Where a statement stands: in a closure (depth > 0), under another statement. */
interface Where {
  readonly depth: number;
  readonly nested: boolean;
}

function isVar(x: TVar | TExpr): x is TVar {
  return x.kind === 'var';
}

function statement(c: Collector, stmt: TStmt, where: Where): void {
  const inner: Where = { ...where, nested: true };
  const expr = (x: TExpr | null): void => {
    if (x !== null) expression(c, x, where);
  };
  switch (stmt.kind) {
    case 'block':
      for (const s of stmt.stmts) statement(c, s, inner);
      return;
    case 'expr':
      expr(stmt.x);
      return;
    case 'declare':
      stmt.values?.forEach(expr);
      return;
    case 'assign':
      for (const x of stmt.lhs) target(c, x, where);
      stmt.values.forEach(expr);
      return;
    case 'opassign':
      target(c, stmt.x, where);
      expr(stmt.y);
      return;
    case 'if':
      for (let s: TBlock | TIf | null = stmt; s !== null; s = s.kind === 'if' ? s.else : null) {
        if (s.kind === 'block') {
          statement(c, s, inner);
          continue;
        }
        if (s.init !== null) statement(c, s.init, inner);
        expr(s.cond);
        statement(c, s.then, inner);
      }
      return;
    case 'for':
      if (stmt.init !== null) statement(c, stmt.init, inner);
      expr(stmt.cond);
      if (stmt.post !== null) statement(c, stmt.post, inner);
      statement(c, stmt.body, inner);
      return;
    case 'range':
      if (stmt.key !== null) target(c, stmt.key, where);
      if (stmt.value !== null) target(c, stmt.value, where);
      expr(stmt.x);
      statement(c, stmt.body, inner);
      return;
    case 'switch':
      if (stmt.init !== null) statement(c, stmt.init, inner);
      expr(stmt.tag);
      for (const clause of stmt.cases) {
        clause.values?.forEach(expr);
        for (const s of clause.body) statement(c, s, inner);
      }
      return;
    case 'return':
      stmt.values.forEach(expr);
      return;
    case 'branch':
      if (stmt.keyword === 'goto' && where.depth === 0) c.hasGoto = true;
      return;
    case 'labeled':
      statement(c, stmt.stmt, where);
      return;
    case 'defer':
      if (where.depth === 0) c.defers.push({ stmt, conditional: where.nested });
      expr(stmt.call);
      return;
    default:
      stmt satisfies never;
      return;
  }
}

/** An operand of an assignment: its root variable is written, its indexes are read. */
function target(c: Collector, x: TExpr | TVar | null, where: Where): void {
  if (x === null) return;
  // A variable that `:=` or `range` declares is written by the statement itself: range does so each time round.
  if (isVar(x)) return;
  if (mark(x, c.written, c.globalsWritten) !== 'varref') c.effects = true;
  expression(c, x, where);
}

/** Marks the variable whose memory the lvalue lies in; gives what kind of root it has. */
function mark(x: TExpr, vars: Set<TVar>, globals: Set<string>): TExpr['kind'] {
  let root: TExpr = x;
  for (;;) {
    if (root.kind === 'field' || (root.kind === 'index' && under(root.x.type).kind === 'array'))
      root = root.x;
    else if (root.kind === 'convert') root = root.x;
    else break;
  }
  if (root.kind === 'varref') vars.add(root.var);
  if (root.kind === 'globalref') globals.add(root.global.name);
  return root.kind;
}

/** Children of an expression in evaluation order; statements of closures apart. */
export function children(x: TExpr): readonly TExpr[] {
  switch (x.kind) {
    case 'const':
    case 'nil':
    case 'varref':
    case 'globalref':
    case 'mapref':
    case 'funcref':
    case 'funclit':
      return [];
    case 'unary':
    case 'convert':
    case 'field':
    case 'deref':
    case 'addr':
      return [x.x];
    case 'arith':
    case 'shift':
    case 'compare':
    case 'logical':
      return [x.x, x.y];
    case 'index':
      return [x.x, x.i];
    case 'slice':
      return [x.x, x.low, x.high, x.max].filter((e) => e !== null);
    case 'call':
    case 'intrinsic':
      return x.args;
    case 'closurecall':
      return [x.fn, ...x.args];
    case 'composite':
      return x.elements.map((e) => e.value);
    default:
      return x satisfies never;
  }
}

function expression(c: Collector, root: TExpr, where: Where): void {
  const work: TExpr[] = [root];
  for (let x = work.pop(); x !== undefined; x = work.pop()) {
    if (x.kind === 'addr') mark(x.x, c.addressed, c.globalsWritten);
    if (x.kind === 'slice' && under(x.x.type).kind === 'array') mark(x.x, c.addressed, c.globalsWritten);
    if (x.kind === 'call' || x.kind === 'closurecall' || x.kind === 'intrinsic') c.effects = true;
    if (x.kind === 'funclit') {
      for (const v of x.captures) c.captured.add(v);
      statement(c, x.body, { depth: where.depth + 1, nested: true });
    }
    work.push(...children(x));
  }
}

/** Does the expression mention the variable, or do anything that could reach it? Used to build values in place. */
export function mayTouch(root: TExpr, variable: TVar): boolean {
  const work: TExpr[] = [root];
  for (let x = work.pop(); x !== undefined; x = work.pop()) {
    if (x.kind === 'varref' && x.var === variable) return true;
    if (x.kind === 'funclit' || x.kind === 'closurecall') return true;
    work.push(...children(x));
  }
  return false;
}

/** May evaluating the expression change anything? */
export function hasEffects(root: TExpr): boolean {
  const work: TExpr[] = [root];
  for (let x = work.pop(); x !== undefined; x = work.pop()) {
    if (x.kind === 'call' || x.kind === 'closurecall' || x.kind === 'intrinsic') return true;
    work.push(...children(x));
  }
  return false;
}
