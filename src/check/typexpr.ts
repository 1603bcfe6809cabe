/**
 * Type expressions to types.
 *
 *     [4]struct{ k K; next *Node[K] }   →   ArrayType of StructType …, named types resolved on demand
 *
 * The underlying type of a named type is computed when it is first read, so declarations may stand in any order
 * and refer to each other; a type that needs itself for that is a cycle and becomes invalid.
 */

import type {
  ArrayType as ArrayExpr,
  Expr,
  Field,
  FuncType as FuncExpr,
  Ident,
  InterfaceType as InterfaceExpr,
  StructType as StructExpr,
} from '../ast/ast.ts';
import type { FuncType, InterfaceType, StructField, Type, TypeParam } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import { checkExpr } from './expr.ts';
import { refuse, report, show, textOf } from './operand.ts';
import { requireComparableKey } from './satisfy.ts';
import { type Entity, type Env, lookup, member, newScope, type TypeEntity } from './scope.ts';
import {
  anyType,
  array,
  identical,
  invalidType,
  isFloatOrComplex,
  isInvalid,
  pointer,
  slice,
  under,
} from './types.ts';

/** The type of an expression that must be a type of the subset: interfaces only bound type parameters. */
export function checkType(env: Env, expr: Expr): Type {
  return evaluate(env, expr, false);
}

/** As `checkType`, and an interface is welcome: type declarations and constraints. */
export function checkTypeOrInterface(env: Env, expr: Expr): Type {
  return evaluate(env, expr, true);
}

/** The entity that a type name means, `pkg.Name` included; null when the expression is not a name or unknown. */
export function namedEntity(env: Env, expr: Expr): Entity | null {
  if (expr.kind === 'Paren') return namedEntity(env, expr.x);
  if (expr.kind === 'Ident') return lookup(env.scope, expr.name);
  if (expr.kind !== 'Selector' || expr.x.kind !== 'Ident') return null;
  const pkg = lookup(env.scope, expr.x.name);
  return pkg?.kind === 'package' ? member(pkg.pkg.scope, expr.sel.name) : null;
}

function isInterfaceEntity(entity: TypeEntity, depth = 0): boolean {
  if (entity.decl === null) return entity.type.kind === 'interface';
  if (entity.decl.type.kind === 'InterfaceType') return true;
  if (entity.env === null || depth > 20) return false;
  const next = namedEntity(entity.env, entity.decl.type);
  return next?.kind === 'type' && next !== entity && isInterfaceEntity(next, depth + 1);
}

function evaluate(env: Env, expr: Expr, interfaces: boolean): Type {
  switch (expr.kind) {
    case 'Paren':
      return evaluate(env, expr.x, interfaces);
    case 'Ident':
    case 'Selector':
    case 'Index':
      return namedType(env, expr, interfaces);
    case 'Star':
      return pointer(evaluate(env, expr.x, false));
    case 'ArrayType':
      return arrayType(env, expr);
    case 'MapType': {
      const key = checkType(env, expr.key);
      requireComparableKey(env, key, expr.key.span);
      return { kind: 'map', key, value: checkType(env, expr.value) };
    }
    case 'StructType':
      return structType(env, expr);
    case 'FuncType':
      return signatureOf(env, expr);
    case 'InterfaceType':
      if (interfaces || env.pkg.texts !== null) return interfaceType(env, expr);
      report(env, 'no-interface', expr.span, {});
      env.checker.skipped = true;
      return invalidType;
    case 'ChanType':
      env.checker.skipped = true;
      report(env, 'no-channel', expr.span, {});
      return invalidType;
    case 'BadExpr':
      return invalidType;
    default:
      report(env, 'not-a-type', expr.span, { name: textOf(env, expr.span) });
      return invalidType;
  }
}

function namedType(env: Env, expr: Expr, interfaces: boolean): Type {
  const op = checkExpr(env, expr);
  switch (op.mode) {
    case 'invalid':
      return invalidType;
    case 'generictype':
      report(env, 'generic-without-arguments', expr.span, { name: textOf(env, expr.span) });
      return invalidType;
    case 'type':
      break;
    default:
      report(env, 'not-a-type', expr.span, { name: textOf(env, expr.span) });
      return invalidType;
  }
  if (env.pkg.texts !== null) return op.type;
  if (op.type.kind === 'basic' && isFloatOrComplex(op.type)) {
    report(env, 'no-float', expr.span, {});
    return invalidType;
  }
  if (!interfaces && op.type.kind !== 'typeparam') {
    const entity = namedEntity(env, expr.kind === 'Index' ? expr.x : expr);
    if (
      op.type.kind === 'interface' ||
      (entity?.kind === 'type' && !entity.parameter && isInterfaceEntity(entity))
    ) {
      report(env, 'no-interface', expr.span, {});
      return invalidType;
    }
  }
  return op.type;
}

function arrayType(env: Env, expr: ArrayExpr): Type {
  const elem = checkType(env, expr.element);
  if (expr.length === null) return slice(elem);
  if (expr.length === 'auto') {
    report(env, 'array-length-auto', expr.span, {});
    return invalidType;
  }
  const length = arrayLength(env, expr.length);
  return length === null ? invalidType : array(length, elem);
}

/** Elements beyond this would not fit any eBPF object, and would make the compiler slow. */
const maxArrayLength = 1n << 31n;

function arrayLength(env: Env, expr: Expr): number | null {
  const op = checkExpr(env, expr);
  if (op.mode === 'invalid') return null;
  if (op.mode !== 'const') {
    report(env, 'array-length-not-constant', expr.span, { name: textOf(env, expr.span) });
    return null;
  }
  if (op.value.kind === 'int' && op.value.value > maxArrayLength) {
    report(env, 'array-too-large', expr.span, { name: textOf(env, expr.span) });
    return null;
  }
  if (op.value.kind !== 'int' || op.value.value < 0n) {
    report(env, 'array-length-invalid', expr.span, { name: textOf(env, expr.span) });
    return null;
  }
  return Number(op.value.value);
}

// ---------------------------------------------------------------- structs

function embeddedName(expr: Expr): Ident | null {
  switch (expr.kind) {
    case 'Ident':
      return expr;
    case 'Selector':
      return expr.sel;
    case 'Star':
    case 'Paren':
    case 'Index':
      return embeddedName(expr.x);
    default:
      return null;
  }
}

function structType(env: Env, expr: StructExpr): Type {
  const fields: StructField[] = [];
  const seen = new Map<string, Span>();
  const add = (name: Ident, type: Type, embedded: boolean, tag: string | null): void => {
    const earlier = seen.get(name.name);
    if (earlier !== undefined && name.name !== '_')
      report(env, 'duplicate-field', name.span, { name: name.name }, [
        { span: earlier, message: 'first declared here' },
      ]);
    seen.set(name.name, name.span);
    fields.push({ name: name.name, type, embedded, tag });
  };
  for (const field of expr.fields) {
    const type = checkType(env, field.type);
    for (const name of field.names) add(name, type, false, field.tag);
    if (field.names.length > 0) continue;
    const name = embeddedName(field.type);
    if (name !== null) add(name, type, true, field.tag);
    env.checker.later.push(() => checkEmbedded(env, type, field.type.span));
  }
  return { kind: 'struct', fields };
}

function checkEmbedded(env: Env, type: Type, span: Span): void {
  const base = type.kind === 'pointer' ? type.elem : type;
  const wrong =
    base.kind === 'typeparam'
      ? 'a type parameter'
      : under(base).kind === 'pointer' || (base.kind === 'basic' && base.name === 'unsafe.Pointer')
        ? 'a pointer'
        : null;
  if (wrong !== null) report(env, 'bad-embedded', span, { what: wrong });
}

// ---------------------------------------------------------------- functions

/** Types of a parameter or result list, one per name. */
export function fieldTypes(env: Env, fields: readonly Field[]): readonly Type[] {
  return fields.flatMap((field) => {
    const type = field.type.kind === 'Ellipsis' ? variadicType(env, field) : checkType(env, field.type);
    return Array<Type>(Math.max(1, field.names.length)).fill(type);
  });
}

function variadicType(env: Env, field: Field): Type {
  if (field.type.kind !== 'Ellipsis') return invalidType;
  if (env.pkg.texts === null) {
    report(env, 'no-variadic', field.type.span, {});
    return invalidType;
  }
  return slice(evaluate(env, field.type.element, true));
}

/** The signature of a function type; receiver and type parameters are the caller's. */
export function signatureOf(env: Env, expr: FuncExpr): FuncType {
  return {
    kind: 'func',
    params: fieldTypes(env, expr.params),
    results: fieldTypes(env, expr.results),
    variadic: expr.params.at(-1)?.type.kind === 'Ellipsis',
  };
}

// ---------------------------------------------------------------- interfaces and constraints

type Term = { readonly tilde: boolean; readonly type: Type };

function overlaps(a: Term, b: Term): boolean {
  const shape = (term: Term, other: Term): Type => (other.tilde ? under(term.type) : term.type);
  return identical(shape(a, b), shape(b, a));
}

/** The terms of `A | ~B | C`, a left-deep chain. */
function unionTerms(env: Env, expr: Expr): readonly Term[] | null {
  const parts: Expr[] = [];
  let rest = expr;
  while (rest.kind === 'Binary' && rest.op === '|') {
    parts.unshift(rest.y);
    rest = rest.x;
  }
  parts.unshift(rest);
  const terms: Term[] = [];
  const written: Term[] = [];
  for (const part of parts) {
    const tilde = part.kind === 'Unary' && part.op === '~';
    const type = evaluate(env, tilde ? part.x : part, true);
    if (isInvalid(type)) continue;
    const u = under(type);
    if (u.kind === 'interface' && !tilde) {
      if (u.terms === null) return null;
      terms.push(...u.terms);
      continue;
    }
    if (tilde && !identical(u, type))
      report(env, 'bad-tilde', part.span, { type: show(env, type), underlying: show(env, u) });
    const term = { tilde, type };
    if (written.some((other) => overlaps(term, other)))
      report(env, 'overlapping-terms', part.span, { term: textOf(env, part.span) });
    written.push(term);
    terms.push(term);
  }
  return terms;
}

function includes(terms: readonly Term[], term: Term): boolean {
  return terms.some((t) =>
    identical(t.tilde ? under(term.type) : term.type, t.tilde ? under(t.type) : t.type),
  );
}

function interfaceType(env: Env, expr: InterfaceExpr): InterfaceType {
  let terms: readonly Term[] | null = null;
  let comparable = false;
  const methods = expr.methods.map((m) => ({ name: m.name.name, type: signatureOf(env, m.type) }));
  for (const embedded of expr.embedded) {
    const single = embedded.kind === 'Ident' || embedded.kind === 'Selector' || embedded.kind === 'Index';
    const type = single ? evaluate(env, embedded, true) : null;
    const u = type === null ? null : under(type);
    if (u?.kind === 'interface') {
      comparable ||= u.comparable;
      methods.push(...u.methods);
    }
    const added: readonly Term[] | null =
      type === null
        ? unionTerms(env, embedded)
        : u?.kind === 'interface'
          ? u.terms
          : [{ tilde: false, type }];
    const before: readonly Term[] | null = terms;
    if (added !== null) terms = before === null ? added : added.filter((term) => includes(before, term));
  }
  return { kind: 'interface', terms, comparable, methods };
}

/** A type parameter's constraint: an interface, or a union that stands for one. */
export function checkConstraint(env: Env, expr: Expr): Type {
  const isUnion = (expr.kind === 'Binary' && expr.op === '|') || (expr.kind === 'Unary' && expr.op === '~');
  if (isUnion) return { kind: 'interface', terms: unionTerms(env, expr), comparable: false, methods: [] };
  const type = evaluate(env, expr, true);
  if (isInvalid(type)) return anyType;
  if (type.kind === 'typeparam') {
    report(env, 'constraint-type-parameter', expr.span, { name: type.name });
    return anyType;
  }
  return under(type).kind === 'interface'
    ? type
    : { kind: 'interface', terms: [{ tilde: false, type }], comparable: false, methods: [] };
}

/** Names of a type parameter list with the field each stands in. */
export function typeParamNames(
  fields: readonly Field[],
): readonly { readonly name: Ident; readonly field: Field }[] {
  return fields.flatMap((field) => field.names.map((name) => ({ name, field })));
}

function parameterEntity(name: Ident, type: Type, parameter: boolean): TypeEntity {
  return {
    kind: 'type',
    name: name.name,
    span: name.span,
    decl: null,
    env: null,
    parameter,
    state: 'done',
    type,
    instances: [],
    methods: new Map(),
    findMethod: null,
    origin: null,
  };
}

/** Declare type parameters as opaque types. */
export function opaqueParams(
  env: Env,
  fields: readonly Field[],
): { readonly env: Env; readonly params: readonly TypeParam[] } {
  const scope = newScope('function', env.scope);
  const bound: Env = { ...env, scope };
  const params: TypeParam[] = [];
  for (const { name, field } of typeParamNames(fields)) {
    let constraint: Type | null = null;
    const param: TypeParam = {
      kind: 'typeparam',
      name: name.name,
      get constraint(): Type {
        if (constraint !== null) return constraint;
        constraint = anyType;
        constraint = checkConstraint(bound, field.type);
        return constraint;
      },
    };
    params.push(param);
    if (name.name === '_') continue;
    if (scope.names.has(name.name)) refuse(env, 'redeclared', name.span, { name: name.name });
    scope.names.set(name.name, parameterEntity(name, param, false));
  }
  return { env: bound, params };
}

/** Bind type parameter names to the arguments of an instance. */
export function boundParams(env: Env, names: readonly Ident[], args: readonly Type[]): Env {
  const scope = newScope('function', env.scope);
  for (const [i, name] of names.entries())
    if (name.name !== '_') scope.names.set(name.name, parameterEntity(name, args[i] ?? invalidType, true));
  return { ...env, scope };
}
