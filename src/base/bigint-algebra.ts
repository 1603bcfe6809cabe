/**
 * The bit-vector algebra over bigint: what evaluators and the constant folder compute with. Values are unsigned,
 * below 2^w.
 */

import type { Algebra } from './algebra.ts';

const unsigned = (x: bigint, w: number): bigint => BigInt.asUintN(w, x);
const signed = (x: bigint, w: number): bigint => BigInt.asIntN(w, x);
const bit = (x: boolean): bigint => (x ? 1n : 0n);
const count = (y: bigint, w: number): bigint => y % BigInt(w);

export const bigintAlgebra: Algebra<bigint> = {
  constant: (value, w) => unsigned(value, w),
  add: (x, y, w) => unsigned(x + y, w),
  sub: (x, y, w) => unsigned(x - y, w),
  mul: (x, y, w) => unsigned(x * y, w),
  udiv: (x, y) => (y === 0n ? 0n : x / y),
  sdiv: (x, y, w) => (y === 0n ? 0n : unsigned(signed(x, w) / signed(y, w), w)),
  urem: (x, y) => (y === 0n ? x : x % y),
  srem: (x, y, w) => (y === 0n ? x : unsigned(signed(x, w) % signed(y, w), w)),
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  shl: (x, y, w) => unsigned(x << count(y, w), w),
  lshr: (x, y, w) => x >> count(y, w),
  ashr: (x, y, w) => unsigned(signed(x, w) >> count(y, w), w),
  eq: (x, y) => bit(x === y),
  ult: (x, y) => bit(x < y),
  ule: (x, y) => bit(x <= y),
  slt: (x, y, w) => bit(signed(x, w) < signed(y, w)),
  sle: (x, y, w) => bit(signed(x, w) <= signed(y, w)),
  not: (x) => x ^ 1n,
  ite: (c, x, y) => (c === 1n ? x : y),
  zext: (x) => x,
  sext: (x, from, to) => unsigned(signed(x, from), to),
  trunc: (x, _from, to) => unsigned(x, to),
  bswap: (x, w) => {
    let result = 0n;
    for (let i = 0; i < w; i += 8) result = (result << 8n) | ((x >> BigInt(i)) & 0xffn);
    return result;
  },
};
