/**
 * Calls: functions, methods, function values, conversions; what is known by declaration only becomes an intrinsic.
 *
 *     hits.Lookup(k)   →   intrinsic bpf.HashMap.Lookup[K, V](mapref hits, k)        Max(x, 1)   →   call Max[uint8](…)
 */

import type { Call, Expr } from '../ast/ast.ts';
import type { TExpr } from '../ast/typed.ts';
import type { FuncType, Type } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import { checkBuiltin } from './builtins.ts';
import { assignTo, conversion, tree, useDefault } from './convert.ts';
import { checkExpr, checkValue, requireValue } from './expr.ts';
import { inferTypeArgs } from './infer.ts';
import { instantiateFunc, isGenericFunc, opaqueInstance, requireConstraints } from './instances.ts';
import {
  describe,
  type FuncOperand,
  invalid,
  type Operand,
  refuse,
  report,
  textOf,
  value,
} from './operand.ts';
import type { Env, FuncEntity, FuncInstance } from './scope.ts';
import { coreType, invalidType, isInvalid, noResults, under } from './types.ts';

/** Arguments of a call: one operand per value, or the call that gives them all (`f(g())`). */
export interface Arguments {
  readonly operands: readonly Operand[];
  readonly exprs: readonly Expr[];
  readonly tuple: TExpr | null;
}

export function checkCall(env: Env, expr: Call): Operand {
  const callee = checkExpr(env, expr.fun);
  switch (callee.mode) {
    case 'type':
      return convertCall(env, expr, callee.type, callee.parameter);
    case 'builtin':
      return checkBuiltin(env, expr, callee.name);
    case 'generictype':
      for (const arg of expr.args) checkExpr(env, arg);
      return refuse(env, 'generic-without-arguments', callee.span, { name: textOf(env, callee.span) });
    case 'func':
      return callFunc(env, expr, callee);
    case 'invalid':
      for (const arg of expr.args) checkExpr(env, arg);
      return invalid(expr.span);
    default:
      return callValue(env, expr, requireValue(env, callee));
  }
}

function convertCall(env: Env, expr: Call, type: Type, parameter: boolean): Operand {
  const [arg] = expr.args;
  if (arg === undefined) return refuse(env, 'conversion-count', expr.rparen, { have: 0 });
  if (expr.args.length > 1) {
    for (const each of expr.args) checkExpr(env, each);
    return refuse(env, 'conversion-count', (expr.args[1] ?? arg).span, { have: expr.args.length });
  }
  const op = checkValue(env, arg);
  if (type.kind !== 'typeparam' && under(type).kind === 'interface')
    return refuse(env, 'no-interface', expr.span, {});
  return conversion(env, op, type, parameter, expr);
}

// ---------------------------------------------------------------- arguments

export function checkArguments(env: Env, exprs: readonly Expr[]): Arguments {
  const [only] = exprs;
  if (exprs.length !== 1 || only === undefined)
    return { operands: exprs.map((arg) => checkValue(env, arg)), exprs, tuple: null };
  const op = checkExpr(env, only);
  if (op.mode !== 'value' || op.type.kind !== 'tuple' || op.type.types.length < 2)
    return { operands: [requireValue(env, op)], exprs, tuple: null };
  const operands = op.type.types.map((type): Operand => value({ kind: 'nil', type, span: op.span }));
  return { operands, exprs, tuple: op.x };
}

/** Typed arguments of a call of `signature`; reports counts and types as Go does. */
function matchArguments(
  env: Env,
  call: Call,
  args: Arguments,
  signature: FuncType,
  where: string,
): readonly TExpr[] | null {
  const { params, variadic } = signature;
  const have = args.operands.length;
  const want = variadic ? params.length - 1 : params.length;
  if (have < want) {
    if (!args.operands.some((op) => op.mode === 'invalid'))
      report(env, 'not-enough-arguments', call.rparen, { name: textOf(env, call.fun.span), have, want });
    return null;
  }
  if (have > want && !variadic) {
    const extra = args.exprs[args.tuple === null ? want : 0] ?? call;
    report(env, 'too-many-arguments', extra.span, { name: textOf(env, call.fun.span), have, want });
    return null;
  }
  if (call.spread) {
    // A variadic function of the user's has had its error.
    if (!variadic || !isInvalid(params.at(-1) ?? invalidType))
      report(env, variadic ? 'no-spread' : 'spread-not-variadic', (args.exprs.at(-1) ?? call).span, {});
    return null;
  }
  const last = params.at(-1);
  const rest = variadic && last?.kind === 'slice' ? last.elem : invalidType;
  const typed = args.operands.map((op, i) => {
    const type = variadic && i >= want ? rest : (params[i] ?? invalidType);
    const isAny = under(type).kind === 'interface' && type.kind !== 'typeparam';
    const checked = assignTo(env, op, type, where);
    return isAny && checked.type !== invalidType ? useDefault(env, op) : checked;
  });
  return args.tuple === null ? typed : [args.tuple];
}

function resultType(signature: FuncType): Type {
  const [only] = signature.results;
  if (only === undefined) return noResults;
  return signature.results.length === 1 ? only : { kind: 'tuple', types: signature.results };
}

// ---------------------------------------------------------------- functions and methods

function callFunc(env: Env, call: Call, callee: FuncOperand): Operand {
  const { entity } = callee;
  const args = checkArguments(env, call.args);
  const instance = chooseInstance(env, callee, args, call);
  if (instance === null) return invalid(call.span);
  const where = entity.intrinsic ? 'SDK argument' : 'argument';
  const typed = matchArguments(env, call, args, instance.signature, where);
  const type = resultType(instance.signature);
  if (typed === null) return isInvalid(type) ? invalid(call.span) : resultOf(call.span, type);
  const all = callee.receiver === null || callee.owner !== null ? typed : [callee.receiver, ...typed];
  if (isInvalid(type)) return invalid(call.span);
  if (entity.intrinsic) {
    const name = intrinsicName(entity, callee.owner);
    return value({ kind: 'intrinsic', type, span: call.span, name, typeArgs: instance.typeArgs, args: all });
  }
  noteCall(env, instance, call.span);
  return value({ kind: 'call', type, span: call.span, func: instance.func, args: all });
}

/** A value of the call's type after an error in its arguments, so that what uses it is still checked. */
function resultOf(span: Span, type: Type): Operand {
  return value({ kind: 'nil', type, span });
}

function noteCall(env: Env, to: FuncInstance, span: Span): void {
  if (env.fn?.instance) env.checker.edges.push({ from: env.fn.instance, to, span });
  env.global?.funcs.add(to);
}

function chooseInstance(env: Env, callee: FuncOperand, args: Arguments, call: Call): FuncInstance | null {
  const { entity } = callee;
  if (!isGenericFunc(entity)) return opaqueInstance(entity);
  if (entity.receiver !== null) return instantiateFunc(env, entity, callee.typeArgs ?? [], call.span);
  const opaque = opaqueInstance(entity);
  let typeArgs: readonly Type[] | null = callee.typeArgs;
  if (typeArgs === null || typeArgs.length !== opaque.typeArgs.length) {
    const { params, variadic } = opaque.signature;
    const have = args.operands.length;
    if (have < params.length - (variadic ? 1 : 0) && !args.operands.some((op) => op.mode === 'invalid')) {
      const want = params.length;
      report(env, 'not-enough-arguments', call.rparen, { name: textOf(env, call.fun.span), have, want });
      return null;
    }
    typeArgs = inferTypeArgs(env, opaque, typeArgs ?? [], args.operands, call.rparen);
  }
  if (typeArgs === null) return null;
  const instance = instantiateFunc(env, entity, typeArgs, call.span);
  requireConstraints(env, instance, call.fun.span);
  return instance;
}

/** `bpf.HashMap.Lookup`, `math/bits.Len64`, `encoding/binary.BigEndian.Uint16`. */
function intrinsicName(entity: FuncEntity, owner: string | null): string {
  const base = owner ?? entity.receiver?.base.name ?? null;
  return base === null ? `${entity.pkg.path}.${entity.name}` : `${entity.pkg.path}.${base}.${entity.name}`;
}

// ---------------------------------------------------------------- function values

function callValue(env: Env, call: Call, callee: Operand): Operand {
  const core = callee.mode === 'invalid' ? null : coreType(callee.type);
  // As in Go, what would be the arguments is not looked at.
  if (callee.mode !== 'invalid' && core?.kind !== 'func')
    return refuse(env, 'not-a-function', call.fun.span, { text: describe(env, callee) });
  const args = checkArguments(env, call.args);
  if (core?.kind !== 'func') return invalid(call.span);
  const typed = matchArguments(env, call, args, core, 'argument');
  const type = resultType(core);
  if (typed === null) return resultOf(call.span, type);
  const fn = tree(env, callee);
  const recursive = fn.kind === 'varref' && env.fn?.assignedTo.has(fn.var);
  if (recursive) report(env, 'recursion', call.span, { cycle: `${fn.var.name} → ${fn.var.name}` });
  return value({ kind: 'closurecall', type, span: call.span, fn, args: typed });
}
