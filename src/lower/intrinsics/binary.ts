/**
 * encoding/binary: numbers in slices of bytes.
 *
 *     binary.BigEndian.Uint32(b)   →   3 < len(b) or abort;  load.u32;  bswap32
 *
 * The verifier allows unaligned access to packets and map values; on the stack bytes are read one by one.
 */

import { unreachable } from '../../base/assert.ts';
import type { ValueId } from '../../ir/ir.ts';
import type { Context } from '../context.ts';
import {
  abortUnless,
  arith,
  compare,
  constant,
  int,
  known,
  loadScalar,
  narrow,
  storeScalar,
  widen,
} from '../emit.ts';
import { byteScalar, type ScalarType } from '../shapes.ts';
import { bytesAddr } from '../slices.ts';
import { none, type SliceValue, scalar, shift, type Value } from '../values.ts';
import { type IntrinsicRow, scalarArg } from './table.ts';

type Order = 'BigEndian' | 'LittleEndian';

function rows(order: Order): Record<string, IntrinsicRow> {
  const made: Record<string, IntrinsicRow> = {};
  for (const bits of [16, 32, 64] as const) {
    made[`encoding/binary.${order}.Uint${bits}`] = (cx, _call, args) =>
      scalar(get(cx, order, sliceArg(args), bits / 8));
    made[`encoding/binary.${order}.PutUint${bits}`] = (cx, _call, args) => {
      put(cx, order, sliceArg(args), bits / 8, scalarArg(args, 1));
      return none;
    };
  }
  return made;
}

export const binaryRows: Readonly<Record<string, IntrinsicRow>> = {
  ...rows('BigEndian'),
  ...rows('LittleEndian'),
};

function sliceArg(args: readonly Value[]): SliceValue {
  const value = args[0];
  return value?.kind === 'slice' ? value : unreachable('no slice');
}

/** The address of the first `size` bytes; Go checks the last index first. */
function start(cx: Context, slice: SliceValue, size: number) {
  const n = known(cx, slice.len);
  if (n === null || n < BigInt(size)) abortUnless(cx, compare(cx, 'icmp.uge', slice.len, int(cx, size)));
  return bytesAddr(cx, slice, int(cx, 0), size);
}

const held = (size: number): ScalarType => ({
  ir: size === 8 ? 'i64' : 'i32',
  bits: size === 8 ? 64 : size === 4 ? 32 : 16,
  signed: false,
  bool: false,
});

/** Bits by which byte `i` of `size` is shifted. */
function place(order: Order, i: number, size: number): bigint {
  return BigInt(8 * (order === 'BigEndian' ? size - 1 - i : i));
}

function get(cx: Context, order: Order, slice: SliceValue, size: number): ValueId {
  const addr = start(cx, slice, size);
  const { ir } = held(size);
  let value: ValueId | null = null;
  for (let i = 0; i < size; i++) {
    const byte = loadScalar(cx, shift(addr, i), byteScalar);
    const wide = ir === 'i64' ? widen(cx, byte, false) : byte;
    const part = arith(cx, 'shl', wide, constant(cx, ir, place(order, i, size)));
    value = value === null ? part : arith(cx, 'or', value, part);
  }
  return value ?? unreachable('no bytes');
}

function put(cx: Context, order: Order, slice: SliceValue, size: number, value: ValueId): void {
  const addr = start(cx, slice, size);
  const { ir } = held(size);
  for (let i = 0; i < size; i++) {
    const part = arith(cx, 'lshr', value, constant(cx, ir, place(order, i, size)));
    storeScalar(cx, shift(addr, i), byteScalar, ir === 'i64' ? narrow(cx, part) : part);
  }
}
