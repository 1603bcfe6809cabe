/**
 * Package unsafe: pointer arithmetic inside an object whose size is known, and slices from pointers.
 *
 *     unsafe.Slice(&a[0], n)        →   a slice of the array behind the pointer, after the check n <= len
 *     (*T)(unsafe.Add(p, n))        →   p + n, after the checks that a T lies there, aligned: n <= size - sizeof(T)
 *
 * Invariant: a pointer whose distance is only known when the program runs is of a type whose size was checked. The
 * check stands before the addition, since the verifier knows bounds of the register that was compared alone.
 */

import type { TExpr, TIntrinsic } from '../../ast/typed.ts';
import type { Type } from '../../ast/types.ts';
import { unreachable } from '../../base/assert.ts';
import { alignof, sizeof } from '../../check/layout.ts';
import type { ValueId } from '../../ir/ir.ts';
import { at, type Context, report } from '../context.ts';
import { abortUnless, address, arith, checkNil, compare, int, known, maximum, widen } from '../emit.ts';
import { scalarValue } from '../expressions.ts';
import { elemOf, scalarOf } from '../shapes.ts';
import { bytesAddr, reslice } from '../slices.ts';
import { type SliceValue, scalar } from '../values.ts';
import { argType, type IntrinsicRow, scalarArg } from './table.ts';

export const unsafeRows = {
  'unsafe.Slice': (cx, call, args) => {
    const elem = elemOf(argType(call, 0));
    const pointer = scalarArg(args, 0);
    const size = sizeof(elem);
    const room = Math.max(size, cx.extents.get(pointer) ?? 0);
    const length = known(cx, scalarArg(args, 1));
    if (length !== null && length * BigInt(size) > BigInt(room)) report(cx, 'unsafe-length', call.span, {});
    checkNil(cx, pointer);
    return reslice(cx, behind(cx, pointer, room, size), elem, {
      low: null,
      high: scalarArg(args, 1),
      max: null,
    });
  },
  'unsafe.SliceData': (cx, _call, args) => {
    const slice = args[0];
    if (slice?.kind !== 'slice') return unreachable('no slice');
    return scalar(address(cx, bytesAddr(cx, slice, int(cx, 0), 0)));
  },
  'unsafe.Add': (cx, call, args) => {
    const offset = known(cx, scalarArg(args, 1));
    const pointer = scalarArg(args, 0);
    const room = cx.extents.get(pointer);
    if (offset === null || offset < 0n || (room !== undefined && offset > BigInt(room))) {
      report(cx, 'unsafe-offset', call.span, {});
      return scalar(pointer);
    }
    checkNil(cx, pointer);
    const moved = cx.b.offset(pointer, Number(offset));
    if (room !== undefined) cx.extents.set(moved, room - Number(offset));
    return scalar(moved);
  },
} as const satisfies Record<string, IntrinsicRow>;

/** What lies behind a pointer as a slice. */
function behind(cx: Context, base: ValueId, room: number, size: number): SliceValue {
  const length = int(cx, size === 0 ? 0 : Math.floor(room / size));
  return {
    kind: 'slice',
    region: { kind: 'array', size: room },
    base,
    low: int(cx, 0),
    len: length,
    cap: length,
  };
}

interface Sum {
  readonly base: ValueId;
  /** Bytes behind the base, i64; null: none were added. */
  readonly offset: ValueId | null;
}

const isAdd = (x: TExpr): x is TIntrinsic => x.kind === 'intrinsic' && x.name === 'unsafe.Add';

/** Does the expression move a pointer by what is no constant? */
export function movesPointer(x: TExpr): x is TIntrinsic {
  return isAdd(x) && (x.args[1]?.kind !== 'const' || (x.args[0] !== undefined && movesPointer(x.args[0])));
}

/** Operands from left to right; the offsets of nested calls are added. */
function sum(cx: Context, x: TExpr): Sum {
  const [pointer, distance] = isAdd(x) ? x.args : [];
  if (pointer === undefined || distance === undefined) return { base: scalarValue(cx, x), offset: null };
  const { base, offset } = sum(cx, pointer);
  const more = widen(cx, scalarValue(cx, distance), scalarOf(distance.type).signed);
  return { base, offset: offset === null ? more : arith(cx, 'add', offset, more) };
}

/** The address of an `elem` at the place that nested `unsafe.Add` give. */
export function elementBehind(cx: Context, x: TIntrinsic, elem: Type): ValueId {
  const { base, offset } = sum(cx, x);
  at(cx, x.span);
  const size = sizeof(elem);
  const room = cx.extents.get(base);
  if (room === undefined || room < size || offset === null) {
    report(cx, 'unsafe-offset', x.span, {});
    return base;
  }
  checkNil(cx, base);
  const last = BigInt(room - size);
  const max = maximum(cx, offset);
  if (max === null || max > last) abortUnless(cx, compare(cx, 'icmp.ule', offset, int(cx, last)));
  const align = alignof(elem);
  if (align === 1) return cx.b.emit('ptradd', 'ptr', [base, offset]);
  const low = arith(cx, 'and', offset, int(cx, align - 1));
  abortUnless(cx, compare(cx, 'icmp.eq', low, int(cx, 0)));
  const aligned = arith(cx, 'and', offset, int(cx, -align));
  return cx.b.emit('ptradd', 'ptr', [base, aligned]);
}
