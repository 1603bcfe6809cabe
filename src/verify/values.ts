/**
 * What the simplified verifier knows of a register or a stack slot: a number by its ranges, or a pointer by its object.
 *
 *     r1 &= 7        between(0, 7)          r2 = r10; r2 += -8        pointer to the stack of frame 0, offset -8
 *
 * Invariant: a number's unsigned and signed ranges all hold, of its 64 bits and of the low 32, and are never empty; so
 * do its bits, which are kept only where they say more than the unsigned range.
 */

import { type Bits, bitsBetween, both, covers, lowBits, sameBits } from './bits.ts';

/** Bounds of the same bits read without and with sign. */
export interface Range {
  readonly low: bigint;
  readonly high: bigint;
  readonly min: bigint;
  readonly max: bigint;
}

export interface Numeric extends Range {
  readonly kind: 'number';
  /** The low 32 bits. */
  readonly narrow: Range;
  /** Bits that are known beyond what the range says; null: none. */
  readonly bits: Bits | null;
  /** Values with one id other than 0 differ by their deltas: what a branch tells of one holds for all. */
  readonly id: number;
  readonly delta: bigint;
}

export interface Pointer {
  readonly kind: 'pointer';
  /** The object: `stack0`, `ctx`, a map's name. */
  readonly object: string;
  /** The frame whose stack the object is; -1: it is none. */
  readonly frame: number;
  /** Distance from its start. */
  readonly offset: Numeric;
  /** Not 0: may be nil; pointers with one number are nil together. */
  readonly maybeNil: number;
}

export type Value = Numeric | Pointer;
export type Width = 32 | 64;

const wholeOf = (width: bigint): Range => ({
  low: 0n,
  high: (1n << width) - 1n,
  min: -(1n << (width - 1n)),
  max: (1n << (width - 1n)) - 1n,
});

const whole64 = wholeOf(64n);
const whole32 = wholeOf(32n);

/** Every value of a width. */
export const wholeRange = (width: Width): Range => (width === 64 ? whole64 : whole32);

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** What the sign is worth: unsigned and signed readings of one pattern differ by it or by nothing. */
const turn64 = 1n << 64n;
const turn32 = 1n << 32n;

/** The bounds, each made as narrow as the others allow; null when nothing is within all. */
export function range(width: Width, low: bigint, high: bigint, min: bigint, max: bigint): Range | null {
  const top = width === 64 ? whole64.max : whole32.max;
  const turn = width === 64 ? turn64 : turn32;
  let s = min;
  let m = max;
  if (high <= top) {
    s = larger(s, low);
    m = smaller(m, high);
  } else if (low > top) {
    s = larger(s, low - turn);
    m = smaller(m, high - turn);
  }
  if (low > high || s > m) return null;
  if (s >= 0n) {
    const l = larger(low, s);
    const h = smaller(high, m);
    return l > h ? null : { low: l, high: h, min: l, max: h };
  }
  if (m < 0n) {
    const l = larger(low, s + turn);
    const h = smaller(high, m + turn);
    return l > h ? null : { low: l, high: h, min: l - turn, max: h - turn };
  }
  return { low, high, min: s, max: m };
}

export const intersect = (width: Width, a: Range, b: Range): Range | null =>
  range(width, larger(a.low, b.low), smaller(a.high, b.high), larger(a.min, b.min), smaller(a.max, b.max));

/** A number of both ranges; null when there is none. */
export function numeric(wide: Range | null, narrow: Range | null, id = 0, delta = 0n): Numeric | null {
  if (wide === null || narrow === null) return null;
  let w: Range | null = wide;
  let n: Range | null = narrow;
  if (w.high <= whole32.high) {
    n = range(32, larger(n.low, w.low), smaller(n.high, w.high), n.min, n.max);
    if (n !== null) w = range(64, larger(w.low, n.low), smaller(w.high, n.high), w.min, w.max);
  } else if (w.min >= whole32.min && w.max <= whole32.max) {
    n = range(32, n.low, n.high, larger(n.min, w.min), smaller(n.max, w.max));
    if (n !== null) w = range(64, w.low, w.high, larger(w.min, n.min), smaller(w.max, n.max));
  } else if (w.low === w.high) {
    const bits = BigInt.asUintN(32, w.low);
    n = range(32, larger(n.low, bits), smaller(n.high, bits), n.min, n.max);
  }
  return w === null || n === null
    ? null
    : { kind: 'number', low: w.low, high: w.high, min: w.min, max: w.max, narrow: n, bits: null, id, delta };
}

export const unknown: Numeric = {
  kind: 'number',
  ...whole64,
  narrow: whole32,
  bits: null,
  id: 0,
  delta: 0n,
};

const sign64 = 1n << 63n;
const sign32 = 1n << 31n;

/** The number with these bits too: bounds by the bits, bits by the bounds; null when there is none. */
export function withBits(x: Numeric, bits: Bits): Numeric | null {
  const { value, mask } = both(bits, bitsBetween(x.low, x.high));
  if (mask === 0n) return { ...constant(value), id: x.id, delta: x.delta };
  const low = lowBits({ value, mask });
  const wide = range(
    64,
    larger(x.low, value),
    smaller(x.high, value | mask),
    larger(x.min, BigInt.asIntN(64, value | (mask & sign64))),
    smaller(x.max, BigInt.asIntN(64, value | (mask & ~sign64))),
  );
  const narrow = range(
    32,
    larger(x.narrow.low, low.value),
    smaller(x.narrow.high, low.value | low.mask),
    larger(x.narrow.min, BigInt.asIntN(32, low.value | (low.mask & sign32))),
    smaller(x.narrow.max, BigInt.asIntN(32, low.value | (low.mask & ~sign32))),
  );
  const result = numeric(wide, narrow, x.id, x.delta);
  if (result === null) return null;
  const kept = both({ value, mask }, bitsBetween(result.low, result.high));
  return sameBits(kept, bitsBetween(result.low, result.high)) ? result : { ...result, bits: kept };
}

/** All that is known of the bits. */
export const knownBits = (x: Numeric): Bits => x.bits ?? bitsBetween(x.low, x.high);

/** What a stack slot holds that was not stored as a whole: unknown too, but the verifier keeps no value for it. */
export const pieces: Numeric = { ...unknown };

/** An unsigned range. */
export const between = (low: bigint, high: bigint): Numeric =>
  numeric(range(64, low, high, whole64.min, whole64.max), whole32) ?? unknown;

/** A signed range. */
export const signedBetween = (min: bigint, max: bigint): Numeric =>
  numeric(range(64, 0n, whole64.high, min, max), whole32) ?? unknown;

export function constant(value: bigint): Numeric {
  const low = BigInt.asUintN(64, value);
  const min = BigInt.asIntN(64, value);
  const low32 = BigInt.asUintN(32, value);
  const min32 = BigInt.asIntN(32, value);
  const narrow = { low: low32, high: low32, min: min32, max: min32 };
  return { kind: 'number', low, high: low, min, max: min, narrow, bits: null, id: 0, delta: 0n };
}

export const isConstant = (value: Range): boolean => value.low === value.high;

export const withId = (value: Numeric, id: number, delta = 0n): Numeric =>
  value.id === id && value.delta === delta ? value : { ...value, id, delta };

const contains = (outer: Range, inner: Range): boolean =>
  outer.low <= inner.low && outer.high >= inner.high && outer.min <= inner.min && outer.max >= inner.max;

/** Is every number of `inner` one of `outer`? */
export const within = (outer: Numeric, inner: Numeric): boolean =>
  outer === inner ||
  (contains(outer, inner) &&
    (outer.narrow === inner.narrow || contains(outer.narrow, inner.narrow)) &&
    (outer.bits === null || covers(outer.bits, knownBits(inner))));

const sameRange = (a: Range, b: Range): boolean =>
  a === b || (a.low === b.low && a.high === b.high && a.min === b.min && a.max === b.max);

const sameOpen = (a: Bits | null, b: Bits | null): boolean =>
  a === b || (a !== null && b !== null && sameBits(a, b));

export const sameNumber = (a: Numeric, b: Numeric): boolean =>
  a === b || (sameRange(a, b) && sameRange(a.narrow, b.narrow) && sameOpen(a.bits, b.bits));

export function sameValue(a: Value, b: Value): boolean {
  if (a.kind === 'number') return b.kind === 'number' && sameNumber(a, b);
  return (
    b.kind === 'pointer' &&
    a.object === b.object &&
    (a.maybeNil === 0) === (b.maybeNil === 0) &&
    sameNumber(a.offset, b.offset)
  );
}
