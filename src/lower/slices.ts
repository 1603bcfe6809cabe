/**
 * Slices: views of a region known at compile time.
 *
 *     b := buf[2:n]        (buf [16]byte)    →  base &buf, low 2, len n-2, cap 14, region of 16 bytes
 *     b[i]                                   →  i < len, then 2+i < 16 for the verifier, then base + (2+i)
 *
 * `low` counts bytes, `len` and `cap` elements. Invariant: base + low + cap * size never leaves the region, so the
 * verifier's check never fails at run time; it is left out where constants show it.
 */

import type { TSliceExpr } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import { unreachable } from '../base/assert.ts';
import { sizeof } from '../check/layout.ts';
import { under } from '../check/types.ts';
import type { ValueId } from '../ir/ir.ts';
import { type Context, report } from './context.ts';
import {
  abort,
  abortUnless,
  address,
  arith,
  assume,
  checkNil,
  compare,
  constant,
  int,
  known,
  maximum,
} from './emit.ts';
import { expression } from './expressions.ts';
import { packetBytes } from './intrinsics/packets.ts';
import { checkIndex, indexValue, inContext, place } from './places.ts';
import { arrayLength, elemOf } from './shapes.ts';
import { stringSlice } from './strings.ts';
import type { Addr, SliceValue, Value } from './values.ts';
import { zeroValue } from './variables.ts';

/** The address of element `index`, checked. */
export function elementAddr(cx: Context, slice: SliceValue, index: ValueId, elem: Type): Addr {
  checkIndex(cx, index, slice.len);
  return bytesAddr(cx, slice, arith(cx, 'mul', index, int(cx, sizeof(elem))), sizeof(elem));
}

/** The address of `size` bytes at a byte offset of the slice, which its length allows. */
export function bytesAddr(cx: Context, slice: SliceValue, offset: ValueId, size: number): Addr {
  if (slice.region === null) {
    // Only the nil slice has no region: its length is 0 and the check before this has failed.
    abort(cx);
    return { kind: 'pointer', base: slice.base, offset: 0 };
  }
  const start = arith(cx, 'add', slice.low, offset);
  const n = known(cx, start);
  assume(cx, slice.base);
  if (slice.region.kind === 'packet') return packetBytes(cx, slice.region, slice.base, start, size);
  if (n !== null) return { kind: 'pointer', base: slice.base, offset: Number(n) };
  const last = BigInt(slice.region.size - size);
  const max = addedMaximum(cx, slice.low, offset);
  if (max === null || max > last) abortUnless(cx, compare(cx, 'icmp.ule', start, int(cx, last)));
  return { kind: 'pointer', base: cx.b.emit('ptradd', 'ptr', [slice.base, start]), offset: 0 };
}

function addedMaximum(cx: Context, x: ValueId, y: ValueId): bigint | null {
  const a = maximum(cx, x);
  const b = maximum(cx, y);
  return a === null || b === null ? null : a + b;
}

/** The whole array as a slice. */
export function arraySlice(cx: Context, addr: Addr, type: Type): SliceValue {
  const length = int(cx, arrayLength(type));
  return {
    kind: 'slice',
    region: { kind: 'array', size: sizeof(type) },
    base: address(cx, addr),
    low: int(cx, 0),
    len: length,
    cap: length,
  };
}

export function sliceExpression(cx: Context, x: TSliceExpr): Value {
  const u = under(x.x.type);
  const bound = (i: TSliceExpr['low']): ValueId | null => (i === null ? null : indexValue(cx, i));
  if (u.kind === 'array') {
    if (inContext(cx, x.x)) report(cx, 'context-address', x.x.span, {});
    const whole = place(cx, x.x);
    const bounds = { low: bound(x.low), high: bound(x.high), max: bound(x.max) };
    const binding = whole();
    if (binding.kind !== 'memory') {
      report(cx, 'variable-index', x.span, {});
      return zeroValue(cx, x.type);
    }
    return reslice(cx, arraySlice(cx, binding.addr, x.x.type), elemOf(x.x.type), bounds);
  }
  const value = expression(cx, x.x);
  const bounds = { low: bound(x.low), high: bound(x.high), max: bound(x.max) };
  if (value.kind === 'string') return stringSlice(cx, value, bounds.low, bounds.high);
  if (value.kind === 'slice') return reslice(cx, value, elemOf(x.x.type), bounds);
  if (value.kind !== 'scalar') return unreachable(`a slice of a ${value.kind}`);
  // A pointer to an array.
  const arrayType = elemOf(x.x.type);
  checkNil(cx, value.id);
  const whole = arraySlice(cx, { kind: 'pointer', base: value.id, offset: 0 }, arrayType);
  return reslice(cx, whole, elemOf(arrayType), bounds);
}

interface Bounds {
  readonly low: ValueId | null;
  readonly high: ValueId | null;
  readonly max: ValueId | null;
}

/** `s[low:high:max]` with Go's checks: 0 <= low <= high <= max <= cap. */
export function reslice(cx: Context, slice: SliceValue, elem: Type, bounds: Bounds): SliceValue {
  const atMost = (x: ValueId, limit: ValueId): void => {
    const n = known(cx, limit);
    const max = maximum(cx, x);
    if (n !== null && max !== null && max <= n) return;
    if (x !== limit) abortUnless(cx, compare(cx, 'icmp.ule', x, limit));
  };
  const max = bounds.max ?? slice.cap;
  if (bounds.max !== null) atMost(bounds.max, slice.cap);
  const high = bounds.high ?? slice.len;
  if (bounds.high !== null) atMost(bounds.high, max);
  if (bounds.low !== null) atMost(bounds.low, high);
  const low = bounds.low ?? int(cx, 0);
  return {
    kind: 'slice',
    region: slice.region,
    base: slice.base,
    low: arith(cx, 'add', slice.low, arith(cx, 'mul', low, int(cx, sizeof(elem)))),
    len: arith(cx, 'sub', high, low),
    cap: arith(cx, 'sub', max, low),
  };
}

/** Is the slice nil? */
export function isNilSlice(cx: Context, slice: SliceValue): ValueId {
  if (slice.region === null) return constant(cx, 'i32', 1n);
  return compare(cx, 'icmp.eq', slice.base, constant(cx, 'ptr', 0n));
}
