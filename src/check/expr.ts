/**
 * Expressions: names, literals, dereferences; the rest goes to the files by topic.
 *
 *     s.Packets   with s *Stat   →   field(deref(varref s), 1)
 *
 * `checkExpr` takes whatever an expression can mean (types and built-ins too), `checkValue` only values.
 */

import type { BasicLit, Expr, Ident, Star } from '../ast/ast.ts';
import type { Type } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import { checkBinary, checkUnary } from './binary.ts';
import { checkCall } from './call.ts';
import { checkComposite } from './composite.ts';
import { intConst, literalValue, tooLarge } from './constants.ts';
import { checkFuncLit } from './funclit.ts';
import { checkIndex, checkSlice } from './indexing.ts';
import { isGeneric, isGenericFunc, opaqueInstance, resolveType } from './instances.ts';
import {
  constant,
  describe,
  invalid,
  type Operand,
  refuse,
  textOf,
  typeOperand,
  untypedNil,
  value,
} from './operand.ts';
import { resolveConst, resolveGlobal } from './resolve.ts';
import type { Entity, Env, FuncContext, FuncEntity, LocalEntity, PackageEntity } from './scope.ts';
import { lookup } from './scope.ts';
import { checkSelector } from './selector.ts';
import { basic, coreType, invalidType, isInvalid, pointer } from './types.ts';
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
  // Every use of a package that is not imported is the same mistake.
  if (entity === null && expr.name === 'bpf' && env.sink.list.some((d) => d.message === 'undefined: bpf'))
    return invalid(expr.span);
  if (entity === null)
    return refuse(env, 'undefined-name', expr.span, {
      name: expr.name,
      advice: expr.name === 'bpf' ? 'import "bpfc/sdk/bpf"' : '',
    });
  return entityOperand(env, entity, expr.span);
}

/** What a name means at a place. */
export function entityOperand(env: Env, entity: Entity, span: Span): Operand {
  switch (entity.kind) {
    case 'local':
      return localOperand(env, entity, span);
    case 'const':
      resolveConst(entity, env, span);
      // Go's own; a constant declared with that name has a place.
      if (entity.name === 'iota' && entity.span.file < 0) return iotaOperand(env, span);
      return isInvalid(entity.type) ? invalid(span) : constant(span, entity.type, entity.value);
    case 'type':
      if (isGeneric(entity)) return { mode: 'generictype', span, type: invalidType, entity };
      return typeEntityOperand(entity, span);
    case 'global':
      return globalOperand(env, entity, span);
    case 'func':
      return funcOperand(entity, span, null);
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
export function funcOperand(entity: FuncEntity, span: Span, typeArgs: readonly Type[] | null): Operand {
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
  if (tooLarge(parsed, expr.literal === 'int')) return refuse(env, 'constant-too-large', expr.span, {});
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
