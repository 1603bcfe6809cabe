/** Go's predeclared names, and those of package unsafe as `unsafe.Name`. */

import type { Type } from '../ast/types.ts';
import { builtinNames, unsafeNames } from './builtins.ts';
import { falseConst, intConst, trueConst } from './constants.ts';
import { type ConstEntity, type Entity, newScope, type Scope, type TypeEntity } from './scope.ts';
import { anyType, basic, byteType, comparableType, runeType, stringType } from './types.ts';

const nowhere = { file: -1, start: 0, end: 0 };

const basicTypes = [
  'bool',
  'int',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'uintptr',
  'string',
  'float32',
  'float64',
  'complex64',
  'complex128',
] as const;

function typeEntity(name: string, type: Type): TypeEntity {
  return {
    kind: 'type',
    name,
    span: nowhere,
    decl: null,
    env: null,
    parameter: false,
    state: 'done',
    type,
    instances: [],
    methods: new Map(),
    findMethod: null,
    origin: null,
  };
}

function constEntity(name: string, type: Type, value: ConstEntity['value']): ConstEntity {
  return { kind: 'const', name, span: nowhere, source: null, state: 'done', type, value };
}

/** The type of `error`: known so that it can be refused as an interface. */
const errorType: Type = {
  kind: 'interface',
  terms: null,
  comparable: false,
  methods: [{ name: 'Error', type: { kind: 'func', params: [], results: [stringType], variadic: false } }],
};

export function universe(): Scope {
  const scope = newScope('universe', null);
  const add = (entity: Entity): void => {
    scope.names.set(entity.name, entity);
  };
  for (const name of basicTypes) add(typeEntity(name, basic(name)));
  add(typeEntity('byte', byteType));
  add(typeEntity('rune', runeType));
  add(typeEntity('any', anyType));
  add(typeEntity('comparable', comparableType));
  add(typeEntity('error', errorType));
  add(typeEntity('unsafe.Pointer', basic('unsafe.Pointer')));
  add(constEntity('true', basic('untyped bool'), trueConst));
  add(constEntity('false', basic('untyped bool'), falseConst));
  add(constEntity('iota', basic('untyped int'), intConst(0)));
  add({ kind: 'nil', name: 'nil', span: nowhere });
  for (const name of [...builtinNames, ...unsafeNames]) add({ kind: 'builtin', name, span: nowhere });
  return scope;
}
