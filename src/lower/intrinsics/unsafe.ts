/**
 * Package unsafe: pointer arithmetic inside an object whose size is known, and slices from pointers.
 *
 *     unsafe.Slice(&a[0], n)   →   a slice of the array behind the pointer, after the check n <= len
 */

import { unreachable } from '../../base/assert.ts';
import { sizeof } from '../../check/layout.ts';
import type { ValueId } from '../../ir/ir.ts';
import { type Context, report } from '../context.ts';
import { address, checkNil, int, known } from '../emit.ts';
import { elemOf } from '../shapes.ts';
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
