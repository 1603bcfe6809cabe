/**
 * Type inference for calls of generic functions.
 *
 *     func Max[T Ordered](a, b T) T        Max(x, 1) with x uint8   →   T = uint8
 *
 * Typed arguments are unified first, then the core types of constraints, last the default types of untyped
 * constants, as Go does.
 */

import type { FuncType, Type, TypeParam } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import { entityOf } from './instances.ts';
import { type Operand, report, show } from './operand.ts';
import type { Env, FuncEntity, FuncInstance } from './scope.ts';
import { basic, coreType, identical, invalidType, isUntyped, typeSet, under } from './types.ts';

type Bindings = Map<TypeParam, Type>;

function unifyLists(a: readonly Type[], b: readonly Type[], bound: Bindings): boolean {
  return a.length === b.length && a.every((type, i) => unify(type, b[i] ?? invalidType, bound, true));
}

/** Make `pattern`, which mentions parameters, equal `type`. `exact`: no assignability slack. */
function unify(pattern: Type, type: Type, bound: Bindings, exact: boolean): boolean {
  if (pattern.kind === 'typeparam' && bound.has(pattern)) {
    const known = bound.get(pattern) ?? invalidType;
    if (known === invalidType) {
      bound.set(pattern, type);
      return true;
    }
    if (identical(known, type)) return true;
    if (exact || !identical(under(known), under(type))) return false;
    // Inexact: of a declared type and its literal form, the declared one is kept.
    if (type.kind === 'named' && known.kind !== 'named') bound.set(pattern, type);
    return known.kind !== 'named' || type.kind !== 'named';
  }
  if (pattern.kind === 'named') {
    if (type.kind !== 'named') return identical(pattern, type);
    if (pattern === type) return true;
    const owner = entityOf(pattern);
    return owner !== null && owner === entityOf(type) && unifyLists(pattern.typeArgs, type.typeArgs, bound);
  }
  const other = !exact && type.kind === 'named' ? under(type) : type;
  switch (pattern.kind) {
    case 'pointer':
      return other.kind === 'pointer' && unify(pattern.elem, other.elem, bound, true);
    case 'slice':
      return other.kind === 'slice' && unify(pattern.elem, other.elem, bound, true);
    case 'array':
      return (
        other.kind === 'array' &&
        pattern.length === other.length &&
        unify(pattern.elem, other.elem, bound, true)
      );
    case 'map':
      return (
        other.kind === 'map' &&
        unify(pattern.key, other.key, bound, true) &&
        unify(pattern.value, other.value, bound, true)
      );
    case 'func':
      return (
        other.kind === 'func' &&
        unifyLists(pattern.params, other.params, bound) &&
        unifyLists(pattern.results, other.results, bound)
      );
    default:
      return true;
  }
}

const untypedRank: Readonly<Record<string, number>> = {
  'untyped int': 0,
  'untyped rune': 1,
  'untyped float': 2,
};

/** Default type of an untyped one. */
export function defaultType(type: Type): Type {
  if (type.kind !== 'basic') return type;
  switch (type.name) {
    case 'untyped bool':
      return basic('bool');
    case 'untyped int':
      return basic('int');
    case 'untyped rune':
      return basic('int32');
    case 'untyped float':
      return basic('float64');
    case 'untyped string':
      return basic('string');
    default:
      return type;
  }
}

function bindUntyped(params: readonly Type[], args: readonly Operand[], bound: Bindings): void {
  const best = new Map<TypeParam, Type>();
  for (const [i, arg] of args.entries()) {
    const param = params[i];
    if (param?.kind !== 'typeparam' || bound.get(param) !== invalidType || !isUntyped(arg.type)) continue;
    const before = best.get(param);
    const rank = (t: Type): number => (t.kind === 'basic' ? (untypedRank[t.name] ?? 3) : 3);
    if (before === undefined || rank(arg.type) > rank(before)) best.set(param, arg.type);
  }
  for (const [param, type] of best) if (type !== basic('untyped nil')) bound.set(param, defaultType(type));
}

/** Parameters bound so far put into a type that is one of them, else the type. */
function unifyCores(params: readonly TypeParam[], bound: Bindings): void {
  for (const param of params) {
    const core = coreType(param);
    const terms = typeSet(param);
    if (core === null || terms === null) continue;
    const known = bound.get(param) ?? invalidType;
    if (known !== invalidType) unify(core, under(known), bound, true);
    else if (terms.length === 1 && !terms[0]?.tilde) bound.set(param, concrete(core, bound));
  }
}

/** `[]E` with E bound; types that need no binding are themselves. */
function concrete(type: Type, bound: Bindings): Type {
  switch (type.kind) {
    case 'typeparam':
      return bound.get(type) ?? type;
    case 'pointer':
      return { kind: 'pointer', elem: concrete(type.elem, bound) };
    case 'slice':
      return { kind: 'slice', elem: concrete(type.elem, bound) };
    case 'array':
      return { ...type, elem: concrete(type.elem, bound) };
    default:
      return type;
  }
}

/** Type arguments that make a generic function have the signature `wanted`, or null (nothing is reported). */
export function typeArgsFor(
  opaque: FuncInstance,
  given: readonly Type[],
  wanted: FuncType,
): readonly Type[] | null {
  const params = opaque.typeArgs.filter((arg): arg is TypeParam => arg.kind === 'typeparam');
  const bound: Bindings = new Map(params.map((param, i) => [param, given[i] ?? invalidType]));
  if (!unify(opaque.signature, wanted, bound, true)) return null;
  unifyCores(params, bound);
  const args = params.map((param) => bound.get(param) ?? invalidType);
  return args.includes(invalidType) ? null : args;
}

/** The function's type arguments for a call, or null after an error. `given` are the explicit ones. */
export function inferTypeArgs(
  env: Env,
  opaque: FuncInstance,
  given: readonly Type[],
  args: readonly Operand[],
  span: Span,
): readonly Type[] | null {
  const entity: FuncEntity = opaque.entity;
  const params = opaque.typeArgs.filter((arg): arg is TypeParam => arg.kind === 'typeparam');
  if (given.length > params.length) {
    report(env, 'too-many-type-arguments', span, {
      name: entity.name,
      have: given.length,
      want: params.length,
    });
    return null;
  }
  const bound: Bindings = new Map(params.map((param, i) => [param, given[i] ?? invalidType]));
  const types = opaque.signature.params;
  for (const [i, arg] of args.entries()) {
    if (arg.mode === 'invalid') return null;
    const last = types.length - 1;
    const variadic = opaque.signature.variadic && i >= last ? types[last] : undefined;
    const param = variadic?.kind === 'slice' ? variadic.elem : types[i];
    if (param === undefined || isUntyped(arg.type) || arg.mode === 'nil') continue;
    if (arg.mode === 'func' && arg.type === invalidType) continue;
    if (!unify(param, arg.type, bound, false)) {
      report(env, 'inference-mismatch', arg.span, { type: show(env, arg.type), param: show(env, param) });
      return null;
    }
  }
  unifyCores(params, bound);
  bindUntyped(types, args, bound);
  unifyCores(params, bound);
  const missing = params.find((param) => bound.get(param) === invalidType);
  if (missing !== undefined) {
    report(env, 'cannot-infer', span, { name: missing.name });
    return null;
  }
  return params.map((param) => bound.get(param) ?? invalidType);
}
