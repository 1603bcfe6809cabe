/**
 * Selectors: `pkg.Name`, fields, and methods before their call.
 *
 *     s.Lock()  with  type Stat struct { bpf.SpinLock; … }   →   receiver &s.SpinLock, method SpinLock.Lock
 *
 * Promoted fields become explicit paths; the `&x` or `*p` that a method's receiver wants becomes explicit.
 */

import type { Selector } from '../ast/ast.ts';
import type { TExpr } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import { checkExpr, entityOperand, requireValue } from './expr.ts';
import { sdkNativeNames } from './gen/sdk.ts';
import { instantiateFunc } from './instances.ts';
import { addressOf, dereferenced, findMember, type MethodMember, selectPath, visible } from './members.ts';
import { invalid, type Operand, refuse, report, show, type ValueOperand, value } from './operand.ts';
import { badExpr, type Env, lookup, member, type PackageEntity } from './scope.ts';
import { memberAdvice } from './advice.ts';
import { nearest } from './spelling.ts';
import { coreType, isInvalid, pointer, sdkPath, under } from './types.ts';

export function checkSelector(env: Env, expr: Selector): Operand {
  if (expr.x.kind === 'Ident') {
    const entity = lookup(env.scope, expr.x.name);
    if (entity?.kind === 'package') return packageMember(env, entity, expr);
  }
  const op = checkExpr(env, expr.x);
  if (op.mode === 'type') return refuse(env, 'method-expression', expr.span, { name: expr.sel.name });
  const x = requireValue(env, op);
  if (x.mode === 'invalid') return invalid(expr.span);
  if (expr.sel.name === '_') return refuse(env, 'blank-as-value', expr.sel.span, {});
  if (x.mode !== 'value') return memberOfConstant(env, x, expr);
  return valueMember(env, x, expr);
}

function packageMember(env: Env, entity: PackageEntity, expr: Selector): Operand {
  entity.used = true;
  const found = member(entity.pkg.scope, expr.sel.name);
  if (found === null) {
    if (entity.pkg.path === sdkPath && sdkNativeNames.includes(expr.sel.name))
      return refuse(env, 'native-only', expr.span, { name: expr.sel.name });
    const names = entity.pkg.texts === null ? entity.pkg.scope.names.keys() : Object.keys(entity.pkg.texts);
    const near = nearest(plainName(expr.sel.name), names);
    const name = `${entity.name}.${expr.sel.name}`;
    return near === null
      ? refuse(env, 'undefined-name', expr.span, { name, advice: '' })
      : refuse(env, 'undefined-name-near', expr.span, { name, near: `${entity.name}.${near}` });
  }
  if (!visible(env.pkg, entity.pkg.path, expr.sel.name))
    return refuse(env, 'not-exported', expr.sel.span, { name: expr.sel.name, pkg: entity.name });
  return entityOperand(env, found, expr.span);
}

/** Names of C programs: `bpf_ktime_get_ns` is looked for as `ktimegetns`. */
const plainName = (name: string): string => name.replace(/^bpf_(?=\w)/, '').replaceAll('_', '');

function noMember(env: Env, type: Type, expr: Selector): Operand {
  const base = under(type.kind === 'pointer' ? type.elem : type);
  // The member may be one of an embedded type that is wrong.
  if (base.kind === 'struct' && base.fields.some((f) => f.embedded && isInvalid(f.type)))
    return invalid(expr.span);
  const { name } = expr.sel;
  return refuse(env, 'no-member', expr.sel.span, {
    type: show(env, type),
    name,
    advice: memberAdvice(type, name),
  });
}

/** A method of a constant of declared type. */
function memberOfConstant(env: Env, x: Operand, expr: Selector): Operand {
  const found = x.mode === 'const' ? findMember(x.type, expr.sel.name) : null;
  if (x.mode !== 'const' || found?.kind !== 'method') return noMember(env, x.type, expr);
  const constantTree: TExpr = { kind: 'const', type: x.type, span: x.span, value: x.value };
  return methodOperand(env, value(constantTree), found, expr);
}

function valueMember(env: Env, x: ValueOperand, expr: Selector): Operand {
  const { name } = expr.sel;
  const opaque = opaqueMember(env, x, expr);
  if (opaque !== null) return opaque;
  const u = under(x.type);
  if (u.kind === 'pointer' && under(u.elem).kind === 'pointer') return noMember(env, x.type, expr);
  const found = findMember(x.type, name);
  if (found === null) return noMember(env, x.type, expr);
  if (found.kind === 'ambiguous')
    return refuse(env, 'ambiguous-member', expr.sel.span, { type: show(env, x.type), name });
  if (!visible(env.pkg, found.pkg, name))
    return refuse(env, 'not-exported', expr.sel.span, { name, pkg: found.pkg ?? '' });
  if (found.kind === 'method') return methodOperand(env, x, found, expr);
  if (found.type.kind === 'basic' && found.type.name === 'invalid') return invalid(expr.span);
  const selected = selectPath(x.x, found.path, expr.span);
  return value(selected, x.addressable || goesThroughPointer(selected, x.x));
}

function goesThroughPointer(selected: TExpr, from: TExpr): boolean {
  for (let at = selected; at !== from; ) {
    if (at.kind === 'deref') return true;
    if (at.kind !== 'field') return false;
    at = at.x;
  }
  return false;
}

/** Members of a value whose type is a type parameter: methods of its constraint, fields of its core type never. */
function opaqueMember(env: Env, x: ValueOperand, expr: Selector): Operand | null {
  const param = x.type.kind === 'pointer' ? x.type.elem : x.type;
  if (param.kind !== 'typeparam') return null;
  const constraint = under(param);
  const method =
    constraint.kind === 'interface' && x.type.kind === 'typeparam'
      ? constraint.methods.find((m) => m.name === expr.sel.name)
      : undefined;
  if (method !== undefined) return value(badExpr(expr.span, method.type));
  // A constraint of pointers to one declared type, `interface{ *T; Init() }`, reaches what the pointer reaches.
  const core = coreType(param);
  if (core?.kind === 'pointer' && core.elem.kind === 'named')
    return valueMember(env, { ...x, type: core, x: badExpr(x.span, core) }, expr);
  return noMember(env, x.type, expr);
}

function methodOperand(env: Env, x: ValueOperand, found: MethodMember, expr: Selector): Operand {
  const receiver = receiverTree(env, x, found, expr);
  if (receiver === null) return invalid(expr.span);
  const { entity, owner } = found;
  const instance = instantiateFunc(env, entity, owner.typeArgs, expr.span);
  const stateless =
    receiver.kind === 'globalref' && env.checker.stateless.has(receiver.global)
      ? receiver.global.name.slice(receiver.global.name.lastIndexOf('.') + 1)
      : null;
  return {
    mode: 'func',
    span: expr.span,
    entity,
    typeArgs: owner.typeArgs,
    receiver,
    type: instance.signature,
    owner: stateless,
  };
}

/** The receiver argument: the path to the embedded value, then `&` or `*` as the method wants. */
function receiverTree(env: Env, x: ValueOperand, found: MethodMember, expr: Selector): TExpr | null {
  const at = selectPath(x.x, found.path, expr.x.span);
  const isPointer = under(at.type).kind === 'pointer' && at.type.kind === 'pointer';
  if (found.entity.receiver?.pointer !== true) return isPointer ? dereferenced(at) : at;
  if (isPointer) return at;
  if (at.kind === 'mapref') return { ...at, type: pointer(at.type) };
  if (!x.addressable && !goesThroughPointer(at, x.x)) {
    report(env, 'method-needs-address', expr.span, { name: found.entity.name, type: show(env, at.type) });
    return null;
  }
  return { ...addressOf(at), span: expr.x.span };
}
