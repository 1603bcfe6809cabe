/**
 * What the simplified verifier knows of a register or a stack slot: a number by its ranges, or a pointer by its object.
 *
 *     r1 &= 7        number(0, 7)          r2 = r10; r2 += -8        pointer to the stack of frame 0, offset -8
 *
 * Invariant: a number's unsigned and signed ranges both hold, and are never empty.
 */

export interface Numeric {
  readonly kind: 'number';
  /** Unsigned range. */
  readonly low: bigint;
  readonly high: bigint;
  /** Signed range. */
  readonly min: bigint;
  readonly max: bigint;
  /** Values with one id other than 0 are equal: what a branch tells of one holds for all. */
  readonly id: number;
}

export interface Pointer {
  readonly kind: 'pointer';
  /** The object: `stack0`, `ctx`, a map's name, `packet`. */
  readonly object: string;
  /** Distance from its start. */
  readonly offset: Numeric;
  /** Not 0: may be nil; pointers with one number are nil together. */
  readonly maybeNil: number;
}

export type Value = Numeric | Pointer;

export const maxUnsigned = (1n << 64n) - 1n;
const maxSigned = (1n << 63n) - 1n;
const minSigned = -(1n << 63n);

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** A number within ranges, each made as narrow as the other allows; null when nothing is within both. */
export function ranged(low: bigint, high: bigint, min: bigint, max: bigint, id = 0): Numeric | null {
  let [l, h, s, m] = [low, high, min, max];
  if (h <= maxSigned || l > maxSigned) {
    s = larger(s, BigInt.asIntN(64, l));
    m = smaller(m, BigInt.asIntN(64, h));
  }
  if (s >= 0n || m < 0n) {
    l = larger(l, BigInt.asUintN(64, s));
    h = smaller(h, BigInt.asUintN(64, m));
    s = larger(s, BigInt.asIntN(64, l));
    m = smaller(m, BigInt.asIntN(64, h));
  }
  return l > h || s > m ? null : { kind: 'number', low: l, high: h, min: s, max: m, id };
}

export const unknown: Numeric = {
  kind: 'number',
  low: 0n,
  high: maxUnsigned,
  min: minSigned,
  max: maxSigned,
  id: 0,
};

/** An unsigned range. */
export const between = (low: bigint, high: bigint): Numeric =>
  ranged(low, high, minSigned, maxSigned) ?? unknown;

/** A signed range. */
export const signedBetween = (min: bigint, max: bigint): Numeric =>
  ranged(0n, maxUnsigned, min, max) ?? unknown;

export const constant = (value: bigint): Numeric => {
  const unsigned = BigInt.asUintN(64, value);
  const signed = BigInt.asIntN(64, value);
  return { kind: 'number', low: unsigned, high: unsigned, min: signed, max: signed, id: 0 };
};

export const isConstant = (value: Numeric): boolean => value.low === value.high;

export const withId = (value: Numeric, id: number): Numeric => (value.id === id ? value : { ...value, id });

/** Is every number of `inner` one of `outer`? */
export const within = (outer: Numeric, inner: Numeric): boolean =>
  outer.low <= inner.low && outer.high >= inner.high && outer.min <= inner.min && outer.max >= inner.max;

export const sameNumber = (a: Numeric, b: Numeric): boolean =>
  a.low === b.low && a.high === b.high && a.min === b.min && a.max === b.max;

export function sameValue(a: Value, b: Value): boolean {
  if (a.kind === 'number') return b.kind === 'number' && sameNumber(a, b);
  return (
    b.kind === 'pointer' &&
    a.object === b.object &&
    (a.maybeNil === 0) === (b.maybeNil === 0) &&
    sameNumber(a.offset, b.offset)
  );
}
