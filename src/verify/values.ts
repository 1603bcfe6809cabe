/**
 * What the simplified verifier knows of a register or a stack slot: a number by its ranges, or a pointer by its object.
 *
 *     r1 &= 7        between(0, 7)          r2 = r10; r2 += -8        pointer to the stack of frame 0, offset -8
 *
 * Invariant: a number's unsigned and signed ranges all hold, of its 64 bits and of the low 32, and are never empty.
 */

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
  /** Values with one id other than 0 differ by their deltas: what a branch tells of one holds for all. */
  readonly id: number;
  readonly delta: bigint;
}

export interface Pointer {
  readonly kind: 'pointer';
  /** The object: `stack0`, `ctx`, a map's name. */
  readonly object: string;
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

/** The bounds, each made as narrow as the others allow; null when nothing is within all. */
export function range(width: Width, low: bigint, high: bigint, min: bigint, max: bigint): Range | null {
  let [l, h, s, m] = [low, high, min, max];
  const top = wholeRange(width).max;
  if (h <= top || l > top) {
    s = larger(s, BigInt.asIntN(width, l));
    m = smaller(m, BigInt.asIntN(width, h));
  }
  if (s >= 0n || m < 0n) {
    l = larger(l, BigInt.asUintN(width, s));
    h = smaller(h, BigInt.asUintN(width, m));
    s = larger(s, BigInt.asIntN(width, l));
    m = smaller(m, BigInt.asIntN(width, h));
  }
  return l > h || s > m ? null : { low: l, high: h, min: s, max: m };
}

export const intersect = (width: Width, a: Range, b: Range): Range | null =>
  range(width, larger(a.low, b.low), smaller(a.high, b.high), larger(a.min, b.min), smaller(a.max, b.max));

/** A number of both ranges; null when there is none. */
export function numeric(wide: Range | null, narrow: Range | null, id = 0, delta = 0n): Numeric | null {
  if (wide === null || narrow === null) return null;
  let [w, n]: [Range | null, Range | null] = [wide, narrow];
  if (w.high <= whole32.high) {
    n = intersect(32, n, { ...whole32, low: w.low, high: w.high });
    if (n !== null) w = intersect(64, w, { ...whole64, low: n.low, high: n.high });
  } else if (w.min >= whole32.min && w.max <= whole32.max) {
    n = intersect(32, n, { ...whole32, min: w.min, max: w.max });
    if (n !== null) w = intersect(64, w, { ...whole64, min: n.min, max: n.max });
  } else if (w.low === w.high) {
    const bits = BigInt.asUintN(32, w.low);
    n = intersect(32, n, { ...whole32, low: bits, high: bits });
  }
  return w === null || n === null
    ? null
    : { kind: 'number', low: w.low, high: w.high, min: w.min, max: w.max, narrow: n, id, delta };
}

export const unknown: Numeric = { kind: 'number', ...whole64, narrow: whole32, id: 0, delta: 0n };

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
  return { kind: 'number', low, high: low, min, max: min, narrow, id: 0, delta: 0n };
}

export const isConstant = (value: Range): boolean => value.low === value.high;

export const withId = (value: Numeric, id: number, delta = 0n): Numeric =>
  value.id === id && value.delta === delta ? value : { ...value, id, delta };

const contains = (outer: Range, inner: Range): boolean =>
  outer.low <= inner.low && outer.high >= inner.high && outer.min <= inner.min && outer.max >= inner.max;

/** Is every number of `inner` one of `outer`? */
export const within = (outer: Numeric, inner: Numeric): boolean =>
  contains(outer, inner) && contains(outer.narrow, inner.narrow);

export const sameNumber = (a: Numeric, b: Numeric): boolean => within(a, b) && within(b, a);

export function sameValue(a: Value, b: Value): boolean {
  if (a.kind === 'number') return b.kind === 'number' && sameNumber(a, b);
  return (
    b.kind === 'pointer' &&
    a.object === b.object &&
    (a.maybeNil === 0) === (b.maybeNil === 0) &&
    sameNumber(a.offset, b.offset)
  );
}
