/**
 * Package unsafe: pointer arithmetic inside an object whose size is known, and slices from pointers.
 *
 *     unsafe.Slice(&a[0], n)   →   a slice of the array behind the pointer, after the check n <= len
 */

import { unreachable } from '../../base/assert.ts';
import { sizeof } from '../../check/layout.ts';
import { type Context, report } from '../context.ts';
import { address, checkNil, int, known } from '../emit.ts';
import { elemOf } from '../shapes.ts';
import { bytesAddr, reslice } from '../slices.ts';
import { scalar, type SliceValue, type Value } from '../values.ts';
import { argType, type IntrinsicRow, scalarArg } from './table.ts';

export const unsafeRows = {
  'unsafe.Slice': (cx, call, args) => {
    const elem = elemOf(argType(call, 0));
    const pointer = scalarArg(args, 0);
    const length = known(cx, scalarArg(args, 1));
    if (length !== null && length > 1n) report(cx, 'unsafe-length', call.span, {});
    checkNil(cx, pointer);
    return reslice(cx, single(cx, pointer, sizeof(elem)), elem, {
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
    if (offset === null || offset < 0n) {
      report(cx, 'unsafe-offset', call.span, {});
      return scalar(scalarArg(args, 0));
    }
    checkNil(cx, scalarArg(args, 0));
    return scalar(cx.b.offset(scalarArg(args, 0), Number(offset)));
  },
} as const satisfies Record<string, IntrinsicRow>;

/** One element as a slice. */
function single(cx: Context, base: number, size: number): SliceValue & Value {
  const one = int(cx, 1);
  return { kind: 'slice', region: { kind: 'array', size }, base, low: int(cx, 0), len: one, cap: one };
}
