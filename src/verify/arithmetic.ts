/**
 * Ranges through instructions: what arithmetic gives, and what a branch tells of its operands.
 *
 *     between(0, 7) + 3  →  between(3, 10)            if r1 < 5, r1 in 0…7  →  0…4 taken, 5…7 not taken
 *
 * Constants are computed by the instruction table's meaning. Where a range cannot be followed, it is the whole width.
 */

import { must } from '../base/assert.ts';
import { bigintAlgebra } from '../base/bigint-algebra.ts';
import { type IsaRow, isaNames, isaRow } from '../bpf/isa.ts';
import { type Bits, lowBits, operate } from './bits.ts';
import {
  between,
  constant,
  intersect,
  isConstant,
  knownBits,
  type Numeric,
  numeric,
  type Range,
  range,
  signedBetween,
  unknown,
  type Width,
  wholeRange,
  withBits,
} from './values.ts';

/** The low 32 bits, zero-extended. */
const zeroExtended = (narrow: Range): Numeric =>
  numeric(range(64, narrow.low, narrow.high, unknown.min, unknown.max), narrow) ?? unknown;

/** The smallest number of the form 2^n - 1 that is not below x. */
const mask = (x: bigint): bigint => (1n << BigInt(x.toString(2).length)) - 1n;

/** Bounds of an operation within one width. */
function ofRanges(op: string, x: Range, y: Range, width: Width): Range {
  const whole = wholeRange(width);
  /** Unsigned and signed bounds, each only if it does not wrap around. */
  const made = (low: bigint, high: bigint, min: bigint, max: bigint): Range => {
    const fits = low >= 0n && high <= whole.high;
    const signedFits = min >= whole.min && max <= whole.max;
    const [l, h] = fits ? [low, high] : [0n, whole.high];
    const [s, m] = signedFits ? [min, max] : [whole.min, whole.max];
    return fits || signedFits ? (range(width, l, h, s, m) ?? whole) : whole;
  };
  const unsigned = (low: bigint, high: bigint): Range => made(low, high, whole.min, whole.max);
  // Of a count beyond the width the verifier knows nothing; as a shift of integers it would have no end.
  const counted = isConstant(y) && y.low < BigInt(width);
  switch (op) {
    case 'add':
      return made(x.low + y.low, x.high + y.high, x.min + y.min, x.max + y.max);
    case 'sub':
      return made(x.low - y.high, x.high - y.low, x.min - y.max, x.max - y.min);
    case 'mul': {
      const products = [x.min * y.min, x.min * y.max, x.max * y.min, x.max * y.max];
      const least = products.reduce((a, b) => (b < a ? b : a));
      const most = products.reduce((a, b) => (b > a ? b : a));
      return made(x.low * y.low, x.high * y.high, least, most);
    }
    case 'and':
      return unsigned(0n, x.high < y.high ? x.high : y.high);
    case 'or':
      return unsigned(x.low > y.low ? x.low : y.low, mask(x.high | y.high));
    case 'xor':
      return unsigned(0n, mask(x.high | y.high));
    case 'lsh':
      return counted ? unsigned(x.low << y.low, x.high << y.low) : whole;
    case 'rsh':
      return counted ? unsigned(x.low >> y.low, x.high >> y.low) : whole;
    case 'arsh':
      return counted ? made(-1n, 0n, x.min >> y.low, x.max >> y.low) : whole;
    default:
      return whole;
  }
}

/** Operations whose low 32 bits depend on those of the operands alone. */
const carriesLow: ReadonlySet<string> = new Set(['add', 'sub', 'mul', 'and', 'or', 'xor', 'lsh']);

/** What an operation's name says, read once. */
interface Shape {
  /** `add` of `add64_imm`. */
  readonly name: string;
  readonly moves: 32 | 64 | null;
  /** Bits that it sign-extends; null: it does not. */
  readonly extends: bigint | null;
  /** Result of a change of byte order; null: it is none. */
  readonly swapped: Numeric | null;
  readonly unary: boolean;
  /** The verifier does not follow divisions. */
  readonly divides: boolean;
}

function shapeOf(op: string, row: IsaRow): Shape {
  const bits = /^movsx(\d+)/.exec(op)?.[1];
  const ends = /^(?:le|be|bswap)(16|32)$/.exec(op)?.[1];
  return {
    name: /^[a-z]+/.exec(op)?.[0] ?? '',
    moves: op.startsWith('mov64') ? 64 : op.startsWith('mov32') ? 32 : null,
    extends: op.startsWith('movsx') ? BigInt(bits ?? '64') : null,
    swapped: ends === undefined ? null : between(0n, (1n << BigInt(ends)) - 1n),
    unary: row.dst === 'both' && row.src === 0 && row.imm !== 's32' && row.imm !== 'count',
    divides: /^s?(div|mod)/.test(op),
  };
}

const shapes: ReadonlyMap<string, Shape> = new Map(
  isaNames.map((name) => [name, shapeOf(name, isaRow(name))] as const),
);

/** The kernel follows it where what lies above the low bits is one number, and their sign one sign. */
function signExtended(count: bigint, y: Numeric, width: Width): Numeric {
  const half = 1n << (count - 1n);
  const source: Range = width === 32 ? y.narrow : y;
  const first = BigInt.asIntN(Number(count), source.min);
  const last = BigInt.asIntN(Number(count), source.max);
  const follows = source.min >> count === source.max >> count && first < 0n === last < 0n;
  const value = follows ? signedBetween(first, last) : signedBetween(-half, half - 1n);
  return width === 64 ? value : zeroExtended(value.narrow);
}

const isMask = (x: bigint): boolean => (x & (x + 1n)) === 0n;

/** Can bits be known of the result that its range does not tell? */
function tellsBits(name: string, x: Numeric, y: Numeric): boolean {
  if (x.bits !== null || y.bits !== null) return true;
  switch (name) {
    case 'and':
      return (isConstant(y) && !isMask(y.low)) || (isConstant(x) && !isMask(x.low));
    case 'or':
    case 'xor':
      return isConstant(x) || isConstant(y);
    case 'mul':
      return (isConstant(y) && (y.low & 1n) === 0n) || (isConstant(x) && (x.low & 1n) === 0n);
    case 'lsh':
      return isConstant(y);
    default:
      return false;
  }
}

/** The result with what is known of its bits. */
function withResultBits(result: Numeric, name: string, x: Numeric, y: Numeric, width: Width): Numeric {
  if (isConstant(result) || !tellsBits(name, x, y)) return result;
  const cut = (bits: Bits): Bits => (width === 32 ? lowBits(bits) : bits);
  const bits = operate(name, cut(knownBits(x)), cut(knownBits(y)), width);
  return bits === null ? result : (withBits(result, cut(bits)) ?? result);
}

/** The result of an `alu` row; x: the old value of its destination. */
export function compute(op: string, row: IsaRow, x: Numeric, y: Numeric, big: boolean): Numeric {
  const { width } = row;
  const { name, moves, extends: bits, swapped, unary, divides } = must(shapes.get(op), 'an operation');
  if (moves === 64) return y;
  if (moves === 32) {
    const low = zeroExtended(y.narrow);
    return y.bits === null ? low : (withBits(low, lowBits(y.bits)) ?? low);
  }
  const a: Range = width === 64 ? x : x.narrow;
  const b: Range = width === 64 ? y : y.narrow;
  const known = (row.dst === 'def' || isConstant(a)) && (unary || isConstant(b));
  if (row.sem !== null && known && !divides) {
    const left = BigInt.asUintN(width, a.low);
    const right = BigInt.asUintN(width, b.low);
    return constant(BigInt.asUintN(width, row.sem(bigintAlgebra, left, right, width, big)));
  }
  if (bits !== null) return signExtended(bits, y, width);
  if (swapped !== null) return swapped;
  return withResultBits(ranges(name, x, y, width), name, x, y, width);
}

/** What the ranges alone tell of a result. */
function ranges(name: string, x: Numeric, y: Numeric, width: Width): Numeric {
  if (width === 32) return zeroExtended(ofRanges(name, x.narrow, y.narrow, 32));
  if (name === 'lsh' && isConstant(y) && y.low === 32n) {
    const { low, high, min, max } = x.narrow;
    return numeric(range(64, low << 32n, high << 32n, min << 32n, max << 32n), wholeRange(32)) ?? unknown;
  }
  const narrow = carriesLow.has(name) ? ofRanges(name, x.narrow, y.narrow, 32) : wholeRange(32);
  return numeric(ofRanges(name, x, y, 64), narrow) ?? unknown;
}

const relations = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'set', 'sgt', 'sge', 'slt', 'sle'] as const;
export type Relation = (typeof relations)[number];
/** A relation of numbers; \`set\` is one of their bits. */
type Ordering = Exclude<Relation, 'set'>;

const relationsByOp: ReadonlyMap<string, Relation> = new Map(
  isaNames.flatMap((op) => {
    const name = /^j([a-z]+)(?:32|64)_/.exec(op)?.[1];
    const found = relations.find((relation) => relation === name);
    return found === undefined ? [] : [[op, found] as const];
  }),
);

/** `slt` of `jslt64_imm`. */
export const relationOf = (op: string): Relation | null => relationsByOp.get(op) ?? null;

const opposite = {
  eq: 'ne',
  ne: 'eq',
  gt: 'le',
  le: 'gt',
  ge: 'lt',
  lt: 'ge',
  sgt: 'sle',
  sle: 'sgt',
  sge: 'slt',
  slt: 'sge',
} as const satisfies Record<Ordering, Ordering>;

export interface Refined {
  readonly x: Numeric;
  readonly y: Numeric;
}

const atLeast = (whole: Range, low: bigint): Range => ({
  low,
  high: whole.high,
  min: whole.min,
  max: whole.max,
});
const atMost = (whole: Range, high: bigint): Range => ({
  low: whole.low,
  high,
  min: whole.min,
  max: whole.max,
});
const signedAtLeast = (whole: Range, min: bigint): Range => ({
  low: whole.low,
  high: whole.high,
  min,
  max: whole.max,
});
const signedAtMost = (whole: Range, max: bigint): Range => ({
  low: whole.low,
  high: whole.high,
  min: whole.min,
  max,
});

/** Bounds to add to the operands where `x relation y` holds. */
function implied(relation: Ordering, x: Range, y: Range, width: Width): readonly [Range, Range] {
  const whole = wholeRange(width);
  switch (relation) {
    case 'eq':
      return [y, x];
    case 'ne': {
      if (!isConstant(y)) return [whole, whole];
      const up = (bound: bigint, n: bigint): bigint => (bound === n ? n + 1n : bound);
      const down = (bound: bigint, n: bigint): bigint => (bound === n ? n - 1n : bound);
      const left = {
        low: up(x.low, y.low),
        high: down(x.high, y.low),
        min: up(x.min, y.min),
        max: down(x.max, y.min),
      };
      return [left, whole];
    }
    case 'gt':
      return [atLeast(whole, y.low + 1n), atMost(whole, x.high - 1n)];
    case 'ge':
      return [atLeast(whole, y.low), atMost(whole, x.high)];
    case 'lt':
      return [atMost(whole, y.high - 1n), atLeast(whole, x.low + 1n)];
    case 'le':
      return [atMost(whole, y.high), atLeast(whole, x.low)];
    case 'sgt':
      return [signedAtLeast(whole, y.min + 1n), signedAtMost(whole, x.max - 1n)];
    case 'sge':
      return [signedAtLeast(whole, y.min), signedAtMost(whole, x.max)];
    case 'slt':
      return [signedAtMost(whole, y.max - 1n), signedAtLeast(whole, x.min + 1n)];
    case 'sle':
      return [signedAtMost(whole, y.max), signedAtLeast(whole, x.min)];
    default:
      return relation satisfies never;
  }
}

function narrowTo(width: Width, value: Numeric, bounds: Range): Numeric | null {
  const result =
    width === 64
      ? numeric(intersect(64, value, bounds), value.narrow, value.id, value.delta)
      : numeric(value, intersect(32, value.narrow, bounds), value.id, value.delta);
  return result === null || value.bits === null ? result : withBits(result, value.bits);
}

function assume(relation: Ordering, width: Width, x: Numeric, y: Numeric): Refined | null {
  const a: Range = width === 64 ? x : x.narrow;
  const b: Range = width === 64 ? y : y.narrow;
  const bounds = implied(relation, a, b, width);
  const left = narrowTo(width, x, bounds[0]);
  const right = narrowTo(width, y, bounds[1]);
  return left === null || right === null ? null : { x: left, y: right };
}

export interface Decision {
  /** The operands where the branch is taken and where it is not; null: that never happens. */
  readonly taken: Refined | null;
  readonly other: Refined | null;
}

/** Does it hold for two numbers? */
function holds(relation: Ordering, a: Range, b: Range): boolean {
  switch (relation) {
    case 'eq':
      return a.low === b.low;
    case 'ne':
      return a.low !== b.low;
    case 'gt':
      return a.low > b.low;
    case 'ge':
      return a.low >= b.low;
    case 'lt':
      return a.low < b.low;
    case 'le':
      return a.low <= b.low;
    case 'sgt':
      return a.min > b.min;
    case 'sge':
      return a.min >= b.min;
    case 'slt':
      return a.min < b.min;
    case 'sle':
      return a.min <= b.min;
    default:
      return relation satisfies never;
  }
}

/** What a conditional jump finds. */
export function decide(relation: Relation, width: Width, x: Numeric, y: Numeric): Decision {
  if (relation === 'set') return tested(width, x, y);
  if (isConstant(x) && isConstant(y) && x.id === 0 && y.id === 0) {
    const same: Refined = { x, y };
    const taken = width === 64 ? holds(relation, x, y) : holds(relation, x.narrow, y.narrow);
    return taken ? { taken: same, other: null } : { taken: null, other: same };
  }
  return {
    taken: assume(relation, width, x, y),
    other: assume(opposite[relation], width, x, y),
  };
}

/** What `if x & y` tells: of a constant y, that its bits are 0 in x, or that its only one is 1. */
function tested(width: Width, x: Numeric, y: Numeric): Decision {
  const open: Refined = { x, y };
  if (!isConstant(width === 64 ? y : y.narrow)) return { taken: open, other: open };
  const wanted = width === 64 ? y.low : y.narrow.low;
  const has = knownBits(x);
  if ((has.value & wanted) !== 0n) return { taken: open, other: null };
  if (((has.value | has.mask) & wanted) === 0n) return { taken: null, other: open };
  const refined = (value: bigint, mask: bigint): Refined | null => {
    const left = withBits(x, { value, mask });
    return left === null ? null : { x: left, y };
  };
  const one = (wanted & (wanted - 1n)) === 0n;
  return {
    taken: one ? refined(has.value | wanted, has.mask & ~wanted) : open,
    other: refined(has.value, has.mask & ~wanted),
  };
}
