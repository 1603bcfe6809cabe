/**
 * Indexes, slices, and instantiation by brackets.
 *
 *     p[i]  with p *[8]T   →   index(deref(p), i)        a[1:3]   →   slice of the addressable a
 *
 * Constant bounds are checked here; the others when the program runs.
 */

import type { Expr, Index, SliceExpr } from '../ast/ast.ts';
import type { TExpr } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import { assignTo, convertUntyped, tree } from './convert.ts';
import { checkExpr, checkValue, requireValue } from './expr.ts';
import { forgottenPart } from './forget.ts';
import { instantiateFunc, instantiateType, isGenericFunc, opaqueInstance } from './instances.ts';
import { dereferenced, markAddressed, rootVariable } from './members.ts';
import { describe, invalid, type Operand, refuse, report, textOf, typeOperand, value } from './operand.ts';
import type { Env } from './scope.ts';
import {
  basic,
  byteType,
  coreType,
  intType,
  invalidType,
  isInteger,
  isInvalid,
  isString,
  isUntyped,
  slice,
  under,
} from './types.ts';
import { checkType } from './typexpr.ts';

export function checkIndex(env: Env, expr: Index): Operand {
  const op = checkExpr(env, expr.x);
  if (op.mode === 'generictype') {
    const args = expr.indices.map((index) => checkType(env, index));
    const type = instantiateType(env, op.entity, args, expr.span);
    return type === invalidType ? invalid(expr.span) : typeOperand(expr.span, type);
  }
  if (op.mode === 'func' && isGenericFunc(op.entity)) return instantiatedFunc(env, op, expr);
  const x = requireValue(env, op);
  const [index] = expr.indices;
  if (x.mode === 'invalid' || index === undefined) {
    for (const each of expr.indices) checkExpr(env, each);
    return invalid(expr.span);
  }
  if (expr.indices.length > 1 || x.mode === 'func')
    return refuse(env, 'cannot-index', expr.span, { text: describe(env, x) });
  return indexed(env, x, index, expr);
}

function instantiatedFunc(env: Env, op: Extract<Operand, { mode: 'func' }>, expr: Index): Operand {
  const typeArgs = expr.indices.map((index) => checkType(env, index));
  if (typeArgs.includes(invalidType)) return invalid(expr.span);
  const complete = opaqueInstance(op.entity).typeArgs.length === typeArgs.length;
  const type = complete ? instantiateFunc(env, op.entity, typeArgs, expr.span).signature : invalidType;
  return { ...op, span: expr.span, typeArgs, type };
}

function indexed(env: Env, x: Operand, index: Expr, expr: Index): Operand {
  const core = coreType(x.type);
  const pointed = core?.kind === 'pointer' ? coreType(core.elem) : null;
  const { span } = expr;
  if (core?.kind === 'map') return mapIndex(env, x, index, span, core.key, core.value);
  if (core !== null && isString(core)) return stringIndex(env, x, index, span);
  if (x.mode === 'value' && core?.kind === 'array') {
    const i = checkIndexValue(env, index, core.length);
    if (i !== null) requireConstantIndex(env, x.x, core.elem, i);
    return i === null
      ? invalid(span)
      : value({ kind: 'index', type: core.elem, span, x: x.x, i }, x.addressable);
  }
  if (x.mode === 'value' && pointed?.kind === 'array') {
    const i = checkIndexValue(env, index, pointed.length);
    if (i === null) return invalid(span);
    return value({ kind: 'index', type: pointed.elem, span, x: dereferenced(x.x), i }, true);
  }
  if (x.mode === 'value' && core?.kind === 'slice') {
    const i = checkIndexValue(env, index, null);
    return i === null ? invalid(span) : value({ kind: 'index', type: core.elem, span, x: x.x, i }, true);
  }
  checkExpr(env, index);
  return refuse(env, 'cannot-index', span, { text: describe(env, x) });
}

/** Pointers on the stack are known to the verifier at constant offsets only. */
function requireConstantIndex(env: Env, x: TExpr, elem: Type, i: TExpr): void {
  if (i.kind === 'const' || rootVariable(x)?.kind !== 'varref') return;
  const part = forgottenPart(elem);
  if (part !== null) report(env, 'pointer-array-index', i.span, { part: part.what });
}

function mapIndex(env: Env, x: Operand, index: Expr, span: Span, key: Type, elem: Type): Operand {
  const k = assignToKey(env, index, key);
  if (x.mode !== 'value' || isInvalid(elem)) return invalid(span);
  return { ...value({ kind: 'index', type: elem, span, x: x.x, i: k }), mapElement: true };
}

function assignToKey(env: Env, index: Expr, key: Type): TExpr {
  const op = checkValue(env, index);
  return assignTo(env, op, key, 'map index');
}

function stringIndex(env: Env, x: Operand, index: Expr, span: Span): Operand {
  const length = x.mode === 'const' && x.value.kind === 'string' ? x.value.value.length : null;
  const i = checkIndexValue(env, index, length);
  if (i === null) return invalid(span);
  const typed = convertUntyped(env, x, basic('string'));
  return value({ kind: 'index', type: byteType, span, x: tree(env, typed ?? x), i });
}

/** An index or slice bound: any integer; a constant must not be negative nor reach `length`. null after an error. */
export function checkIndexValue(
  env: Env,
  expr: Expr,
  length: number | null,
  inclusive = false,
): TExpr | null {
  const op = checkValue(env, expr);
  if (op.mode === 'invalid') return null;
  const typed = isUntyped(op.type) ? convertUntyped(env, op, intType) : op;
  if (typed === null || op.mode === 'nil' || (typed.mode !== 'invalid' && !isInteger(typed.type))) {
    report(env, 'index-type', expr.span, { text: describe(env, op) });
    return null;
  }
  if (typed.mode === 'invalid') return null;
  if (typed.mode === 'const' && typed.value.kind === 'int') {
    const index = typed.value.value;
    if (index < 0n) {
      report(env, 'index-negative', expr.span, { text: textOf(env, expr.span) });
      return null;
    }
    if (length !== null && (inclusive ? index > BigInt(length) : index >= BigInt(length))) {
      report(env, 'index-out-of-range', expr.span, { index, length });
      return null;
    }
  }
  return tree(env, typed);
}

// ---------------------------------------------------------------- slices

export function checkSlice(env: Env, expr: SliceExpr): Operand {
  const x = checkValue(env, expr.x);
  const target = x.mode === 'invalid' ? null : sliceTarget(env, x, expr);
  const length = target?.length ?? null;
  const bound = (e: Expr | null): TExpr | null => (e === null ? null : checkIndexValue(env, e, length, true));
  const low = bound(expr.low);
  const high = bound(expr.high);
  const max = bound(expr.max);
  if (target === null) return invalid(expr.span);
  if (expr.max !== null && isString(target.type)) return refuse(env, 'slice-string-three', expr.span, {});
  const constants = [low, high, max].flatMap((b) =>
    b?.kind === 'const' && b.value.kind === 'int' ? [b] : [],
  );
  for (const [i, b] of constants.entries()) {
    const next = constants[i + 1];
    if (next === undefined || b.value.kind !== 'int' || next.value.kind !== 'int') continue;
    if (b.value.value > next.value.value)
      return refuse(env, 'slice-bounds-swapped', next.span, { low: b.value.value, high: next.value.value });
  }
  if ((expr.low && !low) || (expr.high && !high) || (expr.max && !max)) return invalid(expr.span);
  return value({ kind: 'slice', type: target.type, span: expr.span, x: target.x, low, high, max });
}

interface SliceTarget {
  readonly x: TExpr;
  readonly type: Type;
  readonly length: number | null;
}

function sliceTarget(env: Env, x: Operand, expr: SliceExpr): SliceTarget | null {
  const core = coreType(x.type);
  if (core !== null && isString(core)) {
    const typed = convertUntyped(env, x, basic('string')) ?? x;
    const length = x.mode === 'const' && x.value.kind === 'string' ? x.value.value.length : null;
    return { x: tree(env, typed), type: isUntyped(x.type) ? basic('string') : x.type, length };
  }
  if (x.mode === 'value' && core?.kind === 'slice') return { x: x.x, type: x.type, length: null };
  const pointed = core?.kind === 'pointer' ? under(core.elem) : null;
  if (x.mode === 'value' && pointed?.kind === 'array')
    return { x: dereferenced(x.x), type: slice(pointed.elem), length: pointed.length };
  if (x.mode === 'value' && core?.kind === 'array') {
    if (!x.addressable) {
      report(env, 'slice-not-addressable', expr.span, { text: textOf(env, expr.x.span) });
      return null;
    }
    markAddressed(x.x);
    return { x: x.x, type: slice(core.elem), length: core.length };
  }
  report(env, 'cannot-slice', expr.span, { text: describe(env, x) });
  return null;
}
