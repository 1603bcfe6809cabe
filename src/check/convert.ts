/**
 * Operands to typed trees: implicit conversion of untyped values, assignability, and `T(x)`.
 *
 *     var x uint8 = 1 << 3   →   const uint8 8          if a == b {…}   →   compare, type bool
 *
 * What comes out never has an untyped type.
 */

import type { Expr } from '../ast/ast.ts';
import type { TExpr } from '../ast/typed.ts';
import type { ConstValue, Type } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import { constString, integerRange, representable, utf8 } from './constants.ts';
import { assignAdvice } from './advice.ts';
import { requireCopyable } from './copyable.ts';
import { defaultType, typeArgsFor } from './infer.ts';
import { instantiateFunc, isGenericFunc, opaqueInstance, requireConstraints } from './instances.ts';
import { sizeof } from './layout.ts';
import {
  type ConstOperand,
  constant,
  describe,
  invalid,
  type Operand,
  refuse,
  report,
  show,
  textOf,
  value,
} from './operand.ts';
import { assignableTypes, nilFits } from './satisfy.ts';
import { badExpr, type Env, type FuncEntity } from './scope.ts';
import {
  coreType,
  identical,
  invalidType,
  isBoolean,
  isConstType,
  isFloatOrComplex,
  isInteger,
  isInvalid,
  isNumeric,
  isString,
  isUnsafePointer,
  isUntyped,
  typeSet,
  under,
} from './types.ts';

// ---------------------------------------------------------------- constants

/** Report a constant that its type cannot hold; true when it fits. */
export function requireRepresentable(env: Env, constantValue: ConstValue, type: Type, span: Span): boolean {
  if (type.kind === 'typeparam') {
    const terms = typeSet(type);
    return terms === null
      ? false
      : terms.every((term) => requireRepresentable(env, constantValue, term.type, span));
  }
  const u = under(type);
  if (u.kind !== 'basic') return false;
  const verdict = representable(constantValue, u.name);
  if (verdict === 'yes') return true;
  const args = { value: constString(constantValue), type: show(env, type) };
  const range = integerRange(u.name);
  if (verdict === 'overflows' && range !== null) {
    const low = range.signed ? -(1n << BigInt(range.bits - 1)) : 0n;
    const high = (1n << BigInt(range.signed ? range.bits - 1 : range.bits)) - 1n;
    report(env, 'constant-overflow', span, { ...args, low, high });
  } else if (verdict === 'truncated') report(env, 'constant-truncated', span, args);
  else report(env, 'cannot-convert-constant', span, { ...args, text: textOf(env, span) });
  return false;
}

/** Does an untyped constant of this kind go with the type at all (its value aside)? */
function kindsAgree(value: ConstValue, type: Type): boolean {
  if (value.kind === 'bool') return isBoolean(type);
  return value.kind === 'string' ? isString(type) : isNumeric(type);
}

// ---------------------------------------------------------------- untyped values that are not constant

/** Give an untyped tree (comparison, shift of an untyped constant, what is built of them) its type. */
function retype(env: Env, x: TExpr, type: Type): TExpr {
  const spine: TExpr[] = [];
  let at = x;
  while ((at.kind === 'arith' || at.kind === 'logical') && isUntyped(at.type)) {
    spine.push(at);
    at = at.x;
  }
  let result = retypeLeaf(env, at, type);
  for (const node of spine.reverse()) {
    if (node.kind === 'arith' || node.kind === 'logical')
      result = { ...node, type, x: result, y: retype(env, node.y, type) };
  }
  return result;
}

function retypeLeaf(env: Env, x: TExpr, type: Type): TExpr {
  if (!isUntyped(x.type)) return x;
  switch (x.kind) {
    case 'const':
      requireRepresentable(env, x.value, type, x.span);
      return { ...x, type };
    case 'shift':
      if (!isInteger(type))
        report(env, 'shift-operand', x.span, { text: textOf(env, x.x.span), type: show(env, type) });
      return { ...x, type, x: retype(env, x.x, type) };
    case 'unary':
      return { ...x, type, x: retype(env, x.x, type) };
    case 'compare':
      return { ...x, type };
    default:
      return x;
  }
}

/** An untyped operand as one of `type`; null: the kinds do not go together (nothing was reported). */
export function convertUntyped(env: Env, op: Operand, type: Type): Operand | null {
  if (op.mode === 'invalid' || isInvalid(type)) return invalid(op.span);
  if (op.mode === 'nil') return nilFits(type) ? value({ kind: 'nil', type, span: op.span }) : null;
  if (!isUntyped(op.type)) return op;
  if (isUntyped(type)) return op;
  const target = under(type).kind === 'interface' && type.kind !== 'typeparam' ? defaultType(op.type) : type;
  if (op.mode === 'const') {
    if (!kindsAgree(op.value, target)) return null;
    if (!requireRepresentable(env, op.value, target, op.span)) return invalid(op.span);
    if (target.kind === 'typeparam')
      return value({ kind: 'const', type: target, span: op.span, value: op.value });
    return constant(op.span, target, op.value);
  }
  if (op.mode !== 'value') return null;
  if (isBoolean(op.type) ? !isBoolean(target) : !isNumeric(target)) return null;
  return { ...op, type: target, x: retype(env, op.x, target) };
}

// ---------------------------------------------------------------- values

/** The typed tree of an operand whose type is final. */
export function tree(env: Env, op: Operand): TExpr {
  switch (op.mode) {
    case 'const':
      return { kind: 'const', type: op.type, span: op.span, value: op.value };
    case 'value':
      return op.x;
    case 'func':
      return functionValue(env, op.span, op.entity, op.typeArgs, op.receiver);
    default:
      return badExpr(op.span, invalidType);
  }
}

function functionValue(
  env: Env,
  span: Span,
  entity: FuncEntity,
  typeArgs: readonly Type[] | null,
  receiver: TExpr | null,
): TExpr {
  const bad = badExpr(span, invalidType);
  if (receiver !== null) {
    report(env, 'method-value', span, { name: entity.name });
    return bad;
  }
  if (entity.intrinsic) {
    report(env, 'sdk-function-value', span, { name: textOf(env, span) });
    return bad;
  }
  if (isGenericFunc(entity) && typeArgs === null) {
    report(env, 'generic-without-arguments', span, { name: entity.name });
    return bad;
  }
  const instance = instantiateFunc(env, entity, typeArgs ?? [], span);
  if (env.fn?.instance) env.checker.edges.push({ from: env.fn.instance, to: instance, span });
  env.global?.funcs.add(instance);
  return { kind: 'funcref', type: instance.signature, span, func: instance.func };
}

/** The operand with its default type: what `x := …` and format arguments take. */
export function useDefault(env: Env, op: Operand): TExpr {
  if (op.mode === 'func') return tree(env, op);
  if (op.mode === 'nil') {
    report(env, 'untyped-nil', op.span, {});
    return badExpr(op.span, invalidType);
  }
  const type = defaultType(op.type);
  if (isFloatOrComplex(type) && env.pkg.texts === null) {
    report(env, 'no-float', op.span, {});
    return badExpr(op.span, invalidType);
  }
  const typed = convertUntyped(env, op, type);
  if (typed === null) return badExpr(op.span, invalidType);
  const x = tree(env, typed);
  requireCopyable(env, x);
  return x;
}

function isMapVariable(op: Operand): boolean {
  return op.mode === 'value' && op.x.kind === 'mapref';
}

/** A generic function takes the type arguments that the wanted function type implies. */
function instantiatedFor(env: Env, op: Operand, type: Type): Operand {
  if (op.mode !== 'func' || !isInvalid(op.type) || op.receiver !== null || !isGenericFunc(op.entity))
    return op;
  const wanted = coreType(type);
  if (wanted?.kind !== 'func') return op;
  const typeArgs = typeArgsFor(opaqueInstance(op.entity), op.typeArgs ?? [], wanted);
  if (typeArgs === null) return op;
  const instance = instantiateFunc(env, op.entity, typeArgs, op.span);
  requireConstraints(env, instance, op.span);
  return { ...op, typeArgs, type: instance.signature };
}

/** The operand as a value for a variable of `type`; `where` completes "cannot use … in". */
export function assignTo(env: Env, given: Operand, type: Type, where: string): TExpr {
  const op = instantiatedFor(env, given, type);
  if (op.mode === 'invalid' || isInvalid(type) || isInvalid(op.type)) {
    // A function operand without a final type still has its own errors to tell.
    if (op.mode === 'func' && !isInvalid(type)) return tree(env, op);
    return badExpr(op.span, invalidType);
  }
  if (isMapVariable(op) && where !== 'SDK argument' && env.global === null) {
    report(env, 'map-as-value', op.span, { name: textOf(env, op.span) });
    return badExpr(op.span, invalidType);
  }
  const typed = convertUntyped(env, op, type);
  if (typed === null) {
    const code = op.mode === 'nil' ? 'nil-not-assignable' : 'cannot-assign';
    const advice = assignAdvice(env, op, type);
    report(env, code, op.span, { value: describe(env, op), type: show(env, type), where, advice });
    return badExpr(op.span, invalidType);
  }
  if (typed.mode === 'invalid') return badExpr(op.span, invalidType);
  if (!assignableTypes(env, typed.type, type)) {
    report(env, 'cannot-assign', op.span, {
      value: describe(env, op),
      type: show(env, type),
      where,
      advice: assignAdvice(env, op, type),
    });
    return badExpr(op.span, invalidType);
  }
  const x = tree(env, typed);
  requireCopyable(env, x);
  const same = identical(x.type, type) || under(type).kind === 'interface' || isInvalid(x.type);
  return same ? x : { kind: 'convert', type, span: x.span, x };
}

// ---------------------------------------------------------------- conversions

/** `T(x)`. `parameter`: T is a type parameter's name, so the result is not constant. */
export function conversion(env: Env, op: Operand, type: Type, parameter: boolean, expr: Expr): Operand {
  const { span } = expr;
  if (op.mode === 'invalid' || isInvalid(type)) return invalid(span);
  if (op.mode === 'const' && isConstType(type)) {
    const folded = constantConversion(env, op.value, op.type, type, op.span);
    if (folded === 'bad') return invalid(span);
    if (folded !== null)
      return parameter ? value({ kind: 'const', type, span, value: folded }) : constant(span, type, folded);
  }
  if (op.mode === 'const' && type.kind === 'typeparam' && isUntyped(op.type))
    return parameterConversion(env, op, type, span);
  const typed = isUntyped(op.type) || op.mode === 'nil' ? untypedConversion(env, op, type) : op;
  if (typed === null)
    return refuse(env, 'cannot-convert', op.span, { value: describe(env, op), type: show(env, type) });
  if (typed.mode === 'invalid') return invalid(span);
  if (typed.mode === 'func') {
    const x = tree(env, typed);
    return isInvalid(x.type) ? invalid(span) : convertTree(env, op, x, type, span);
  }
  return convertTree(env, op, tree(env, typed), type, span);
}

/** `T(c)` of a type parameter: the constant must convert to every type of its set. */
function parameterConversion(env: Env, op: ConstOperand, type: Type, span: Span): Operand {
  for (const term of typeSet(type) ?? []) {
    const folded = constantConversion(env, op.value, op.type, term.type, op.span);
    if (folded === 'bad') return invalid(span);
    if (folded === null)
      return refuse(env, 'cannot-convert', op.span, { value: describe(env, op), type: show(env, type) });
  }
  if (typeSet(type) === null)
    return refuse(env, 'cannot-convert', op.span, { value: describe(env, op), type: show(env, type) });
  return value({ kind: 'const', type, span, value: op.value });
}

function untypedConversion(env: Env, op: Operand, type: Type): Operand | null {
  if (op.mode === 'nil' && under(type).kind === 'map') return refuse(env, 'local-map', op.span, {});
  if (op.mode === 'nil') return convertUntyped(env, op, type);
  const target = isBoolean(op.type) || isNumeric(type) ? type : defaultType(op.type);
  return convertUntyped(env, op, target);
}

function convertTree(env: Env, op: Operand, x: TExpr, type: Type, span: Span): Operand {
  if (isInvalid(x.type)) return invalid(span);
  if (isFloatOrComplex(type)) return refuse(env, 'no-float', span, {});
  const special = stringConversion(env, x.type, type, span);
  if (special !== null) return special;
  if (!convertible(env, x.type, type))
    return refuse(env, 'cannot-convert', op.span, { value: describe(env, op), type: show(env, type) });
  if (isUnsafePointer(type) && isInteger(x.type)) return refuse(env, 'number-to-pointer', span, {});
  if (under(type).kind === 'pointer' && isUnsafePointer(x.type)) requireFits(env, x, type, span);
  return value(identical(x.type, type) ? { ...x, span } : { kind: 'convert', type, span, x });
}

/** Conversions that would make a string or bytes at run time. */
function stringConversion(env: Env, from: Type, to: Type, span: Span): Operand | null {
  const target = coreType(to);
  const source = coreType(from);
  if (source === null || target === null) return null;
  const bytes = (t: Type): boolean => t.kind === 'slice' && isByteOrRune(t.elem);
  if (isString(to) && !isString(from) && (isInteger(from) || bytes(source)))
    return refuse(env, 'no-runtime-string', span, { what: 'this conversion' });
  if (isString(from) && bytes(target))
    return refuse(env, 'no-runtime-string', span, { what: 'this conversion' });
  return null;
}

function isByteOrRune(type: Type): boolean {
  const u = under(type);
  return u.kind === 'basic' && (u.name === 'uint8' || u.name === 'int32');
}

/** `*U` from `unsafe.Pointer(&x)`: U must fit in x where x is seen. */
function requireFits(env: Env, x: TExpr, type: Type, span: Span): void {
  const target = under(type);
  if (x.kind !== 'convert' || target.kind !== 'pointer') return;
  const source = under(x.x.type);
  if (source.kind !== 'pointer' || x.x.kind !== 'addr') return;
  const inPlace = x.x.x.kind === 'varref' || x.x.x.kind === 'globalref';
  if (inPlace && sizeof(target.elem) > sizeof(source.elem))
    report(env, 'unsafe-too-large', span, {
      type: show(env, target.elem),
      size: sizeof(target.elem),
      from: show(env, source.elem),
      room: sizeof(source.elem),
    });
}

function constantConversion(
  env: Env,
  constantValue: ConstValue,
  from: Type,
  to: Type,
  span: Span,
): ConstValue | null | 'bad' {
  if (isString(to) && constantValue.kind === 'int' && isInteger(from)) {
    const code = constantValue.value;
    const valid = code >= 0n && code <= 0x10ffffn && (code < 0xd800n || code > 0xdfffn);
    return { kind: 'string', value: utf8(valid ? Number(code) : 0xfffd) };
  }
  if (!kindsAgree(constantValue, to)) return null;
  // A typed float constant converts to an integer only when exact, like an untyped one.
  return requireRepresentable(env, constantValue, to, span) ? constantValue : 'bad';
}

/** Go's convertibility of values that are not constant. */
function convertible(env: Env, from: Type, to: Type): boolean {
  if (assignableTypes(env, from, to)) return true;
  if (from.kind === 'typeparam' || to.kind === 'typeparam') {
    const froms = from.kind === 'typeparam' ? typeSet(from) : [{ type: from }];
    const tos = to.kind === 'typeparam' ? typeSet(to) : [{ type: to }];
    return (
      froms !== null && tos !== null && froms.every((f) => tos.every((t) => convertible(env, f.type, t.type)))
    );
  }
  const a = under(from);
  const b = under(to);
  if (identical(a, b, false)) return true;
  if (a.kind === 'pointer' && b.kind === 'pointer' && from.kind !== 'named' && to.kind !== 'named')
    return identical(under(a.elem), under(b.elem), false);
  if (isNumeric(a) && isNumeric(b)) return true;
  if (isString(a) && isString(b)) return true;
  if (isUnsafePointer(b))
    return a.kind === 'pointer' || (a.kind === 'basic' && a.name === 'uintptr') || isUnsafePointer(a);
  if (isUnsafePointer(a)) return b.kind === 'pointer' || (b.kind === 'basic' && b.name === 'uintptr');
  return sliceToArray(a, b);
}

function sliceToArray(a: Type, b: Type): boolean {
  if (a.kind !== 'slice') return false;
  const target = b.kind === 'pointer' ? under(b.elem) : b;
  return target.kind === 'array' && identical(a.elem, target.elem);
}
