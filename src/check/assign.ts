/**
 * Assignments and variable declarations.
 *
 *     v, ok := m[k]   →   assign [TVar v, TVar ok] = one index of tuple type        x <<= n   →   opassign
 *
 * New variables enter the scope after the right side has been checked.
 */

import type { Assign, BinaryOp, Expr, Ident, IncDec, VarDecl } from '../ast/ast.ts';
import type { TExpr, TOpAssign, TStmt, TVar } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import { binaryOperands } from './binary.ts';
import { intConst } from './constants.ts';
import { assignTo, convertUntyped, useDefault } from './convert.ts';
import { checkExpr, checkValue, noteCapture, requireValue } from './expr.ts';
import { checkFuncLit } from './funclit.ts';
import { sdkMapType } from './globals.ts';
import { defaultType } from './infer.ts';
import { markAssigned, rootVariable } from './members.ts';
import { constant, invalid, type Operand, refuse, report, textOf, value } from './operand.ts';
import { countAdvice } from './advice.ts';
import { requireCopyable } from './copyable.ts';
import { badExpr, type Env, type LocalEntity, lookup, newVar } from './scope.ts';
import { basic, boolType, invalidType, isInvalid, isNumeric, isUntyped } from './types.ts';
import { checkType } from './typexpr.ts';

// ---------------------------------------------------------------- declaring

/** Put a variable in scope. A name that the scope already has is an error. */
export function declareVariable(env: Env, variable: TVar): void {
  const { name, span } = variable;
  const { fn } = env;
  if (name === '_' || fn === null) return;
  const earlier = env.scope.names.get(name);
  if (earlier !== undefined)
    report(env, 'redeclared', span, { name }, [{ span: earlier.span, message: 'first declared here' }]);
  if (sdkMapType(variable.type) !== null) report(env, 'local-map', span, {});
  if (earlier !== undefined) return;
  const entity: LocalEntity = { kind: 'local', name, span, var: variable, owner: fn, used: false };
  env.scope.names.set(name, entity);
  fn.locals.push(entity);
}

export function declareVars(env: Env, decl: VarDecl): TStmt[] {
  const type = decl.type === null ? null : checkType(env, decl.type);
  const make = (name: Ident, t: Type): TVar => newVar(env.checker, name.name, t, name.span);
  if (decl.values.length === 0) {
    const vars = decl.names.map((name) => make(name, type ?? invalidType));
    for (const variable of vars) declareVariable(env, variable);
    return [{ kind: 'declare', span: decl.span, vars, values: null }];
  }
  const right = rightSide(env, decl.values, decl.names.length, decl.names[0] ?? decl, []);
  const vars: TVar[] = [];
  const values: TExpr[] = [];
  for (const [i, name] of decl.names.entries()) {
    const op = right.operands[i] ?? invalid(name.span);
    const x =
      type === null ? useDefault(env, mapValue(env, op)) : assignTo(env, op, type, 'variable declaration');
    vars.push(make(name, type ?? defaultType(x.type)));
    values.push(x);
  }
  for (const variable of vars) declareVariable(env, variable);
  return finish(decl, vars, right, values);
}

function finish(
  at: { readonly span: TStmt['span'] },
  vars: readonly TVar[],
  right: RightSide,
  values: TExpr[],
): TStmt[] {
  if (right.tuple === null) return [{ kind: 'declare', span: at.span, vars, values }];
  if (right.tuple.kind === 'index')
    return [{ kind: 'assign', span: at.span, lhs: vars, values: [right.tuple] }];
  return [{ kind: 'declare', span: at.span, vars, values: [right.tuple] }];
}

/** `x := m` of a map variable would copy what the kernel holds. */
function mapValue(env: Env, op: Operand): Operand {
  if (op.mode !== 'value' || op.x.kind !== 'mapref') return op;
  return refuse(env, 'map-as-value', op.span, { name: textOf(env, op.span) });
}

// ---------------------------------------------------------------- right sides

interface RightSide {
  /** One per wanted value. */
  readonly operands: readonly Operand[];
  /** The call or comma-ok index that gives them all. */
  readonly tuple: TExpr | null;
}

function spread(types: readonly Type[], span: Operand['span']): readonly Operand[] {
  return types.map((type) => value({ kind: 'nil', type, span }));
}

/** Check the values of an assignment to `want` targets; `at` is where Go reports a wrong count. */
function rightSide(
  env: Env,
  exprs: readonly Expr[],
  want: number,
  at: { readonly span: Operand['span'] },
  targets: readonly TVar[],
): RightSide {
  const [only] = exprs;
  if (exprs.length === 1 && want > 1 && only !== undefined) {
    const op = checkExpr(env, only);
    if (op.mode === 'invalid') return { operands: [], tuple: null };
    if (op.mode === 'value' && op.type.kind === 'tuple' && op.type.types.length === want)
      return { operands: spread(op.type.types, op.span), tuple: op.x };
    if (op.mode === 'value' && op.mapElement && want === 2 && op.x.kind === 'index') {
      const types = [op.type, boolType];
      return {
        operands: spread([op.type, basic('untyped bool')], op.span),
        tuple: { ...op.x, type: { kind: 'tuple', types } },
      };
    }
    const have = op.mode === 'value' && op.type.kind === 'tuple' ? op.type.types.length : 1;
    report(env, 'assignment-count', at.span, { have, want, advice: countAdvice(env, op, want, have) });
    return { operands: [], tuple: null };
  }
  if (exprs.length !== want) {
    for (const each of exprs) checkExpr(env, each);
    report(env, 'assignment-count', at.span, { have: exprs.length, want, advice: '' });
    return { operands: [], tuple: null };
  }
  return { operands: exprs.map((expr) => valueFor(env, expr, targets, at)), tuple: null };
}

/** One value. A function literal knows the variables that it is assigned to, so that a call of itself is seen. */
function valueFor(
  env: Env,
  expr: Expr,
  targets: readonly TVar[],
  at: { readonly span: Operand['span'] },
): Operand {
  if (expr.kind === 'FuncLit') return checkFuncLit(env, expr, new Set(targets));
  const op = checkExpr(env, expr);
  if (op.mode === 'value' && op.type.kind === 'tuple' && op.type.types.length > 1)
    return refuse(env, 'assignment-count', at.span, {
      have: op.type.types.length,
      want: 1,
      advice: countAdvice(env, op, 1, op.type.types.length),
    });
  return requireValue(env, op);
}

// ---------------------------------------------------------------- assignment

export function checkAssign(env: Env, stmt: Assign): TStmt[] {
  if (stmt.op === ':=') return checkDefine(env, stmt);
  if (stmt.op !== '=') return checkOpAssign(env, stmt);
  const targets = stmt.lhs.map((expr) => checkTarget(env, expr));
  const vars = targets.flatMap((t) => (t?.mode === 'value' && t.x.kind === 'varref' ? [t.x.var] : []));
  const right = rightSide(env, stmt.rhs, stmt.lhs.length, stmt.lhs[0] ?? stmt, vars);
  if (right.operands.length !== targets.length) return [];
  const values = right.operands.map((op, i) => assignToTarget(env, op, targets[i] ?? null));
  const lhs = targets.map((t) => (t?.mode === 'value' ? t.x : null));
  for (const x of lhs) if (x !== null) requireCopyable(env, x);
  return [{ kind: 'assign', span: stmt.span, lhs, values: right.tuple === null ? values : [right.tuple] }];
}

function assignToTarget(env: Env, op: Operand, target: Operand | null): TExpr {
  if (target === null) return useDefault(env, mapValue(env, op));
  return target.mode === 'value'
    ? assignTo(env, op, target.type, 'assignment')
    : badExpr(op.span, invalidType);
}

/** The left side of `=`: null for `_`. Assigning is not using. */
export function checkTarget(env: Env, expr: Expr): Operand | null {
  let at = expr;
  while (at.kind === 'Paren') at = at.x;
  if (at.kind === 'Ident' && at.name === '_') return null;
  const entity = at.kind === 'Ident' ? lookup(env.scope, at.name) : null;
  if (entity?.kind === 'local') {
    entity.var.assigned = true;
    noteCapture(env.fn, entity);
    if (isInvalid(entity.var.type)) return invalid(expr.span);
    return value({ kind: 'varref', type: entity.var.type, span: expr.span, var: entity.var }, true);
  }
  const op = requireValue(env, checkExpr(env, expr));
  if (op.mode === 'invalid') return op;
  return requireAssignable(env, op);
}

function requireAssignable(env: Env, op: Operand): Operand {
  if (op.mode !== 'value' || (!op.addressable && !op.mapElement))
    return refuse(env, isFieldOfMapElement(op) ? 'assign-map-field' : 'not-assignable', op.span, {
      text: textOf(env, op.span),
    });
  if (op.x.kind === 'mapref') return refuse(env, 'map-as-value', op.span, { name: op.x.map.name });
  const root = rootVariable(op.x);
  if (root?.kind === 'globalref' && root.global.config)
    return refuse(env, 'config-read-only', op.span, { name: root.global.name });
  markAssigned(op.x);
  return op;
}

function isFieldOfMapElement(op: Operand): boolean {
  if (op.mode !== 'value') return false;
  let at = op.x;
  while (at.kind === 'field') at = at.x;
  return at !== op.x && at.kind === 'index' && at.x.kind === 'mapref';
}

// ---------------------------------------------------------------- x := y

function checkDefine(env: Env, stmt: Assign): TStmt[] {
  const seen = new Set<string>();
  const repeated = new Set<number>();
  const isNew = stmt.lhs.map((expr, i) => {
    // Other expressions on the left of := are the parser's to report.
    if (expr.kind !== 'Ident') return false;
    if (expr.name === '_') return false;
    if (seen.has(expr.name)) {
      report(env, 'define-repeated', expr.span, { name: expr.name });
      repeated.add(i);
      return false;
    }
    seen.add(expr.name);
    return !env.scope.names.has(expr.name);
  });
  const allNames = stmt.lhs.every((expr) => expr.kind === 'Ident');
  if (allNames && !isNew.includes(true)) report(env, 'define-nothing-new', stmt.opSpan, {});
  const known = stmt.lhs.map((expr, i) =>
    isNew[i] === true || expr.kind !== 'Ident' || repeated.has(i) ? null : checkTarget(env, expr),
  );
  const right = rightSide(env, stmt.rhs, stmt.lhs.length, stmt.lhs[0] ?? stmt, []);
  const values: TExpr[] = [];
  const lhs = stmt.lhs.map((expr, i): TExpr | TVar | null => {
    const op = right.operands[i] ?? invalid(expr.span);
    if (isNew[i] === true && expr.kind === 'Ident') {
      const x = useDefault(env, mapValue(env, op));
      values.push(x);
      return newVar(env.checker, expr.name, defaultType(x.type), expr.span);
    }
    const target = known[i] ?? null;
    values.push(assignToTarget(env, op, target));
    return target?.mode === 'value' ? target.x : null;
  });
  const fresh = lhs.filter((l): l is TVar => l !== null && l.kind === 'var');
  for (const variable of fresh) declareVariable(env, variable);
  if (fresh.length === lhs.length) return finish(stmt, fresh, right, values);
  return [{ kind: 'assign', span: stmt.span, lhs, values: right.tuple === null ? values : [right.tuple] }];
}

// ---------------------------------------------------------------- x op= y

const binaryOps = {
  '+=': '+',
  '-=': '-',
  '*=': '*',
  '/=': '/',
  '%=': '%',
  '&=': '&',
  '|=': '|',
  '^=': '^',
  '<<=': '<<',
  '>>=': '>>',
  '&^=': '&^',
} as const satisfies Record<Exclude<Assign['op'], '=' | ':='>, BinaryOp>;

function checkOpAssign(env: Env, stmt: Assign): TStmt[] {
  const [left, right] = [stmt.lhs[0], stmt.rhs[0]];
  if (left === undefined || right === undefined || stmt.op === '=' || stmt.op === ':=') return [];
  // Several operands are the parser's to report.
  if (stmt.lhs.length !== 1 || stmt.rhs.length !== 1) return [];
  return opAssign(env, stmt, binaryOps[stmt.op], left, checkValue(env, right));
}

function opAssign(
  env: Env,
  stmt: Assign | IncDec,
  op: (typeof binaryOps)[keyof typeof binaryOps],
  left: Expr,
  y: Operand,
): TStmt[] {
  const x = checkValue(env, left);
  if (x.mode === 'invalid' || y.mode === 'invalid') return [];
  const target = requireAssignable(env, x);
  if (target.mode !== 'value') return [];
  const opSpan = stmt.kind === 'Assign' ? stmt.opSpan : stmt.span;
  const result = binaryOperands(env, op, x, y, stmt.span, opSpan);
  if (result.mode !== 'value') return [];
  const made = convertUntyped(env, result, target.type);
  if (made?.mode !== 'value' || (made.x.kind !== 'arith' && made.x.kind !== 'shift')) return [];
  const node: TOpAssign = { kind: 'opassign', span: stmt.span, op, x: target.x, y: made.x.y };
  return [node];
}

export function checkIncDec(env: Env, stmt: IncDec): TStmt[] {
  const silent = checkValue(env, stmt.x);
  if (silent.mode === 'invalid') return [];
  if (silent.mode === 'nil' || !isNumeric(silent.type) || isUntyped(silent.type)) {
    report(env, silent.mode === 'const' ? 'not-assignable' : 'inc-dec-operand', stmt.x.span, {
      text: textOf(env, stmt.x.span),
    });
    return [];
  }
  const one = constant(stmt.span, basic('untyped int'), intConst(1));
  return opAssign(env, stmt, stmt.op === '++' ? '+' : '-', stmt.x, one);
}
