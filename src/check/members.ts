/**
 * Fields and methods of a type, promoted ones included.
 *
 *     type Stat struct { bpf.SpinLock; Packets uint64 }      findMember(*Stat, Lock)  →  method, by way of field 0
 *
 * The shallowest match wins; two at one depth are ambiguous, as in Go.
 */

import type { TExpr } from '../ast/typed.ts';
import type { FuncType, NamedType, StructType, Type } from '../ast/types.ts';
import { entityOf, instantiateFunc } from './instances.ts';
import type { Env, FuncEntity, Package, TypeEntity } from './scope.ts';
import { invalidType, under } from './types.ts';

export type Member = FieldMember | MethodMember | AmbiguousMember;

export interface FieldMember {
  readonly kind: 'field';
  /** Field index at every step. */
  readonly path: readonly number[];
  readonly type: Type;
  /** Package of the declared type that holds the field; null for struct literals. */
  readonly pkg: string | null;
}

export interface MethodMember {
  readonly kind: 'method';
  readonly path: readonly number[];
  readonly entity: FuncEntity;
  /** The declared type that has the method. */
  readonly owner: NamedType;
  /** An embedded pointer lies on the path. */
  readonly throughPointer: boolean;
  readonly pkg: string;
}

interface AmbiguousMember {
  readonly kind: 'ambiguous';
}

interface Candidate {
  readonly type: Type;
  readonly path: readonly number[];
  readonly throughPointer: boolean;
}

/** The method of a declared type; declaration texts are read on demand. */
export function methodOf(entity: TypeEntity, name: string): FuncEntity | null {
  const known = entity.methods.get(name);
  if (known !== undefined) return known;
  const made = entity.findMethod?.(name) ?? null;
  if (made !== null) entity.methods.set(name, made);
  return made;
}

function pointee(type: Type): Type {
  return type.kind === 'pointer' ? type.elem : type;
}

function fieldsOf(type: Type): StructType['fields'] {
  const u = under(type);
  return u.kind === 'struct' ? u.fields : [];
}

function matchAt(candidate: Candidate, name: string): Member | null {
  const { type, path, throughPointer } = candidate;
  if (type.kind === 'named') {
    const owner = entityOf(type);
    const entity = owner === null ? null : methodOf(owner, name);
    if (entity !== null) return { kind: 'method', path, entity, owner: type, throughPointer, pkg: type.pkg };
  }
  const index = fieldsOf(type).findIndex((field) => field.name === name);
  const field = fieldsOf(type)[index];
  if (field === undefined) return null;
  const pkg = type.kind === 'named' ? type.pkg : null;
  return { kind: 'field', path: [...path, index], type: field.type, pkg };
}

/** A field or method by name, or null. `type` may be a pointer to a struct or declared type. */
export function findMember(type: Type, name: string): Member | null {
  // A declared pointer type has the fields of what it points to, but no methods.
  const start =
    type.kind === 'named' && under(type).kind === 'pointer' ? pointee(under(type)) : pointee(type);
  const namedPointer = type.kind === 'named' && under(type).kind === 'pointer';
  let level: Candidate[] = [{ type: start, path: [], throughPointer: type.kind === 'pointer' }];
  const seen = new Set<Type>();
  while (level.length > 0) {
    const next: Candidate[] = [];
    let found: Member | null = null;
    const here = new Set(level.map((candidate) => candidate.type));
    for (const candidate of level) {
      if (seen.has(candidate.type)) continue;
      const match = matchAt(candidate, name);
      if (match !== null) {
        if (namedPointer && match.kind === 'method') continue;
        found = found === null ? match : { kind: 'ambiguous' };
        continue;
      }
      for (const [i, field] of fieldsOf(candidate.type).entries()) {
        if (!field.embedded) continue;
        const throughPointer = candidate.throughPointer || field.type.kind === 'pointer';
        next.push({ type: pointee(field.type), path: [...candidate.path, i], throughPointer });
      }
    }
    if (found !== null) return found;
    for (const type of here) seen.add(type);
    level = next;
  }
  return null;
}

export function methodSignature(env: Env, method: MethodMember): FuncType {
  return instantiateFunc(env, method.entity, method.owner.typeArgs, method.entity.span).signature;
}

/** `x.a.b` for a path of field indexes; pointers on the way are dereferenced. */
export function selectPath(x: TExpr, path: readonly number[], span: TExpr['span']): TExpr {
  let at = x;
  for (const index of path) {
    at = dereferenced(at);
    const field = fieldsOf(at.type)[index];
    at = { kind: 'field', type: field?.type ?? invalidType, span, x: at, index, name: field?.name ?? '_' };
  }
  return at;
}

/** `*x` when x is a pointer, else x. */
export function dereferenced(x: TExpr): TExpr {
  const u = under(x.type);
  return u.kind === 'pointer' ? { kind: 'deref', type: u.elem, span: x.span, x } : x;
}

/** `&x`; its variable now has an address. */
export function addressOf(x: TExpr): TExpr {
  if (x.kind === 'deref') return x.x;
  markAddressed(x);
  return { kind: 'addr', type: { kind: 'pointer', elem: x.type }, span: x.span, x };
}

/** The local variable that an lvalue is part of, or null. */
export function rootVariable(x: TExpr): TExpr | null {
  let at = x;
  while (at.kind === 'field' || (at.kind === 'index' && under(at.x.type).kind === 'array')) at = at.x;
  return at;
}

export function markAddressed(x: TExpr): void {
  const root = rootVariable(x);
  if (root?.kind === 'varref') root.var.addressed = true;
}

export function markAssigned(x: TExpr): void {
  const root = rootVariable(x);
  if (root?.kind === 'varref') root.var.assigned = true;
}

export function isExported(name: string): boolean {
  return /^\p{Lu}/u.test(name);
}

/** May code of a package see a member that another package declared? */
export function visible(pkg: Package, owner: string | null, name: string): boolean {
  return owner === null || owner === pkg.path || isExported(name);
}
