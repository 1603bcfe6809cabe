/**
 * math/bits, without branches: every branch doubles what the verifier has to walk.
 *
 *     bits.Len32(x)   →   the bits below the highest are set, then counted
 */

import type { TIntrinsic } from '../../ast/typed.ts';
import type { ValueId } from '../../ir/ir.ts';
import type { Context } from '../context.ts';
import { arith, compare, constant, int, known, narrow, normalise, widen } from '../emit.ts';
import { scalar, type Value } from '../values.ts';
import { type IntrinsicRow, scalarArg, tuple } from './table.ts';

type Width = 8 | 16 | 32 | 64;
type Count = (cx: Context, x: ValueId, width: Width) => ValueId;

/** Rows `name8` … `name64` and `name` of a function that counts: the result is an int. */
function counting(name: string, count: Count): Record<string, IntrinsicRow> {
  const row =
    (width: Width): IntrinsicRow =>
    (cx, _call, args) =>
      scalar(widen(cx, count(cx, scalarArg(args, 0), width), false));
  return {
    [`math/bits.${name}`]: row(64),
    [`math/bits.${name}8`]: row(8),
    [`math/bits.${name}16`]: row(16),
    [`math/bits.${name}32`]: row(32),
    [`math/bits.${name}64`]: row(64),
  };
}

/** Rows of a function from a width to the same width. */
function mapping(name: string, widths: readonly Width[], map: Count): Record<string, IntrinsicRow> {
  const row =
    (width: Width): IntrinsicRow =>
    (cx, _call, args) =>
      scalar(map(cx, scalarArg(args, 0), width));
  const sized = widths.map((width) => [`math/bits.${name}${width}`, row(width)] as const);
  return { ...Object.fromEntries(sized), [`math/bits.${name}`]: row(64) };
}

export const bitsRows: Readonly<Record<string, IntrinsicRow>> = {
  ...counting('Len', bitLength),
  ...counting('LeadingZeros', (cx, x, w) => arith(cx, 'sub', like(cx, x, BigInt(w)), bitLength(cx, x, w))),
  ...counting('TrailingZeros', trailingZeros),
  ...counting('OnesCount', (cx, x) => population(cx, x)),
  ...mapping('Reverse', [8, 16, 32, 64], reverse),
  ...mapping('ReverseBytes', [16, 32, 64], reverseBytes),
  ...rotations(),
  ...carries(),
};

/** A constant of the type of `x`. */
function like(cx: Context, x: ValueId, value: bigint): ValueId {
  return constant(cx, cx.b.typeOf(x) === 'i64' ? 'i64' : 'i32', value);
}

const isWide = (cx: Context, x: ValueId): boolean => cx.b.typeOf(x) === 'i64';

/** A mask of 64 bits, cut to the type of `x`. */
function mask(cx: Context, x: ValueId, bits: bigint): ValueId {
  return like(cx, x, isWide(cx, x) ? bits : bits & 0xffffffffn);
}

function population(cx: Context, x: ValueId): ValueId {
  const at = (v: ValueId, n: bigint): ValueId => arith(cx, 'lshr', v, like(cx, x, n));
  const and = (v: ValueId, bits: bigint): ValueId => arith(cx, 'and', v, mask(cx, x, bits));
  const pairs = arith(cx, 'sub', x, and(at(x, 1n), 0x5555555555555555n));
  const nibbles = arith(cx, 'add', and(pairs, 0x3333333333333333n), and(at(pairs, 2n), 0x3333333333333333n));
  const bytes = and(arith(cx, 'add', nibbles, at(nibbles, 4n)), 0x0f0f0f0f0f0f0f0fn);
  return at(arith(cx, 'mul', bytes, mask(cx, x, 0x0101010101010101n)), isWide(cx, x) ? 56n : 24n);
}

export function bitLength(cx: Context, x: ValueId, width: Width): ValueId {
  let filled = x;
  for (let n = 1; n < width; n *= 2)
    filled = arith(cx, 'or', filled, arith(cx, 'lshr', filled, like(cx, x, BigInt(n))));
  return population(cx, filled);
}

function trailingZeros(cx: Context, x: ValueId, width: Width): ValueId {
  const stopped = width < 32 ? arith(cx, 'or', x, like(cx, x, 1n << BigInt(width))) : x;
  const negated = cx.b.emit('neg', cx.b.typeOf(x), [stopped]);
  return population(cx, arith(cx, 'sub', arith(cx, 'and', stopped, negated), like(cx, x, 1n)));
}

function reverse(cx: Context, x: ValueId, width: Width): ValueId {
  const swap = (v: ValueId, n: bigint, bits: bigint): ValueId =>
    arith(
      cx,
      'or',
      arith(cx, 'and', arith(cx, 'lshr', v, like(cx, x, n)), mask(cx, x, bits)),
      arith(cx, 'shl', arith(cx, 'and', v, mask(cx, x, bits)), like(cx, x, n)),
    );
  const bits = swap(swap(swap(x, 1n, 0x5555555555555555n), 2n, 0x3333333333333333n), 4n, 0x0f0f0f0f0f0f0f0fn);
  return width === 8 ? arith(cx, 'and', bits, like(cx, x, 0xffn)) : reverseBytes(cx, bits, width);
}

export function reverseBytes(cx: Context, x: ValueId, width: Width): ValueId {
  if (width === 8) return x;
  const value = known(cx, x);
  if (value !== null) {
    let swapped = 0n;
    for (let i = 0; i < width; i += 8)
      swapped = (swapped << 8n) | ((BigInt.asUintN(width, value) >> BigInt(i)) & 0xffn);
    return like(cx, x, swapped);
  }
  return cx.b.emit(`bswap${width}`, cx.b.typeOf(x), [x]);
}

function rotations(): Record<string, IntrinsicRow> {
  const row =
    (width: Width): IntrinsicRow =>
    (cx, _call, args) =>
      scalar(rotate(cx, scalarArg(args, 0), scalarArg(args, 1), width));
  return {
    'math/bits.RotateLeft': row(64),
    'math/bits.RotateLeft8': row(8),
    'math/bits.RotateLeft16': row(16),
    'math/bits.RotateLeft32': row(32),
    'math/bits.RotateLeft64': row(64),
  };
}

/** Rotates left by k mod width; k is an int, negative ones rotate right. */
function rotate(cx: Context, x: ValueId, k: ValueId, width: Width): ValueId {
  const counts = isWide(cx, x) ? k : narrow(cx, k);
  const wrap = (n: ValueId): ValueId => arith(cx, 'and', n, like(cx, x, BigInt(width - 1)));
  const left = wrap(counts);
  const value = known(cx, left);
  const right = value === null ? wrap(cx.b.emit('neg', cx.b.typeOf(x), [left])) : wrap(like(cx, x, -value));
  const both = arith(cx, 'or', arith(cx, 'shl', x, left), arith(cx, 'lshr', x, right));
  return width < 32 ? normalise(cx, both, { ir: 'i32', bits: width, signed: false, bool: false }) : both;
}

// ---------------------------------------------------------------- Add, Sub, Mul

function carries(): Record<string, IntrinsicRow> {
  const pair =
    (f: (cx: Context, x: ValueId, y: ValueId, carry: ValueId) => Value): IntrinsicRow =>
    (cx, _call: TIntrinsic, args) =>
      f(cx, scalarArg(args, 0), scalarArg(args, 1), args.length > 2 ? scalarArg(args, 2) : int(cx, 0));
  return {
    'math/bits.Add': pair(add64),
    'math/bits.Add64': pair(add64),
    'math/bits.Add32': pair(add32),
    'math/bits.Sub': pair(sub64),
    'math/bits.Sub64': pair(sub64),
    'math/bits.Sub32': pair(sub32),
    'math/bits.Mul': pair(mul64),
    'math/bits.Mul64': pair(mul64),
    'math/bits.Mul32': pair(mul32),
  };
}

function add64(cx: Context, x: ValueId, y: ValueId, carry: ValueId): Value {
  const part = arith(cx, 'add', x, y);
  const sum = arith(cx, 'add', part, carry);
  // Both additions cannot carry at once.
  const carried = arith(cx, 'or', compare(cx, 'icmp.ult', part, x), compare(cx, 'icmp.ult', sum, part));
  return tuple(scalar(sum), scalar(widen(cx, carried, false)));
}

function sub64(cx: Context, x: ValueId, y: ValueId, borrow: ValueId): Value {
  const part = arith(cx, 'sub', x, y);
  const difference = arith(cx, 'sub', part, borrow);
  const borrowed = arith(cx, 'or', compare(cx, 'icmp.ult', x, y), compare(cx, 'icmp.ult', part, borrow));
  return tuple(scalar(difference), scalar(widen(cx, borrowed, false)));
}

/** The low and the high half of a 64-bit value as 32-bit ones. */
function halves(cx: Context, x: ValueId): readonly [ValueId, ValueId] {
  return [narrow(cx, x), narrow(cx, arith(cx, 'lshr', x, int(cx, 32)))];
}

function add32(cx: Context, x: ValueId, y: ValueId, carry: ValueId): Value {
  const sum = arith(
    cx,
    'add',
    arith(cx, 'add', widen(cx, x, false), widen(cx, y, false)),
    widen(cx, carry, false),
  );
  const [low, high] = halves(cx, sum);
  return tuple(scalar(low), scalar(high));
}

function sub32(cx: Context, x: ValueId, y: ValueId, borrow: ValueId): Value {
  const part = arith(cx, 'sub', widen(cx, x, false), widen(cx, y, false));
  const [low, high] = halves(cx, arith(cx, 'sub', part, widen(cx, borrow, false)));
  return tuple(scalar(low), scalar(arith(cx, 'and', high, constant(cx, 'i32', 1n))));
}

function mul32(cx: Context, x: ValueId, y: ValueId): Value {
  const [low, high] = halves(cx, arith(cx, 'mul', widen(cx, x, false), widen(cx, y, false)));
  return tuple(scalar(high), scalar(low));
}

/** The 128-bit product, by halves. */
function mul64(cx: Context, x: ValueId, y: ValueId): Value {
  const low = (v: ValueId): ValueId => arith(cx, 'and', v, int(cx, 0xffffffff));
  const high = (v: ValueId): ValueId => arith(cx, 'lshr', v, int(cx, 32));
  const mul = (a: ValueId, b: ValueId): ValueId => arith(cx, 'mul', a, b);
  const middle = arith(cx, 'add', mul(high(x), low(y)), high(mul(low(x), low(y))));
  const cross = arith(cx, 'add', low(middle), mul(low(x), high(y)));
  const top = arith(cx, 'add', arith(cx, 'add', mul(high(x), high(y)), high(middle)), high(cross));
  return tuple(scalar(top), scalar(mul(x, y)));
}
