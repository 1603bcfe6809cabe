/**
 * Integer arithmetic with Go's meaning on eBPF's registers.
 *
 *     a + b  (uint8)   →  v3 = add v1, v2;  v4 = and v3, 255
 *     x << n (int64)   →  n < 64 ? x << n : 0, after a check that a signed n is not negative
 *     a / b            →  a check that b is not 0, then sdiv or udiv;  a / 8 (unsigned) → lshr v1, 3
 *
 * Invariant: integers of 8 and 16 bits are kept zero- or sign-extended in an i32.
 */

import type { TArith, TShift } from '../ast/typed.ts';
import type { CompareOp } from '../ir/builder.ts';
import type { ValueId } from '../ir/ir.ts';
import type { Context } from './context.ts';
import {
  abortIf,
  arith,
  choose,
  compare,
  constant,
  known,
  maximum,
  narrow,
  normalise,
  widen,
} from './emit.ts';
import type { ScalarType } from './shapes.ts';

export function binary(cx: Context, op: TArith['op'], x: ValueId, y: ValueId, type: ScalarType): ValueId {
  switch (op) {
    case '+':
      return normalise(cx, arith(cx, 'add', x, y), type);
    case '-':
      return normalise(cx, arith(cx, 'sub', x, y), type);
    case '*':
      return normalise(cx, arith(cx, 'mul', x, y), type);
    case '/':
    case '%':
      return divide(cx, op, x, y, type);
    case '&':
      return arith(cx, 'and', x, y);
    case '|':
      return arith(cx, 'or', x, y);
    case '^':
      return arith(cx, 'xor', x, y);
    case '&^':
      return arith(cx, 'and', x, not(cx, y));
    default:
      return op satisfies never;
  }
}

function not(cx: Context, x: ValueId): ValueId {
  const value = known(cx, x);
  const type = cx.b.typeOf(x);
  if (value !== null) return constant(cx, type, ~value);
  return arith(cx, 'xor', x, constant(cx, type, -1n));
}

/** The exponent of a power of two from 2 on; null: another number. */
function exponent(n: bigint | null): number | null {
  return n !== null && n > 1n && (n & (n - 1n)) === 0n ? n.toString(2).length - 1 : null;
}

/** By a power of two: as shifts and masks, since the verifier of no kernel knows anything of a quotient. */
function divideByPower(cx: Context, op: '/' | '%', x: ValueId, power: number, signed: boolean): ValueId {
  const type = cx.b.typeOf(x);
  const width = type === 'i64' ? 64 : 32;
  const count = (n: number): ValueId => constant(cx, type, BigInt(n));
  if (!signed)
    return op === '/'
      ? arith(cx, 'lshr', x, count(power))
      : arith(cx, 'and', x, constant(cx, type, (1n << BigInt(power)) - 1n));
  // Quotients of negative numbers are rounded towards zero.
  const sign = arith(cx, 'ashr', x, count(width - 1));
  const rounded = arith(cx, 'add', x, arith(cx, 'lshr', sign, count(width - power)));
  if (op === '/') return arith(cx, 'ashr', rounded, count(power));
  return arith(cx, 'sub', x, arith(cx, 'and', rounded, constant(cx, type, -(1n << BigInt(power)))));
}

function divide(cx: Context, op: '/' | '%', x: ValueId, y: ValueId, type: ScalarType): ValueId {
  const power = exponent(known(cx, y));
  if (power !== null) return divideByPower(cx, op, x, power, type.signed);
  abortIf(cx, compare(cx, 'icmp.eq', y, constant(cx, type.ir, 0n)));
  if (!type.signed) return arith(cx, op === '/' ? 'udiv' : 'urem', x, y);
  const quotient = arith(cx, op === '/' ? 'sdiv' : 'srem', x, y);
  // Only MIN / -1 leaves the range of a narrow type.
  return op === '%' || (known(cx, y) ?? -1n) !== -1n ? quotient : normalise(cx, quotient, type);
}

export function unary(cx: Context, op: '-' | '^' | '!', x: ValueId, type: ScalarType): ValueId {
  switch (op) {
    case '-': {
      const value = known(cx, x);
      const negated = value === null ? cx.b.emit('neg', type.ir, [x]) : constant(cx, type.ir, -value);
      return normalise(cx, negated, type);
    }
    case '^':
      return type.signed || type.bits >= 32
        ? not(cx, x)
        : arith(cx, 'xor', x, constant(cx, 'i32', (1n << BigInt(type.bits)) - 1n));
    case '!':
      return compare(cx, 'icmp.eq', x, constant(cx, 'i32', 0n));
    default:
      return op satisfies never;
  }
}

/** x << y or x >> y; y is an integer of its own type. */
export function shiftBy(
  cx: Context,
  op: TShift['op'],
  x: ValueId,
  type: ScalarType,
  y: ValueId,
  countType: ScalarType,
): ValueId {
  const width = type.ir === 'i64' ? 64n : 32n;
  if (countType.signed) abortIf(cx, compare(cx, 'icmp.slt', y, constant(cx, countType.ir, 0n)));
  const count = known(cx, y);
  if (count !== null) return constantShift(cx, op, x, type, BigInt.asUintN(countType.bits, count), width);
  const max = maximum(cx, y);
  const fits = max !== null && max < width;
  const inRange = (): ValueId => compare(cx, 'icmp.ult', y, constant(cx, countType.ir, width));
  const resized = (): ValueId => (type.ir === 'i64' ? widen(cx, y, false) : narrow(cx, y));
  if (op === '>>' && type.signed) {
    const clamped = fits
      ? resized()
      : choose(cx, type.ir, inRange(), resized, () => constant(cx, type.ir, width - 1n));
    return arith(cx, 'ashr', x, clamped);
  }
  const shifted = (): ValueId => arith(cx, op === '<<' ? 'shl' : 'lshr', x, resized());
  const result = fits ? shifted() : choose(cx, type.ir, inRange(), shifted, () => constant(cx, type.ir, 0n));
  return op === '<<' ? normalise(cx, result, type) : result;
}

function constantShift(
  cx: Context,
  op: TShift['op'],
  x: ValueId,
  type: ScalarType,
  count: bigint,
  width: bigint,
): ValueId {
  const at = (n: bigint): ValueId => constant(cx, type.ir, n);
  if (op === '>>' && type.signed) return arith(cx, 'ashr', x, at(count < width ? count : width - 1n));
  if (count >= BigInt(type.bits)) return at(0n);
  return op === '>>' ? arith(cx, 'lshr', x, at(count)) : normalise(cx, arith(cx, 'shl', x, at(count)), type);
}

/** Between integer types. */
export function convert(cx: Context, x: ValueId, from: ScalarType, to: ScalarType): ValueId {
  if (to.bits === 64) return from.bits === 64 ? x : widen(cx, x, from.signed);
  const low = from.bits === 64 ? narrow(cx, x) : x;
  const same = from.bits < to.bits ? !from.signed || to.signed || to.bits === 32 : false;
  return same || (from.bits === to.bits && from.signed === to.signed) ? low : normalise(cx, low, to);
}

const orders = {
  '==': ['icmp.eq', 'icmp.eq'],
  '!=': ['icmp.ne', 'icmp.ne'],
  '<': ['icmp.ult', 'icmp.slt'],
  '<=': ['icmp.ule', 'icmp.sle'],
  '>': ['icmp.ugt', 'icmp.sgt'],
  '>=': ['icmp.uge', 'icmp.sge'],
} as const satisfies Record<string, readonly [CompareOp, CompareOp]>;

export function order(
  cx: Context,
  op: keyof typeof orders,
  x: ValueId,
  y: ValueId,
  signed: boolean,
): ValueId {
  return compare(cx, orders[op][signed ? 1 : 0], x, y);
}
