/**
 * Entities of package-level declarations, before anything about them is resolved.
 *
 *     var a, b = 1, 2   →   GlobalEntity a (index 0), GlobalEntity b (index 1)
 */

import type { ConstDecl, Expr, FuncDecl, Ident, TypeDecl, VarDecl } from '../ast/ast.ts';
import { falseConst } from './constants.ts';
import { type DirectiveSet, directivesNamed } from './directives.ts';
import type { ConstEntity, Env, FuncEntity, GlobalEntity, TypeEntity } from './scope.ts';
import { invalidType } from './types.ts';

/** Where a declaration stands, and the directives above it. */
export interface Place {
  readonly env: Env;
  readonly directives: DirectiveSet;
}

export function constEntity(env: Env, decl: ConstDecl, index: number, name: Ident): ConstEntity {
  return {
    kind: 'const',
    name: name.name,
    span: name.span,
    source: { decl, index, env },
    state: 'new',
    type: invalidType,
    value: falseConst,
  };
}

export function globalEntity(
  { env, directives }: Place,
  decl: VarDecl,
  index: number,
  name: Ident,
): GlobalEntity {
  return {
    kind: 'global',
    name: name.name,
    span: name.span,
    decl,
    index,
    env,
    directives,
    state: 'new',
    type: invalidType,
    target: null,
    initialised: false,
    needs: new Set(),
    funcs: new Set(),
  };
}

function originOf(directives: DirectiveSet): TypeEntity['origin'] {
  const core = directivesNamed(directives, 'core')[0];
  if (core !== undefined) return { kind: 'core', name: core.text };
  const tracepoint = directivesNamed(directives, 'tracepoint')[0];
  return tracepoint === undefined ? null : { kind: 'tracepoint', name: tracepoint.text };
}

export function typeEntity(
  { env, directives }: Place,
  decl: TypeDecl,
  findMethod: TypeEntity['findMethod'],
): TypeEntity {
  return {
    kind: 'type',
    name: decl.name.name,
    span: decl.name.span,
    decl,
    env,
    parameter: false,
    state: 'new',
    type: invalidType,
    instances: [],
    methods: new Map(),
    findMethod,
    origin: originOf(directives),
  };
}

export function funcEntity(place: Place, decl: FuncDecl, receiver: FuncEntity['receiver']): FuncEntity {
  const { env, directives } = place;
  return {
    kind: 'func',
    name: decl.name.name,
    span: decl.name.span,
    decl,
    pkg: env.pkg,
    env,
    directives,
    receiver,
    intrinsic: decl.body === null,
    opaque: null,
    busy: false,
    instances: [],
  };
}

/** Base type name, pointer and type parameter names of a receiver. */
export function receiverParts(expr: Expr): {
  readonly base: Expr;
  readonly pointer: boolean;
  readonly params: readonly string[];
} {
  let pointer = false;
  let at = expr;
  while (at.kind === 'Paren' || (at.kind === 'Star' && !pointer)) {
    pointer ||= at.kind === 'Star';
    at = at.x;
  }
  if (at.kind !== 'Index') return { base: at, pointer, params: [] };
  return { base: at.x, pointer, params: at.indices.map((i) => (i.kind === 'Ident' ? i.name : '_')) };
}
