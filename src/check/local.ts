/** Constants and types declared inside functions: they are in scope from their declaration on. */

import type { ConstDecl, Ident, TypeDecl } from '../ast/ast.ts';
import { falseConst } from './constants.ts';
import { isGeneric, resolveType } from './instances.ts';
import { report } from './operand.ts';
import { requireFinite } from './recursive.ts';
import { constValueOf, requireValueCount } from './resolve.ts';
import type { ConstEntity, Entity, Env, TypeEntity } from './scope.ts';
import { invalidType } from './types.ts';

function declare(env: Env, name: Ident, entity: Entity): void {
  if (name.name === '_') return;
  const earlier = env.scope.names.get(name.name);
  if (earlier !== undefined)
    report(env, 'redeclared', name.span, { name: name.name }, [
      { span: earlier.span, message: 'first declared here' },
    ]);
  else env.scope.names.set(name.name, entity);
}

export function declareConst(env: Env, decl: ConstDecl): void {
  const inside: Env = { ...env, iota: BigInt(decl.iota) };
  const made = decl.names.map((name, index): ConstEntity => {
    const { type, value } = constValueOf(inside, decl, index);
    return {
      kind: 'const',
      name: name.name,
      span: name.span,
      source: null,
      state: 'done',
      type,
      value: value ?? falseConst,
    };
  });
  requireValueCount(env, decl);
  for (const [i, name] of decl.names.entries()) {
    const entity = made[i];
    if (entity !== undefined) declare(env, name, entity);
  }
}

export function declareType(env: Env, decl: TypeDecl): void {
  const entity: TypeEntity = {
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
    findMethod: null,
    origin: null,
  };
  declare(env, decl.name, entity);
  if (isGeneric(entity)) return;
  const type = resolveType(entity);
  if (type.kind === 'named') void type.underlying;
  requireFinite(type);
}
