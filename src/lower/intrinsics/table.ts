/**
 * Calls of built-ins, of the SDK and of the standard packages: one row per function, by qualified name.
 *
 *     hits.Lookup(k)   →   row 'bpf.HashMap.Lookup'   →   v5: ptr = helper map_lookup_elem v3, v4
 *
 * A row gets the values of the arguments. A `bpf.X` without a row of its own that is a kernel helper is called as the
 * helper table says.
 */

import type { TExpr, TIntrinsic } from '../../ast/typed.ts';
import type { Type } from '../../ast/types.ts';
import { unreachable } from '../../base/assert.ts';
import { helperByGoName, helpers } from '../../bpf/helpers.ts';
import type { ValueId } from '../../ir/ir.ts';
import { hasEffects } from '../analysis.ts';
import { at, type Context, report } from '../context.ts';
import { expression, isPlace } from '../expressions.ts';
import { resultTypes } from '../frames.ts';
import type { Value } from '../values.ts';
import { detach, zeroValue } from '../variables.ts';
import { atomicRows } from './atomic.ts';
import { binaryRows } from './binary.ts';
import { bitsRows } from './bits.ts';
import { builtinRows } from './builtins.ts';
import { callbackRows } from './callbacks.ts';
import { convenienceRows } from './convenience.ts';
import { externRows } from './externs.ts';
import { goMapRows } from './gomaps.ts';
import { helperCall } from './helpers.ts';
import { mapRows } from './maps.ts';
import { objectRows } from './objects.ts';
import { bitFieldRows } from './bit-fields.ts';
import { packetRows } from './packets.ts';
import { printRows } from './print.ts';
import { relocationRows, unevaluated } from './relocations.ts';
import { unsafeRows } from './unsafe.ts';

export type IntrinsicRow = (cx: Context, call: TIntrinsic, args: readonly Value[]) => Value;

/** A function, since the tables' modules import this one. */
const tables = (): readonly Readonly<Record<string, IntrinsicRow>>[] => [
  builtinRows,
  unsafeRows,
  bitsRows,
  binaryRows,
  atomicRows,
  mapRows,
  packetRows,
  goMapRows,
  printRows,
  convenienceRows,
  callbackRows,
  objectRows,
  relocationRows,
  bitFieldRows,
  externRows,
];

function rowOf(name: string): IntrinsicRow | null {
  for (const table of tables()) if (Object.hasOwn(table, name)) return table[name] ?? null;
  const helper = name.startsWith('bpf.') ? helperByGoName(name.slice('bpf.'.length)) : null;
  if (helper === null || helpers[helper].args.some((arg) => arg.kind === 'func')) return null;
  return (cx, call, args) => helperCall(cx, helper, call, args);
}

/** Has the function a row? For the test that compares the tables with the declarations. */
export function isLowered(name: string): boolean {
  return rowOf(name) !== null;
}

export function intrinsic(cx: Context, call: TIntrinsic): Value {
  return callIntrinsic(cx, call, unevaluated.has(call.name) ? [] : intrinsicArguments(cx, call.args));
}

function intrinsicArguments(cx: Context, args: readonly TExpr[]): readonly Value[] {
  const only = args[0];
  if (args.length === 1 && only !== undefined && only.type.kind === 'tuple') {
    const value = expression(cx, only);
    return value.kind === 'tuple' ? value.values : [value];
  }
  return args.map((x, i) => {
    const value = expression(cx, x);
    return isPlace(x) && args.slice(i + 1).some(hasEffects) ? detach(cx, value, x.type) : value;
  });
}

export function callIntrinsic(cx: Context, call: TIntrinsic, args: readonly Value[]): Value {
  at(cx, call.span);
  const row = rowOf(call.name);
  if (row !== null) return row(cx, call, args);
  report(cx, 'no-ebpf-form', call.span, { name: call.name });
  return zeroValue(cx, call.type);
}

// ---------------------------------------------------------------- what rows ask

/** Type of an argument, of a spread tuple too. */
export function argType(call: TIntrinsic, index: number): Type {
  const only = call.args[0];
  const types =
    call.args.length === 1 && only !== undefined ? resultTypes(only.type) : call.args.map((x) => x.type);
  return types[index] ?? unreachable(`${call.name} has no argument ${index}`);
}

export function scalarArg(args: readonly Value[], index: number): ValueId {
  const value = args[index];
  return value?.kind === 'scalar' ? value.id : unreachable(`argument ${index} is no scalar`);
}

export function tuple(...values: readonly Value[]): Value {
  return { kind: 'tuple', values };
}
