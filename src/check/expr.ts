/**
 * Expressions: names, literals, selectors, indexes, slices, dereferences; the rest goes to the files by topic.
 *
 *     s.Packets   with s *Stat   →   field(deref(varref s), 1)
 *
 * `checkExpr` takes whatever an expression can mean (types and built-ins too), `checkValue` only values.
 */

import type { BasicLit, Expr, Ident, Index, SliceExpr, Star } from '../ast/ast.ts';
import type { TExpr } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import { checkBinary, checkUnary } from './binary.ts';
import { checkCall } from './call.ts';
import { checkComposite } from './composite.ts';
import { intConst, literalValue } from './constants.ts';
import { assignTo, convertUntyped, tree } from './convert.ts';
import { forgottenPart } from './forget.ts';
import { checkFuncLit } from './funclit.ts';
import {
  instantiateFunc,
  instantiateType,
  isGeneric,
  isGenericFunc,
  opaqueInstance,
  resolveType,
} from './instances.ts';
import { dereferenced, markAddressed, rootVariable } from './members.ts';
import {
  constant,
  describe,
  invalid,
  type Operand,
  refuse,
  report,
  textOf,
  typeOperand,
  untypedNil,
  value,
} from './operand.ts';
import { resolveConst, resolveGlobal } from './resolve.ts';
import type { Entity, Env, FuncContext, FuncEntity, LocalEntity, PackageEntity } from './scope.ts';
import { lookup } from './scope.ts';
import { checkSelector } from './selector.ts';
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
  pointer,
  slice,
  under,
} from './types.ts';
import { checkType } from './typexpr.ts';

export function checkExpr(env: Env, expr: Expr): Operand {
  switch (expr.kind) {
    case 'Ident':
      return checkIdent(env, expr);
    case 'BasicLit':
      return checkLiteral(env, expr);
    case 'Paren':
      return { ...checkExpr(env, expr.x), span: expr.span };
    case 'Selector':
      return checkSelector(env, expr);
    case 'Index':
      return checkIndex(env, expr);
    case 'SliceExpr':
      return checkSlice(env, expr);
    case 'Call':
      return checkCall(env, expr);
    case 'Star':
      return checkStar(env, expr);
    case 'Unary':
      return checkUnary(env, expr);
    case 'Binary':
      return checkBinary(env, expr);
    case 'CompositeLit':
      return checkComposite(env, expr, null);
    case 'FuncLit':
      return checkFuncLit(env, expr);
    case 'TypeAssert':
      checkExpr(env, expr.x);
      return refuse(env, 'no-type-assertion', expr.span, {});
    case 'ArrayType':
    case 'StructType':
    case 'FuncType':
    case 'MapType':
    case 'InterfaceType':
    case 'ChanType': {
      const type = checkType(env, expr);
      return type === invalidType ? invalid(expr.span) : typeOperand(expr.span, type);
    }
    case 'Ellipsis':
      return refuse(env, 'no-variadic', expr.span, {});
    case 'BadExpr':
      return invalid(expr.span);
    default:
      return expr satisfies never;
  }
}

/** An expression that must be one value. */
export function checkValue(env: Env, expr: Expr): Operand {
  return requireValue(env, checkExpr(env, expr));
}

export function requireValue(env: Env, op: Operand): Operand {
  switch (op.mode) {
    case 'type':
    case 'generictype':
      return refuse(env, 'type-as-value', op.span, { name: textOf(env, op.span) });
    case 'builtin':
      return refuse(env, 'builtin-not-called', op.span, { name: op.name });
    case 'value':
      if (op.type.kind !== 'tuple') return op;
      return op.type.types.length === 0
        ? refuse(env, 'no-value', op.span, { text: textOf(env, op.span) })
        : refuse(env, 'multiple-values', op.span, {
            text: textOf(env, op.span),
            count: op.type.types.length,
          });
    case 'invalid':
    case 'nil':
    case 'const':
    case 'func':
      return op;
    default:
      return op satisfies never;
  }
}

// ---------------------------------------------------------------- names

function checkIdent(env: Env, expr: Ident): Operand {
  if (expr.name === '_') return refuse(env, 'blank-as-value', expr.span, {});
  const entity = lookup(env.scope, expr.name);
  if (entity === null) return refuse(env, 'undefined-name', expr.span, { name: expr.name });
  return entityOperand(env, entity, expr.span);
}

/** What a name means at a place. */
export function entityOperand(env: Env, entity: Entity, span: Span): Operand {
  switch (entity.kind) {
    case 'local':
      return localOperand(env, entity, span);
    case 'const':
      resolveConst(entity, env, span);
      if (entity.name === 'iota' && entity.source === null) return iotaOperand(env, span);
      return isInvalid(entity.type) ? invalid(span) : constant(span, entity.type, entity.value);
    case 'type':
      if (isGeneric(entity)) return { mode: 'generictype', span, type: invalidType, entity };
      return typeEntityOperand(entity, span);
    case 'global':
      return globalOperand(env, entity, span);
    case 'func':
      return funcOperand(env, entity, span, null);
    case 'builtin':
      return { mode: 'builtin', span, type: invalidType, name: entity.name };
    case 'nil':
      return { mode: 'nil', span, type: untypedNil };
    case 'package':
      return packageAsValue(env, entity, span);
    case 'invalid':
      return invalid(span);
    default:
      return entity satisfies never;
  }
}

function typeEntityOperand(entity: Extract<Entity, { kind: 'type' }>, span: Span): Operand {
  const type = resolveType(entity);
  return type === invalidType
    ? invalid(span)
    : typeOperand(span, type, entity.parameter || type.kind === 'typeparam');
}

function packageAsValue(env: Env, entity: PackageEntity, span: Span): Operand {
  entity.used = true;
  return refuse(env, 'package-as-value', span, { name: entity.name });
}

function iotaOperand(env: Env, span: Span): Operand {
  if (env.iota === null) return refuse(env, 'iota-outside-const', span, {});
  return constant(span, basic('untyped int'), intConst(env.iota));
}

function localOperand(env: Env, entity: LocalEntity, span: Span): Operand {
  entity.used = true;
  if (isInvalid(entity.var.type)) return invalid(span);
  noteCapture(env.fn, entity);
  return value({ kind: 'varref', type: entity.var.type, span, var: entity.var }, true);
}

/** The variable is captured by every function literal between its owner and here. */
export function noteCapture(from: FuncContext | null, entity: LocalEntity): void {
  for (let fn = from; fn !== null && fn !== entity.owner; fn = fn.parent) {
    fn.captures.add(entity.var);
    entity.var.captured = true;
  }
}

function globalOperand(env: Env, entity: Extract<Entity, { kind: 'global' }>, span: Span): Operand {
  resolveGlobal(entity, env, span);
  if (env.fn?.instance) {
    const reads = env.checker.reads.get(env.fn.instance) ?? new Set();
    env.checker.reads.set(env.fn.instance, reads.add(entity));
  }
  env.global?.needs.add(entity);
  if (isInvalid(entity.type) || entity.target === null) return invalid(span);
  const { target } = entity;
  return target.kind === 'map'
    ? value({ kind: 'mapref', type: entity.type, span, map: target }, true)
    : value({ kind: 'globalref', type: entity.type, span, global: target }, true);
}

/** A function before its call; its signature is known unless type arguments are missing. */
export function funcOperand(
  _env: Env,
  entity: FuncEntity,
  span: Span,
  typeArgs: readonly Type[] | null,
): Operand {
  const type = isGenericFunc(entity) ? invalidType : opaqueInstance(entity).signature;
  return { mode: 'func', span, entity, typeArgs, receiver: null, type, owner: null };
}

// ---------------------------------------------------------------- literals

const literalTypes = {
  int: 'untyped int',
  float: 'untyped float',
  rune: 'untyped rune',
  string: 'untyped string',
} as const;

function checkLiteral(env: Env, expr: BasicLit): Operand {
  if (expr.literal === 'imaginary') return refuse(env, 'no-float', expr.span, {});
  const parsed = literalValue(expr.literal, expr.text);
  if (parsed === null) return refuse(env, 'bad-literal', expr.span, { text: textOf(env, expr.span) });
  return constant(expr.span, basic(literalTypes[expr.literal]), parsed);
}

// ---------------------------------------------------------------- pointers

function checkStar(env: Env, expr: Star): Operand {
  const op = checkExpr(env, expr.x);
  switch (op.mode) {
    case 'invalid':
      return op;
    case 'type':
      return typeOperand(expr.span, pointer(op.type));
    case 'nil':
      return refuse(env, 'dereference-nil', expr.span, {});
    default:
      break;
  }
  const checked = requireValue(env, op);
  if (checked.mode === 'invalid') return checked;
  const core = coreType(checked.type);
  if (checked.mode !== 'value' || core?.kind !== 'pointer')
    return refuse(env, 'dereference-non-pointer', expr.span, { text: describe(env, checked) });
  return value({ kind: 'deref', type: core.elem, span: expr.span, x: checked.x }, true);
}

// ---------------------------------------------------------------- index

function checkIndex(env: Env, expr: Index): Operand {
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
  if (x.mode !== 'value') return invalid(span);
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

function checkSlice(env: Env, expr: SliceExpr): Operand {
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
