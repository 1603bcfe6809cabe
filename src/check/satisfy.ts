/**
 * Relations between types that Go defines: satisfies a constraint, is assignable, may be a map key.
 *
 *     satisfies(uint8, ~uint8 | ~uint16)  →  null        satisfies(bool, ~uint8)  →  'bool is not in ~uint8'
 */

import type { InterfaceType, Type } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import { findMember, methodSignature } from './members.ts';
import { report, show } from './operand.ts';
import type { Env } from './scope.ts';
import {
  hasNil,
  identical,
  incomparablePart,
  isComparable,
  isInvalid,
  isUntyped,
  typeSet,
  typeString,
  under,
} from './types.ts';

function inTerms(type: Type, terms: NonNullable<InterfaceType['terms']>): boolean {
  return terms.some((term) =>
    term.tilde ? identical(under(type), under(term.type)) : identical(type, term.type),
  );
}

/** Why a type lacks a method that an interface wants, or null. */
function missingMethod(env: Env, type: Type, wanted: InterfaceType): string | null {
  for (const method of wanted.methods) {
    if (type.kind === 'typeparam') {
      const own = under(type);
      if (own.kind === 'interface' && own.methods.some((m) => m.name === method.name)) continue;
      return `it has no method ${method.name}`;
    }
    const found = findMember(type, method.name);
    if (found?.kind !== 'method') return `it has no method ${method.name}`;
    if (found.entity.receiver?.pointer && type.kind !== 'pointer' && !found.throughPointer)
      return `method ${method.name} has a pointer receiver`;
    if (!identical(methodSignature(env, found), method.type))
      return `its method ${method.name} has another signature`;
  }
  return null;
}

/** Why a type argument breaks a constraint, or null. */
export function unsatisfied(env: Env, type: Type, constraint: Type): string | null {
  const wanted = under(constraint);
  if (wanted.kind !== 'interface' || isInvalid(type)) return null;
  const method = missingMethod(env, type, wanted);
  if (method !== null) return method;
  if (wanted.comparable && !isComparable(type)) return 'it is not comparable';
  const { terms } = wanted;
  if (terms === null) return null;
  const own = type.kind === 'typeparam' ? typeSet(type) : [{ tilde: false, type }];
  const inside =
    own?.every((term) =>
      term.tilde
        ? terms.some((t) => t.tilde && identical(under(t.type), under(term.type)))
        : inTerms(term.type, terms),
    ) === true;
  const list = terms.map((term) => (term.tilde ? '~' : '') + typeString(term.type, env.pkg.path)).join(' | ');
  return inside ? null : `it is not in ${list}`;
}

export function requireSatisfied(env: Env, type: Type, constraint: Type, span: Span): void {
  const reason = unsatisfied(env, type, constraint);
  if (reason !== null)
    report(env, 'constraint-not-satisfied', span, {
      type: show(env, type),
      constraint: show(env, constraint),
      reason,
    });
}

/** Report a map key type that cannot be compared, once types are complete. */
export function requireComparableKey(env: Env, key: Type, span: Span): void {
  env.checker.later.push(() => {
    if (!isInvalid(key) && !isComparable(key)) report(env, 'map-key', span, { type: show(env, key) });
  });
}

function isNamed(type: Type): boolean {
  return type.kind === 'named' || type.kind === 'basic' || type.kind === 'typeparam';
}

/** May a value of one type be assigned to a variable of another? Untyped constants are the caller's. */
export function assignableTypes(env: Env, from: Type, to: Type): boolean {
  if (identical(from, to)) return true;
  const target = under(to);
  if (target.kind === 'interface' && to.kind !== 'typeparam')
    return missingMethod(env, from, target) === null;
  if (from.kind === 'typeparam' || to.kind === 'typeparam') return assignableParameter(env, from, to);
  return identical(under(from), target) && (!isNamed(from) || !isNamed(to));
}

function assignableParameter(env: Env, from: Type, to: Type): boolean {
  const each = (type: Type, holds: (term: Type) => boolean): boolean => {
    const terms = typeSet(type);
    return terms?.every((term) => holds(term.type)) === true;
  };
  if (to.kind === 'typeparam' && !isNamed(from)) return each(to, (t) => assignableTypes(env, from, t));
  if (from.kind === 'typeparam' && !isNamed(to)) return each(from, (t) => assignableTypes(env, t, to));
  return false;
}

export function nilFits(to: Type): boolean {
  return hasNil(to) && !isUntyped(to);
}

/** The part of a type for a message about why `==` does not apply. */
export function incomparableReason(env: Env, type: Type): string {
  const part = incomparablePart(type);
  return part === null || identical(part, type) ? 'it' : show(env, part);
}
