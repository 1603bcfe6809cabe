/**
 * Calls of functions and of function values.
 *
 *     f(a, b)    →   v5 = call @f(v3, v4);  v6 = aborted;  branch v6, b9, b2
 *
 * Arguments are evaluated from left to right; structs and arrays are copied for the callee unless neither side
 * writes them.
 */

import type { TExpr, TFunc, TVar } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import { unreachable } from '../base/assert.ts';
import type { Span } from '../base/source.ts';
import { under } from '../check/types.ts';
import { bodyFacts } from './analysis.ts';
import { at, type Context } from './context.ts';
import { abort, abortUnless } from './emit.ts';
import { expression, isPlace } from './expressions.ts';
import { type Body, expand, resultValue } from './frames.ts';
import { callInstance } from './instances.ts';
import { kernelCall } from './kfuncs.ts';
import type { Callable, Value } from './values.ts';
import { detach, zeroValue } from './variables.ts';

export function functionCall(cx: Context, func: TFunc, args: readonly TExpr[], span: Span): Value {
  const values = argumentValues(cx, args, func);
  at(cx, span);
  return invoke(cx, func, values, span);
}

export function invoke(cx: Context, func: TFunc, args: readonly Value[], span: Span): Value {
  if (func.kfunc !== null) return kernelCall(cx, func, func.kfunc, args, span);
  return callInstance(cx, func, args, span) ?? expand(cx, func, args, null, span);
}

/** Values of arguments; a single argument of tuple type is spread. `callee` null: not known yet. */
export function argumentValues(cx: Context, args: readonly TExpr[], callee: Body | null): readonly Value[] {
  const only = args[0];
  if (args.length === 1 && only !== undefined && only.type.kind === 'tuple') {
    const value = expression(cx, only);
    return value.kind === 'tuple' ? value.values : [value];
  }
  return args.map((x, i) => argument(cx, x, callee?.params[i] ?? null, callee));
}

function argument(cx: Context, x: TExpr, param: TVar | null, callee: Body | null): Value {
  const value = expression(cx, x);
  if (!isPlace(x) || (value.kind !== 'memory' && value.kind !== 'record')) return value;
  const root = rootVariable(x);
  const facts = callee === null ? null : bodyFacts(callee.body);
  const kept =
    param !== null &&
    facts !== null &&
    root !== null &&
    !touched(facts, param) &&
    !touched(cx.frame.body, root) &&
    cx.frame.vars.has(root);
  return kept ? value : detach(cx, value, x.type);
}

function touched(facts: ReturnType<typeof bodyFacts>, v: TVar): boolean {
  return facts.written.has(v) || facts.addressed.has(v) || facts.captured.has(v) || v.addressed;
}

/** The variable that a place without pointers and slices lies in. */
function rootVariable(x: TExpr): TVar | null {
  let root = x;
  while (root.kind === 'field' || (root.kind === 'index' && under(root.x.type).kind === 'array'))
    root = root.x;
  return root.kind === 'varref' ? root.var : null;
}

export function closureCall(cx: Context, fn: TExpr, args: readonly TExpr[], span: Span): Value {
  const value = expression(cx, fn);
  const values = argumentValues(cx, args, null);
  at(cx, span);
  return callValue(cx, value, values, fn.type, span);
}

/** A call of a function value. */
export function callValue(cx: Context, value: Value, args: readonly Value[], type: Type, span: Span): Value {
  if (value.kind !== 'func') return unreachable(`a call of a ${value.kind}`);
  if (value.set !== null) abortUnless(cx, value.set);
  if (value.callable !== null) return callCallable(cx, value.callable, args, span);
  abort(cx);
  const u = under(type);
  return resultValue(u.kind === 'func' ? u.results.map((result) => zeroValue(cx, result)) : []);
}

function callCallable(cx: Context, callable: Callable, args: readonly Value[], span: Span): Value {
  switch (callable.kind) {
    case 'func':
      return invoke(cx, callable.func, args, span);
    case 'literal':
      return expand(cx, callable.literal, args, callable.frame, span);
    case 'yield':
      return callable.call(args);
    default:
      return callable satisfies never;
  }
}
