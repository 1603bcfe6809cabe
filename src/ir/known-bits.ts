/**
 * Which bits of a value are known to be 0 or 1, from the operation that made it.
 *
 *     load.u8          above bit 7: 0
 *     and x, 12        all but bits 2 and 3: 0
 *
 * Only facts that the kernel's verifier finds too (masks, zero-extending loads, shifts by constants, extensions), none
 * that follow from conditions: what is removed because of them stays provable.
 */

import { type Instr, type ValueId, widthOf } from './ir.ts';
import { opRow } from './ops.ts';

export interface KnownBits {
  /** Mask of the bits that are 0. */
  readonly zeros: bigint;
  /** Mask of the bits that are 1. */
  readonly ones: bigint;
}

export const nothingKnown: KnownBits = { zeros: 0n, ones: 0n };

const all = (w: number): bigint => (1n << BigInt(w)) - 1n;
const bitLength = (x: bigint): number => (x === 0n ? 0 : x.toString(2).length);

/** Bits from `n` up. */
const above = (n: number, w: number): KnownBits =>
  n >= w ? nothingKnown : { zeros: all(w) ^ all(Math.max(0, n)), ones: 0n };

/** The largest value that the known zeros allow. */
export const maximum = (bits: KnownBits, w: number): bigint => all(w) & ~bits.zeros;

export const knownConstant = (value: bigint, w: number): KnownBits => {
  const ones = BigInt.asUintN(w, value);
  return { zeros: all(w) ^ ones, ones };
};

/** The value, if all its bits are known. */
export const constantOf = (bits: KnownBits, w: number): bigint | null =>
  (bits.zeros | bits.ones) === all(w) ? bits.ones : null;

/** Trailing bits that are known to be 0. */
function trailingZeros(bits: KnownBits, w: number): number {
  const open = all(w) & ~bits.zeros;
  return open === 0n ? w : bitLength(open & -open) - 1;
}

function sum(x: KnownBits, y: KnownBits, w: number): KnownBits {
  const top = bitLength(maximum(x, w) + maximum(y, w));
  const low = Math.min(trailingZeros(x, w), trailingZeros(y, w));
  return { zeros: (top < w ? all(w) ^ all(top) : 0n) | all(low), ones: 0n };
}

function product(x: KnownBits, y: KnownBits, w: number): KnownBits {
  const top = bitLength(maximum(x, w) * maximum(y, w));
  const low = Math.min(w, trailingZeros(x, w) + trailingZeros(y, w));
  return { zeros: (top < w ? all(w) ^ all(top) : 0n) | all(low), ones: 0n };
}

function shifted(op: 'shl' | 'lshr' | 'ashr', x: KnownBits, y: KnownBits, w: number): KnownBits {
  const count = constantOf(y, w);
  if (count === null) return op === 'lshr' ? above(bitLength(maximum(x, w)), w) : nothingKnown;
  const n = count % BigInt(w);
  if (op === 'shl')
    return { zeros: ((x.zeros << n) & all(w)) | all(Number(n)), ones: (x.ones << n) & all(w) };
  const high = all(w) ^ (all(w) >> n);
  if (op === 'lshr') return { zeros: (x.zeros >> n) | high, ones: x.ones >> n };
  const sign = 1n << BigInt(w - 1);
  return {
    zeros: (x.zeros >> n) | ((x.zeros & sign) !== 0n ? high : 0n),
    ones: (x.ones >> n) | ((x.ones & sign) !== 0n ? high : 0n),
  };
}

function signExtended(x: KnownBits, from: number, w: number): KnownBits {
  const low = all(from);
  const sign = 1n << BigInt(from - 1);
  const high = all(w) ^ low;
  return {
    zeros: (x.zeros & low) | ((x.zeros & sign) !== 0n ? high : 0n),
    ones: (x.ones & low) | ((x.ones & sign) !== 0n ? high : 0n),
  };
}

function remainder(x: KnownBits, y: KnownBits, w: number): KnownBits {
  const divisor = constantOf(y, w);
  const bound = divisor !== null && divisor !== 0n ? divisor - 1n : maximum(x, w);
  const limit = bound < maximum(x, w) ? bound : maximum(x, w);
  return above(bitLength(limit), w);
}

/** Bits of the result, given those of the arguments. */
export function knownBits(i: Instr, of: (value: ValueId) => KnownBits): KnownBits {
  if (i.type === 'ptr') return nothingKnown;
  const w = widthOf(i.type);
  const arg = (at: number): KnownBits => of(i.args[at]!);
  switch (i.op) {
    case 'const':
      return knownConstant(typeof i.imm === 'bigint' ? i.imm : 0n, w);
    case 'and':
      return { zeros: arg(0).zeros | arg(1).zeros, ones: arg(0).ones & arg(1).ones };
    case 'or':
      return { zeros: arg(0).zeros & arg(1).zeros, ones: arg(0).ones | arg(1).ones };
    case 'xor':
      return {
        zeros: (arg(0).zeros & arg(1).zeros) | (arg(0).ones & arg(1).ones),
        ones: (arg(0).zeros & arg(1).ones) | (arg(0).ones & arg(1).zeros),
      };
    case 'add':
      return sum(arg(0), arg(1), w);
    case 'mul':
      return product(arg(0), arg(1), w);
    case 'shl':
    case 'lshr':
    case 'ashr':
      return shifted(i.op, arg(0), arg(1), w);
    case 'udiv':
      return above(bitLength(maximum(arg(0), w)), w);
    case 'urem':
      return remainder(arg(0), arg(1), w);
    case 'zext':
      return { zeros: arg(0).zeros | (all(64) ^ all(32)), ones: arg(0).ones };
    case 'sext':
      return signExtended(arg(0), 32, 64);
    case 'trunc':
      return { zeros: arg(0).zeros & all(32), ones: arg(0).ones & all(32) };
    case 'sext8':
      return signExtended(arg(0), 8, w);
    case 'sext16':
      return signExtended(arg(0), 16, w);
    case 'bswap16':
      return above(16, w);
    case 'bswap32':
      return above(32, w);
    case 'aborted':
      return above(1, w);
    default:
      break;
  }
  if (i.op.startsWith('icmp.')) return above(1, w);
  if (i.op.startsWith('load.u')) return above(opRow(i.op).access ?? 64, w);
  return nothingKnown;
}
