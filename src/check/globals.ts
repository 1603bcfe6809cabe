/**
 * Package variables: data of the program, or maps.
 *
 *     var hits = bpf.HashMap[Key, uint64]{MaxEntries: 1024}   →   TMap HashMap [Key, uint64] {MaxEntries: 1024}
 *     var seed = 40 + 2                                       →   TGlobal int, init 42
 *
 * Nothing runs before a program does, so initialisers are folded here to constants and composites of them.
 */

import type { TExpr, TGlobal, TMap } from '../ast/typed.ts';
import type { ConstValue, NamedType, Type } from '../ast/types.ts';
import { maps } from '../bpf/maps.ts';
import { intConst, literalValue } from './constants.ts';
import { directivesNamed } from './directives.ts';
import { foldInitialiser } from './fold.ts';
import { forgottenPart } from './forget.ts';
import { report, show } from './operand.ts';
import { resolveConst } from './resolve.ts';
import { checkStructOps } from './struct-ops.ts';
import { type Entity, type Env, type GlobalEntity, lookup } from './scope.ts';
import { invalidType, isComparable, isInvalid, sdkPath, under } from './types.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const sdkMapNames: ReadonlySet<string> = new Set(Object.values(maps).map((row) => row.sdk));

/** The SDK's map type, or null. */
export function sdkMapType(type: Type): NamedType | null {
  return type.kind === 'named' && type.pkg === sdkPath && sdkMapNames.has(type.name) ? type : null;
}

function symbol(entity: GlobalEntity): string {
  const { pkg, checker } = entity.env;
  return pkg.path === checker.rootPath ? entity.name : `${pkg.name}.${entity.name}`;
}

/** Make the variable that references name; its initialiser comes later. */
export function attachTarget(entity: GlobalEntity): void {
  const { type, env } = entity;
  if (isInvalid(type)) return;
  const sdk = sdkMapType(type);
  const mapDirective = directivesNamed(entity.directives, 'map')[0];
  const common = { name: symbol(entity), pkg: env.pkg.path, span: entity.span, type };
  if (sdk !== null) {
    if (mapDirective !== undefined)
      report(env, 'map-directive-type', mapDirective.span, { type: show(env, type) });
    const { name: mapType, typeArgs } = sdk;
    entity.target = {
      kind: 'map',
      ...common,
      mapType,
      goMap: false,
      typeArgs,
      options: new Map(),
      initial: new Map(),
    };
    return;
  }
  const u = under(type);
  if (u.kind === 'map') {
    if (mapDirective === undefined) {
      report(env, 'map-without-directive', entity.span, { name: entity.name });
      entity.type = invalidType;
      return;
    }
    const [mapType = ''] = mapDirective.words;
    entity.target = {
      kind: 'map',
      ...common,
      mapType,
      goMap: true,
      typeArgs: [u.key, u.value],
      options: new Map(),
      initial: new Map(),
    };
    return;
  }
  if (mapDirective !== undefined)
    report(env, 'map-directive-type', mapDirective.span, { type: show(env, type) });
  const config = directivesNamed(entity.directives, 'config').length > 0;
  const pin = directivesNamed(entity.directives, 'pin')[0]?.text ?? null;
  entity.target = { kind: 'global', ...common, init: null, config, pin };
  if (env.pkg.texts !== null && u.kind === 'struct' && u.fields.length === 0)
    env.checker.stateless.add(entity.target);
}

/** Give a variable its initial value; null: the zero value. */
export function initialise(env: Env, entity: GlobalEntity, value: TExpr | null): void {
  const { target } = entity;
  entity.initialised = true;
  if (target === null || (value !== null && isInvalid(value.type))) return;
  if (target.kind === 'map') {
    if (target.goMap) initialiseGoMap(env, entity, target, value);
    else initialiseMap(env, target, value);
    env.checker.later.push(() => requireStorable(env, entity, target));
    return;
  }
  env.checker.later.push(() => requireStorable(env, entity, target));
  if (value === null) return;
  const global: Mutable<TGlobal> = target;
  const folded = foldInitialiser(env, value);
  if (folded.kind === 'refused') {
    if (!folded.known && forgottenPart(target.type, !target.config) === null)
      report(env, 'initialiser-not-constant', folded.span, { name: entity.name });
  } else global.init = folded.value;
}

function initialiseMap(env: Env, target: TMap, value: TExpr | null): void {
  if (value === null) return;
  if (value.kind !== 'composite') {
    report(env, 'map-initialiser', value.span, { name: target.name });
    return;
  }
  const struct = under(target.type);
  const options = new Map<string, ConstValue>();
  const initial = new Map<string, TExpr>();
  for (const element of value.elements) {
    const name = struct.kind === 'struct' ? (struct.fields[element.index]?.name ?? '') : '';
    const folded = foldInitialiser(env, element.value);
    if (folded.kind === 'folded' && folded.value.kind === 'const') options.set(name, folded.value.value);
    else initial.set(name, element.value);
  }
  const map: Mutable<TMap> = target;
  map.options = options;
  map.initial = initial;
}

function initialiseGoMap(env: Env, entity: GlobalEntity, target: TMap, value: TExpr | null): void {
  if (value === null || value.kind === 'nil') {
    report(env, 'nil-map', entity.span, { name: entity.name, type: show(env, target.type) });
    return;
  }
  if (value.kind !== 'composite') {
    report(env, 'map-initialiser', value.span, { name: target.name });
    return;
  }
  const directive = directivesNamed(entity.directives, 'map')[0];
  const entries = directive === undefined ? null : directiveNumber(env, directive.words[1] ?? '');
  if (directive !== undefined && (entries === null || entries < 1n))
    report(env, 'directive-number', directive.span, { text: directive.words[1] ?? '' });
  const map: Mutable<TMap> = target;
  map.options = new Map([['MaxEntries', intConst(entries ?? 1n)]]);
}

/** A number in a directive: a literal, or the name of a constant of the package. */
export function directiveNumber(env: Env, text: string): bigint | null {
  const negative = text.startsWith('-');
  const digits = negative ? text.slice(1) : text;
  if (/^\d/.test(digits)) {
    const value = literalValue('int', digits);
    return value?.kind === 'int' ? (negative ? -value.value : value.value) : null;
  }
  const entity: Entity | null = lookup(env.scope, digits);
  if (entity?.kind !== 'const') return null;
  resolveConst(entity, env, entity.span);
  if (entity.value.kind !== 'int') return null;
  return negative ? -entity.value.value : entity.value.value;
}

/** Pointers and their like lose their meaning in memory that the verifier does not track. */
function requireStorable(env: Env, entity: GlobalEntity, target: TGlobal | TMap): void {
  if (env.pkg.texts !== null || entity.name === '_') return;
  if (target.kind === 'global') {
    const part = forgottenPart(target.type, !target.config);
    if (part !== null) report(env, 'pointer-in-global', entity.span, { name: entity.name, part: part.what });
    return;
  }
  if (target.mapType === maps.struct_ops.sdk) {
    checkStructOps(env, entity, target);
    return;
  }
  const [key] = target.typeArgs;
  if (key !== undefined && target.typeArgs.length === 2 && !isComparable(key)) return;
  for (const arg of target.typeArgs) {
    // Programs and inner maps are held by the kernel.
    if (under(arg).kind === 'func' || sdkMapType(arg) !== null) continue;
    const part = forgottenPart(arg);
    if (part !== null)
      report(env, 'pointer-in-map', entity.span, {
        name: entity.name,
        part: part.what,
        instead: /string/.test(part.what)
          ? 'keep text in an array of bytes, [16]byte'
          : 'store the data itself, or a key of another map',
        type: show(env, arg),
      });
  }
}
