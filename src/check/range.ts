/**
 * `for … range` over integers, arrays, pointers to arrays, slices, strings, iterator functions and Go maps.
 *
 *     for i, b := range p[:n]   →   range slice, key TVar i, value TVar b
 */

import type { Expr, Range } from '../ast/ast.ts';
import type { TExpr, TRange, TStmt, TVar } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import { checkTarget, declareVariable } from './assign.ts';
import { assignTo, convertUntyped, tree } from './convert.ts';
import { checkValue } from './expr.ts';
import { defaultType } from './infer.ts';
import { describe, type Operand, report, textOf, value } from './operand.ts';
import { rangeOverMap, visitEnv } from './rangemap.ts';
import { badExpr, type Env, inner, newVar } from './scope.ts';
import { checkBlock } from './stmt.ts';
import {
  coreType,
  intType,
  invalidType,
  isInteger,
  isString,
  isUntyped,
  runeType,
  stringType,
  under,
} from './types.ts';

interface Shape {
  readonly over: TRange['over'] | 'map';
  /** Types of the first and second variable; null: there is none. */
  readonly key: Type | null;
  readonly value: Type | null;
}

function iteratorShape(type: Type): Shape | null {
  if (type.kind !== 'func' || type.params.length !== 1 || type.results.length > 0) return null;
  const yielded = under(type.params[0] ?? invalidType);
  if (yielded.kind !== 'func' || yielded.params.length > 2) return null;
  const [result] = yielded.results;
  if (result === undefined || yielded.results.length !== 1 || under(result).kind !== 'basic') return null;
  return { over: 'func', key: yielded.params[0] ?? null, value: yielded.params[1] ?? null };
}

function shapeOf(type: Type): Shape | null {
  const core = coreType(type);
  if (core === null) return isInteger(type) ? { over: 'int', key: type, value: null } : null;
  if (isInteger(core)) return { over: 'int', key: type, value: null };
  if (isString(core)) return { over: 'string', key: intType, value: runeType };
  switch (core.kind) {
    case 'array':
      return { over: 'array', key: intType, value: core.elem };
    case 'slice':
      return { over: 'slice', key: intType, value: core.elem };
    case 'map':
      return { over: 'map', key: core.key, value: core.value };
    case 'pointer': {
      const elem = under(core.elem);
      return elem.kind === 'array' ? { over: 'arrayptr', key: intType, value: elem.elem } : null;
    }
    default:
      return iteratorShape(core);
  }
}

/** The ranged expression with its final type: an untyped number takes the type of an assigned variable. */
function rangeOperand(env: Env, stmt: Range): Operand {
  const op = checkValue(env, stmt.x);
  if (op.mode === 'invalid' || !isUntyped(op.type)) return op;
  if (isString(op.type)) return convertUntyped(env, op, stringType) ?? op;
  if (op.mode === 'const' && op.value.kind === 'int') {
    const target = stmt.op === '=' && stmt.key !== null ? checkTarget(env, stmt.key) : null;
    const wanted = target?.mode === 'value' && isInteger(target.type) ? target.type : defaultType(op.type);
    return convertUntyped(env, op, isInteger(wanted) ? wanted : intType) ?? op;
  }
  return op;
}

export function checkRange(env: Env, stmt: Range, label: string | null): TStmt {
  const op = rangeOperand(env, stmt);
  const shape = op.mode === 'invalid' || op.mode === 'nil' ? null : shapeOf(op.type);
  if (shape === null && op.mode !== 'invalid')
    report(env, 'cannot-range', stmt.x.span, { text: describe(env, op) });
  if (shape !== null) requireCount(env, stmt, shape, op);
  const visit = shape?.over === 'map' ? visitEnv(env) : env;
  const scope = inner(visit);
  const x = shape === null ? badExpr(stmt.x.span, invalidType) : tree(env, op);
  const blank = (e: Expr | null): boolean => e === null || (e.kind === 'Ident' && e.name === '_');
  if (stmt.op === ':=' && stmt.key !== null && blank(stmt.key) && blank(stmt.value))
    report(env, 'define-nothing-new', stmt.key.span, {});
  const key = target(visit, scope, stmt, stmt.key, shape?.key ?? invalidType);
  const second = target(visit, scope, stmt, stmt.value, shape?.value ?? invalidType);
  for (const variable of [key, second]) if (variable?.kind === 'var') declareVariable(scope, variable);
  const body = checkBlock(scope, stmt.body);
  const { span } = stmt;
  const parts = { span, key, value: second, x, body, label };
  if (shape?.over !== 'map') return { kind: 'range', over: shape?.over ?? 'int', ...parts };
  if (x.kind === 'mapref')
    return rangeOverMap(env, visit, parts, shape.key ?? invalidType, shape.value ?? invalidType);
  report(env, 'no-ebpf-form', x.span, { name: 'range over a map that is no package variable' });
  return body;
}

function requireCount(env: Env, stmt: Range, shape: Shape, op: Operand): void {
  const extra =
    stmt.value !== null && shape.value === null
      ? stmt.value
      : stmt.key !== null && shape.key === null
        ? stmt.key
        : null;
  if (extra !== null)
    report(env, 'range-too-many', extra.span, {
      text: textOf(env, op.span),
      most: shape.key === null ? 0 : 1,
    });
}

/** A new variable, an lvalue, or null for none and `_`. */
function target(env: Env, scope: Env, stmt: Range, expr: Expr | null, type: Type): TVar | TExpr | null {
  if (expr === null) return null;
  if (stmt.op === ':=') {
    // Other expressions on the left of := are the parser's to report.
    if (expr.kind !== 'Ident') return null;
    return expr.name === '_' ? null : newVar(scope.checker, expr.name, type, expr.span);
  }
  const op = checkTarget(env, expr);
  if (op?.mode !== 'value') return null;
  if (type !== invalidType)
    assignTo(env, value({ kind: 'nil', type, span: expr.span }), op.type, 'range clause');
  return op.x;
}
