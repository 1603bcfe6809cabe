/**
 * Statements: blocks, conditions, loops, returns, defers, and what is refused by name.
 * Assignments, switches and ranges have their own files.
 *
 * Invariant: the typed statements keep the order of the source; labels stay on the statements that they name.
 */

import type { Block, Decl, Defer, Expr, For, If, Return, Stmt } from '../ast/ast.ts';
import type { TBlock, TExpr, TIf, TStmt } from '../ast/typed.ts';
import { checkAssign, checkIncDec, declareVars } from './assign.ts';
import { checkArguments } from './call.ts';
import { assignTo, useDefault } from './convert.ts';
import { checkExpr, checkValue } from './expr.ts';
import { declareConst, declareType } from './local.ts';
import { describe, report, textOf } from './operand.ts';
import { checkRange } from './range.ts';
import { badExpr, type Env, inner, lookup } from './scope.ts';
import { checkSwitch } from './switch.ts';
import { invalidType, isBoolean } from './types.ts';

export function checkStmts(env: Env, stmts: readonly Stmt[]): TStmt[] {
  return stmts.flatMap((stmt) => checkStmt(env, stmt, null));
}

export function checkBlock(env: Env, block: Block): TBlock {
  return { kind: 'block', span: block.span, stmts: checkStmts(inner(env), block.stmts) };
}

/** A statement that stands where one only may: `if` and `switch` inits, `for` clauses. */
export function checkSimple(env: Env, stmt: Stmt | null): TStmt | null {
  if (stmt === null) return null;
  const [only, ...rest] = checkStmt(env, stmt, null);
  if (only === undefined) return null;
  return rest.length === 0 ? only : { kind: 'block', span: stmt.span, stmts: [only, ...rest] };
}

export function checkStmt(env: Env, stmt: Stmt, label: string | null): TStmt[] {
  switch (stmt.kind) {
    case 'Empty':
      return [];
    case 'Block':
      return [checkBlock(env, stmt)];
    case 'ExprStmt':
      return checkExprStmt(env, stmt.x);
    case 'Assign':
      return checkAssign(env, stmt);
    case 'IncDec':
      return checkIncDec(env, stmt);
    case 'DeclStmt':
      return stmt.decls.flatMap((decl) => checkDecl(env, decl));
    case 'If':
      return [checkIf(env, stmt)];
    case 'For':
      return [checkFor(env, stmt, label)];
    case 'Range':
      return [checkRange(env, stmt, label)];
    case 'Switch':
      return [checkSwitch(env, stmt, label)];
    case 'Return':
      return [checkReturn(env, stmt)];
    case 'Branch':
      if (stmt.keyword === 'fallthrough') return [];
      return [{ kind: 'branch', span: stmt.span, keyword: stmt.keyword, label: stmt.label?.name ?? null }];
    case 'Labeled': {
      const stmts = checkStmt(env, stmt.stmt, stmt.label.name);
      const [first, ...rest] = stmts;
      const labeled: TStmt = first ?? { kind: 'block', span: stmt.span, stmts: [] };
      return [{ kind: 'labeled', span: stmt.span, label: stmt.label.name, stmt: labeled }, ...rest];
    }
    case 'Defer':
      return checkDefer(env, stmt);
    case 'Go':
      checkExpr(env, stmt.call);
      return refused(env, 'no-goroutine', stmt);
    case 'Send':
      checkExpr(env, stmt.channel);
      checkExpr(env, stmt.value);
      return refused(env, 'no-channel', stmt);
    case 'Select':
      return refused(env, 'no-select', stmt);
    case 'TypeSwitch':
      checkExpr(env, stmt.x);
      return refused(env, 'no-type-switch', stmt);
    default:
      return stmt satisfies never;
  }
}

function refused(
  env: Env,
  code: 'no-goroutine' | 'no-channel' | 'no-select' | 'no-type-switch',
  stmt: Stmt,
): TStmt[] {
  report(env, code, stmt.span, {});
  if (stmt.kind === 'Select' || stmt.kind === 'TypeSwitch') {
    env.checker.skipped = true;
    for (let fn = env.fn; fn !== null; fn = fn.parent) fn.skipped = true;
  }
  return [];
}

function checkDecl(env: Env, decl: Decl): TStmt[] {
  switch (decl.kind) {
    case 'ConstDecl':
      declareConst(env, decl);
      return [];
    case 'TypeDecl':
      declareType(env, decl);
      return [];
    case 'VarDecl':
      return declareVars(env, decl);
    case 'FuncDecl':
      return [];
    default:
      return decl satisfies never;
  }
}

// ---------------------------------------------------------------- calls for their effect

/** Built-ins whose only purpose is their result. */
const pureBuiltins: ReadonlySet<string> = new Set([
  'append',
  'cap',
  'complex',
  'imag',
  'len',
  'make',
  'max',
  'min',
  'new',
  'real',
  'unsafe.Add',
  'unsafe.Alignof',
  'unsafe.Offsetof',
  'unsafe.Sizeof',
  'unsafe.Slice',
  'unsafe.SliceData',
  'unsafe.String',
  'unsafe.StringData',
]);

function unparen(expr: Expr): Expr {
  let at = expr;
  while (at.kind === 'Paren') at = at.x;
  return at;
}

/** Is the expression a call that may stand as a statement? */
function isEffect(env: Env, expr: Expr): boolean {
  const call = unparen(expr);
  if (call.kind !== 'Call') return false;
  const silent: Env = { ...env, sink: env.checker.silence };
  const fun = unparen(call.fun);
  if (fun.kind !== 'Ident' && fun.kind !== 'Selector' && fun.kind !== 'Index' && fun.kind !== 'Star')
    return fun.kind === 'FuncLit' || fun.kind === 'Call';
  if (fun.kind === 'Selector' && unparen(fun.x).kind !== 'Ident') return true;
  const callee = checkExpr(silent, fun);
  if (callee.mode === 'builtin') return !pureBuiltins.has(callee.name);
  return callee.mode !== 'type';
}

function checkExprStmt(env: Env, expr: Expr): TStmt[] {
  const op = checkExpr(env, expr);
  if (op.mode === 'invalid') return [];
  if (!isEffect(env, expr)) {
    report(env, 'unused-result', expr.span, { text: describe(env, op) });
    return [];
  }
  return op.mode === 'value' ? [{ kind: 'expr', span: expr.span, x: op.x }] : [];
}

function checkDefer(env: Env, stmt: Defer): TStmt[] {
  const call = unparen(stmt.call);
  // Something else than a call is the parser's to report.
  if (call.kind !== 'Call') return [];
  const repeated = env.fn?.repeated.some((r) => r.start <= stmt.span.start && stmt.span.end <= r.end);
  const op = checkExpr(env, call);
  if (op.mode === 'invalid') return [];
  if (!isEffect(env, call)) {
    report(env, 'defer-discards', stmt.span, { text: textOf(env, call.fun.span) });
    return [];
  }
  if (repeated === true) {
    report(env, 'defer-repeated', stmt.span, {});
    return [];
  }
  return op.mode === 'value' ? [{ kind: 'defer', span: stmt.span, call: op.x }] : [];
}

// ---------------------------------------------------------------- conditions and loops

/** A condition, of any boolean type. */
export function checkCondition(env: Env, expr: Expr, where: string): TExpr {
  const op = checkValue(env, expr);
  if (op.mode === 'invalid') return badExpr(expr.span, invalidType);
  if (op.mode === 'nil' || !isBoolean(op.type)) {
    report(env, 'condition-not-bool', expr.span, { text: describe(env, op), where });
    return badExpr(expr.span, invalidType);
  }
  return useDefault(env, op);
}

/** An `else if` chain is built from its end, so that its length needs no deep stack. */
function checkIf(env: Env, stmt: If): TIf {
  const links: Omit<TIf, 'else'>[] = [];
  let last: TBlock | null = null;
  let scope = env;
  for (let at: If | Block | null = stmt; at !== null; ) {
    if (at.kind === 'Block') {
      last = checkBlock(scope, at);
      break;
    }
    if (at.init !== null) scope = inner(scope);
    const init = checkSimple(scope, at.init);
    const cond = checkCondition(scope, at.cond, 'if statement');
    links.push({ kind: 'if', span: at.span, init, cond, then: checkBlock(scope, at.then) });
    at = at.else;
  }
  let chain: TBlock | TIf | null = last;
  let result: TIf | null = null;
  for (const link of links.reverse()) {
    result = { ...link, else: chain };
    chain = result;
  }
  if (result === null) throw new Error('an if statement has a condition');
  return result;
}

function checkFor(env: Env, stmt: For, label: string | null): TStmt {
  const scope = inner(env);
  const init = checkSimple(scope, stmt.init);
  const cond = stmt.cond === null ? null : checkCondition(scope, stmt.cond, 'for statement');
  const post = checkSimple(scope, stmt.post);
  return { kind: 'for', span: stmt.span, init, cond, post, body: checkBlock(scope, stmt.body), label };
}

// ---------------------------------------------------------------- return

function checkReturn(env: Env, stmt: Return): TStmt {
  const { fn } = env;
  const none: TStmt = { kind: 'return', span: stmt.span, values: [] };
  if (fn === null) return none;
  const wanted = fn.results;
  if (stmt.results.length === 0) {
    if (wanted.length > 0 && !fn.namedResults)
      report(env, 'not-enough-results', stmt.span, { have: 0, want: wanted.length });
    for (const result of fn.namedResults ? wanted : []) {
      const seen = lookup(env.scope, result.name);
      if (result.name === '_' || (seen?.kind === 'local' && seen.var === result)) continue;
      report(env, 'result-shadowed', stmt.span, { name: result.name }, [
        { span: seen?.span ?? result.span, message: 'it is shadowed here' },
      ]);
    }
    return none;
  }
  const args = checkArguments(env, stmt.results);
  const have = args.operands.length;
  const first = stmt.results[0];
  if (args.operands.some((op) => op.mode === 'invalid') && have !== wanted.length) return none;
  if (wanted.length === 0 && first !== undefined) {
    report(env, 'too-many-results', first.span, { have, want: 0 });
    return none;
  }
  if (have !== wanted.length) {
    report(env, have < wanted.length ? 'not-enough-results' : 'too-many-results', (first ?? stmt).span, {
      have,
      want: wanted.length,
    });
    return none;
  }
  const values = args.operands.map((op, i) =>
    assignTo(env, op, wanted[i]?.type ?? invalidType, 'return statement'),
  );
  return { kind: 'return', span: stmt.span, values: args.tuple === null ? values : [args.tuple] };
}
