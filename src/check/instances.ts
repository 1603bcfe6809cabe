/**
 * Declared types and their instances, functions and theirs.
 *
 *     type Pair[K, V any] struct { k K; v V }     Pair[int, bool]  →  one NamedType per argument list
 *     func Max[T cmp](a, b T) T                   Max[uint32]      →  one FuncInstance per argument list
 *
 * Equal argument lists give the same object, so instances compare with `===`.
 */

import type { Expr, Ident } from '../ast/ast.ts';
import type { FuncType, NamedType, Type, TypeParam } from '../ast/types.ts';
import { Diagnostics } from '../base/diagnostic.ts';
import type { Span } from '../base/source.ts';
import { report } from './operand.ts';
import { requireSatisfied } from './satisfy.ts';
import type { Env, FuncEntity, FuncInstance, TypeEntity } from './scope.ts';
import { descend, firstOfCycle, newVar } from './scope.ts';
import { identical, invalidType, isParameterised, pointer, typeString } from './types.ts';
import {
  boundParams,
  checkConstraint,
  checkTypeOrInterface,
  opaqueParams,
  signatureOf,
  typeParamNames,
} from './typexpr.ts';

const owners = new WeakMap<NamedType, TypeEntity>();

/** `type A B`: B, for cycles that lead through it. */
const rightNames = new WeakMap<NamedType, NamedType>();

export function rightName(type: NamedType): NamedType | null {
  return rightNames.get(type) ?? null;
}

/** The declaration of a named type; null for the universe's. */
export function entityOf(type: NamedType): TypeEntity | null {
  return owners.get(type) ?? null;
}

export function isGeneric(entity: TypeEntity): boolean {
  return entity.decl !== null && entity.decl.typeParams.length > 0;
}

// ---------------------------------------------------------------- types

/** The named type of a declaration for one argument list; its underlying type is computed on first read. */
function declared(entity: TypeEntity, typeArgs: readonly Type[], env: Env, rhs: Expr): NamedType {
  let underlying: Type | null = null;
  let busy = false;
  const type: NamedType = {
    kind: 'named',
    pkg: env.pkg.path,
    name: entity.name,
    typeArgs,
    origin: entity.origin,
    get underlying(): Type {
      if (underlying !== null) return underlying;
      if (busy) {
        const first = firstOfCycle(env.checker, entity);
        report(env, 'recursive-type', first.span, { name: first.name });
        underlying = invalidType;
        return underlying;
      }
      busy = true;
      let resolved: Type = invalidType;
      descend(env, entity, () => {
        resolved = rightSide(env, rhs, type);
      });
      busy = false;
      underlying ??= resolved;
      return underlying;
    },
    set underlying(value: Type) {
      underlying = value;
    },
  };
  owners.set(type, entity);
  return type;
}

/** The underlying type that a declaration's right side gives. */
function rightSide(env: Env, rhs: Expr, declaredType: NamedType): Type {
  const type = checkTypeOrInterface(env, rhs);
  if (type.kind === 'named') {
    rightNames.set(declaredType, type);
    return type.underlying;
  }
  if (type.kind !== 'typeparam') return type;
  report(env, 'type-is-parameter', rhs.span, { name: type.name });
  return invalidType;
}

/** The type of a declared name that has no type parameters. */
export function resolveType(entity: TypeEntity): Type {
  if (entity.state === 'done' || entity.decl === null || entity.env === null) return entity.type;
  if (!entity.decl.alias) {
    entity.type = declared(entity, [], entity.env, entity.decl.type);
    entity.state = 'done';
    return entity.type;
  }
  if (entity.state === 'busy') {
    report(entity.env, 'recursive-type', entity.span, { name: entity.name });
    entity.state = 'done';
    return entity.type;
  }
  entity.state = 'busy';
  const type = checkTypeOrInterface(entity.env, entity.decl.type);
  if (entity.state === 'busy') entity.type = type;
  entity.state = 'done';
  return entity.type;
}

function findInstance<T extends { readonly typeArgs: readonly Type[] }>(
  list: readonly T[],
  args: readonly Type[],
): T | null {
  return (
    list.find(
      (known) =>
        known.typeArgs.length === args.length &&
        known.typeArgs.every((arg, i) => identical(arg, args[i] ?? invalidType)),
    ) ?? null
  );
}

/** `G[args]` of a generic type. */
export function instantiateType(env: Env, entity: TypeEntity, args: readonly Type[], span: Span): Type {
  const { decl, env: home } = entity;
  if (decl === null || home === null) return invalidType;
  const names = typeParamNames(decl.typeParams);
  if (names.length !== args.length) {
    report(env, args.length < names.length ? 'too-few-type-arguments' : 'too-many-type-arguments', span, {
      name: entity.name,
      have: args.length,
      want: names.length,
    });
    return invalidType;
  }
  if (args.includes(invalidType)) return invalidType;
  const known = findInstance(entity.instances, args);
  const bound = boundParams(
    home,
    names.map((n) => n.name),
    args,
  );
  env.checker.later.push(() => {
    for (const [i, { field }] of names.entries())
      requireSatisfied(env, args[i] ?? invalidType, checkConstraint(bound, field.type), span);
  });
  if (known !== null) return known;
  // A generic type's body has reported its errors with opaque parameters.
  const made = declared(entity, args, { ...bound, sink: new Diagnostics() }, decl.type);
  entity.instances.push(made);
  return made;
}

// ---------------------------------------------------------------- functions

export function typeParamCount(entity: FuncEntity): number {
  return typeParamNames(entity.decl.type.typeParams).length;
}

export function isGenericFunc(entity: FuncEntity): boolean {
  return typeParamCount(entity) > 0 || (entity.receiver?.params.length ?? 0) > 0;
}

/** Names bound by an instance: those of the receiver's type, or the function's own. */
function paramNames(entity: FuncEntity): readonly Ident[] {
  if (entity.receiver === null) return typeParamNames(entity.decl.type.typeParams).map((n) => n.name);
  return entity.receiver.params.map((name) => ({ kind: 'Ident', span: entity.span, name }));
}

function symbol(entity: FuncEntity, args: readonly Type[]): string {
  const suffix =
    args.length === 0 ? '' : `[${args.map((arg) => typeString(arg, entity.pkg.path)).join(',')}]`;
  const prefix = entity.receiver === null ? '' : `${entity.receiver.base.name}`;
  const name = prefix === '' ? entity.name + suffix : `${prefix}${suffix}.${entity.name}`;
  return entity.pkg.path === entity.env.checker.rootPath ? name : `${entity.pkg.name}.${name}`;
}

function receiverType(env: Env, entity: FuncEntity, args: readonly Type[]): Type | null {
  if (entity.receiver === null) return null;
  const { base, pointer: isPointer } = entity.receiver;
  const type = isGeneric(base) ? instantiateType(env, base, args, entity.span) : resolveType(base);
  return isPointer ? pointer(type) : type;
}

const noSignature: FuncType = { kind: 'func', params: [], results: [], variadic: false };

function makeInstance(
  entity: FuncEntity,
  typeArgs: readonly Type[],
  env: Env,
  isOpaque: boolean,
  from: Span | null,
  depth: number,
  known: FuncType | null = null,
): FuncInstance {
  const { checker } = env;
  let signature: FuncType = known ?? noSignature;
  if (known === null)
    descend(env, entity, () => {
      signature = signatureOf(env, entity.decl.type);
    });
  const receiver = receiverType(env, entity, typeArgs);
  const makeVar = (name: string, type: Type, span: Span) => newVar(checker, name, type, span);
  const params = variables(entity.decl.type.params, signature.params, (i) => `p${i}`, makeVar);
  const results = variables(entity.decl.type.results, signature.results, (i) => `r${i}`, makeVar);
  const self = entity.decl.receiver;
  if (self !== null && receiver !== null) {
    const name = self.names[0];
    params.unshift(makeVar(name?.name ?? '_', receiver, name?.span ?? self.span));
  }
  return {
    entity,
    typeArgs,
    env,
    signature,
    receiver,
    isOpaque,
    from,
    depth,
    checked: false,
    func: {
      name: symbol(entity, typeArgs),
      pkg: entity.pkg.path,
      span: entity.decl.span,
      nameSpan: entity.span,
      params,
      results,
      namedResults: entity.decl.type.results.some((field) => field.names.length > 0),
      body: { kind: 'block', span: entity.decl.body?.span ?? entity.decl.span, stmts: [] },
      noinline: entity.directives.noinline,
      kfunc: entity.directives.kfunc,
    },
  };
}

/** One variable per name of a parameter or result list; unnamed results get a made-up name, parameters `_`. */
export function variables<V>(
  fields: FuncEntity['decl']['type']['params'],
  types: readonly Type[],
  made: (index: number) => string,
  make: (name: string, type: Type, span: Span) => V,
): V[] {
  const result: V[] = [];
  for (const field of fields) {
    if (field.names.length === 0)
      result.push(make(made(result.length), types[result.length] ?? invalidType, field.span));
    for (const name of field.names)
      result.push(make(name.name, types[result.length] ?? invalidType, name.span));
  }
  return result;
}

/** The function with its type parameters as opaque types (ordinary functions: the only instance). */
export function opaqueInstance(entity: FuncEntity): FuncInstance {
  if (entity.opaque !== null) return entity.opaque;
  if (entity.busy) {
    // The signature needs itself, as in `func f() [len(f())]int`.
    report(entity.env, 'signature-cycle', entity.span, { name: entity.name });
    entity.opaque = makeInstance(entity, [], entity.env, false, null, 0, noSignature);
    return entity.opaque;
  }
  entity.busy = true;
  const generic = isGenericFunc(entity);
  const { env, params } = opaqueScope(entity);
  const made = makeInstance(entity, params, env, generic, null, 0);
  entity.busy = false;
  entity.opaque ??= made;
  env.checker.later.push(() => {
    for (const param of params) void param.constraint;
  });
  if (!entity.intrinsic) env.checker.queue.push(entity.opaque);
  return entity.opaque;
}

function opaqueScope(entity: FuncEntity): { readonly env: Env; readonly params: readonly TypeParam[] } {
  if (entity.receiver === null) return opaqueParams(entity.env, entity.decl.type.typeParams);
  if (entity.receiver.params.length === 0) return { env: entity.env, params: [] };
  // A method's names for the type parameters of its receiver stand for those of the type.
  const { base } = entity.receiver;
  if (base.decl === null || base.env === null) return { env: entity.env, params: [] };
  const { params } = opaqueParams({ ...base.env, sink: new Diagnostics() }, base.decl.typeParams);
  return { env: boundParams(entity.env, paramNames(entity), params), params };
}

/** The instance of a function for type arguments; asking for it queues its body. */
export function instantiateFunc(
  env: Env,
  entity: FuncEntity,
  args: readonly Type[],
  span: Span,
): FuncInstance {
  if (!isGenericFunc(entity)) return opaqueInstance(entity);
  opaqueInstance(entity);
  const known = findInstance(entity.instances, args);
  if (known !== null) return known;
  const bound = boundParams({ ...entity.env, sink: new Diagnostics() }, paramNames(entity), args);
  const isOpaque = args.some(isParameterised);
  const depth = (env.fn?.instance?.depth ?? 0) + 1;
  const made = makeInstance(entity, args, bound, isOpaque, span, depth);
  entity.instances.push(made);
  if (!isOpaque && !entity.intrinsic) {
    if (depth > maxInstanceDepth) report(env, 'instance-too-deep', span, { name: entity.name });
    else env.checker.queue.push(made);
  }
  return made;
}

/** Instances that ask for instances: beyond this a generic function grows its own type arguments for ever. */
const maxInstanceDepth = 50;

/** Report arguments that break a generic function's constraints. */
export function requireConstraints(env: Env, instance: FuncInstance, span: Span): void {
  if (instance.entity.receiver !== null) return;
  for (const [i, { field }] of typeParamNames(instance.entity.decl.type.typeParams).entries())
    requireSatisfied(
      env,
      instance.typeArgs[i] ?? invalidType,
      checkConstraint(instance.env, field.type),
      span,
    );
}
