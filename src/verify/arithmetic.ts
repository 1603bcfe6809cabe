/**
 * Ranges through instructions: what arithmetic gives, and what a branch tells of its operands.
 *
 *     between(0, 7) + 3  →  between(3, 10)            if r1 < 5, r1 in 0…7  →  0…4 taken, 5…7 not taken
 *
 * Constants are computed by the instruction table's meaning. Where a range cannot be followed, it is the whole width.
 */

import { bigintAlgebra } from '../base/bigint-algebra.ts';
import type { IsaRow } from '../bpf/isa.ts';
import { between, constant, isConstant, maxUnsigned, type Numeric, ranged, unknown } from './values.ts';

const max32 = (1n << 32n) - 1n;

/** The low 32 bits. */
function narrowed(x: Numeric): Numeric {
  if (x.high <= max32) return x;
  return isConstant(x) ? constant(x.low & max32) : between(0n, max32);
}

/** The smallest number of the form 2^n - 1 that is not below x. */
const mask = (x: bigint): bigint => (1n << BigInt(x.toString(2).length)) - 1n;

function ofRanges(op: string, x: Numeric, y: Numeric, top: bigint): Numeric | null {
  const fits = (low: bigint, high: bigint): Numeric | null =>
    low >= 0n && high <= top ? between(low, high) : null;
  switch (op) {
    case 'add':
      return (
        fits(x.low + y.low, x.high + y.high) ??
        (top === maxUnsigned ? signedRange(x.min + y.min, x.max + y.max) : null)
      );
    case 'sub':
      return (
        fits(x.low - y.high, x.high - y.low) ??
        (top === maxUnsigned ? signedRange(x.min - y.max, x.max - y.min) : null)
      );
    case 'mul':
      return fits(x.low * y.low, x.high * y.high);
    case 'and':
      return between(0n, x.high < y.high ? x.high : y.high);
    case 'or':
      return fits(x.low > y.low ? x.low : y.low, mask(x.high | y.high));
    case 'xor':
      return fits(0n, mask(x.high | y.high));
    case 'lsh':
      return isConstant(y) ? fits(x.low << y.low, x.high << y.low) : null;
    case 'rsh':
      return isConstant(y) ? between(x.low >> y.low, x.high >> y.low) : between(0n, x.high);
    case 'arsh':
      return isConstant(y) && top === maxUnsigned ? signedRange(x.min >> y.low, x.max >> y.low) : null;
    default:
      return null;
  }
}

const signedRange = (min: bigint, max: bigint): Numeric | null =>
  min >= unknown.min && max <= unknown.max ? ranged(0n, maxUnsigned, min, max) : null;

/** The result of an `alu` row; x: the old value of its destination. The verifier does not follow divisions. */
export function compute(op: string, row: IsaRow, x: Numeric, y: Numeric, big: boolean): Numeric {
  const wide = row.width === 64;
  if (op.startsWith('mov64')) return y;
  const [a, b] = wide ? [x, y] : [narrowed(x), narrowed(y)];
  if (op.startsWith('mov32')) return b;
  const top = wide ? maxUnsigned : max32;
  const divides = /^s?(div|mod)/.test(op);
  const unary = row.src === 0 && row.imm !== 's32' && row.imm !== 'count';
  if (
    row.sem !== null &&
    !divides &&
    isConstant(b) &&
    (isConstant(a) || row.dst === 'def') &&
    (unary ? isConstant(a) : true)
  ) {
    const bits = (v: Numeric): bigint => BigInt.asUintN(row.width, v.low);
    return constant(BigInt.asUintN(row.width, row.sem(bigintAlgebra, bits(a), bits(b), row.width, big)));
  }
  const name = /^[a-z]+/.exec(op)?.[0] ?? '';
  const ends = /^(?:le|be|bswap)(16|32)$/.exec(op)?.[1];
  if (ends !== undefined) return between(0n, (1n << BigInt(ends)) - 1n);
  return ofRanges(name, a, b, top) ?? (wide ? unknown : between(0n, max32));
}

type Relation = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le' | 'set' | 'sgt' | 'sge' | 'slt' | 'sle';

/** `slt` of `jslt64_imm`. */
export function relationOf(op: string): Relation | null {
  const name = /^j([a-z]+)(?:32|64)_/.exec(op)?.[1];
  return name === undefined ? null : (name as Relation);
}

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
  set: null,
} as const satisfies Record<Relation, Relation | null>;

export interface Refined {
  readonly x: Numeric;
  readonly y: Numeric;
}

/** Both operands where `x relation y` holds; null where it cannot hold. */
function assume(relation: Relation, x: Numeric, y: Numeric): Refined | null {
  const made = (a: Numeric | null, b: Numeric | null): Refined | null =>
    a === null || b === null ? null : { x: a, y: b };
  const high = (v: Numeric, n: bigint) => ranged(v.low, n < v.high ? n : v.high, v.min, v.max, v.id);
  const low = (v: Numeric, n: bigint) => ranged(n > v.low ? n : v.low, v.high, v.min, v.max, v.id);
  const max = (v: Numeric, n: bigint) => ranged(v.low, v.high, v.min, n < v.max ? n : v.max, v.id);
  const min = (v: Numeric, n: bigint) => ranged(v.low, v.high, n > v.min ? n : v.min, v.max, v.id);
  switch (relation) {
    case 'eq': {
      const both = ranged(
        x.low > y.low ? x.low : y.low,
        x.high < y.high ? x.high : y.high,
        x.min > y.min ? x.min : y.min,
        x.max < y.max ? x.max : y.max,
      );
      return both === null ? null : { x: { ...both, id: x.id }, y: { ...both, id: y.id } };
    }
    case 'ne': {
      if (!isConstant(y)) return { x, y };
      const n = y.low;
      const s = y.min;
      const left = ranged(
        x.low === n ? n + 1n : x.low,
        x.high === n ? n - 1n : x.high,
        x.min === s ? s + 1n : x.min,
        x.max === s ? s - 1n : x.max,
        x.id,
      );
      return made(left, y);
    }
    case 'gt':
      return made(low(x, y.low + 1n), high(y, x.high - 1n));
    case 'ge':
      return made(low(x, y.low), high(y, x.high));
    case 'lt':
      return made(high(x, y.high - 1n), low(y, x.low + 1n));
    case 'le':
      return made(high(x, y.high), low(y, x.low));
    case 'sgt':
      return made(min(x, y.min + 1n), max(y, x.max - 1n));
    case 'sge':
      return made(min(x, y.min), max(y, x.max));
    case 'slt':
      return made(max(x, y.max - 1n), min(y, x.min + 1n));
    case 'sle':
      return made(max(x, y.max), min(y, x.min));
    case 'set':
      return isConstant(x) && isConstant(y) && (x.low & y.low) === 0n ? null : { x, y };
    default:
      return relation satisfies never;
  }
}

export interface Decision {
  /** The operands where the branch is taken and where it is not; null: that never happens. */
  readonly taken: Refined | null;
  readonly other: Refined | null;
}

/** A number as a 32-bit comparison sees it; null when its 64 bits say no more. */
function as32(v: Numeric, signed: boolean): Numeric | null {
  if (v.high > max32) return isConstant(v) ? as32(constant(v.low & max32), signed) : null;
  if (!signed || v.high <= 0x7fff_ffffn) return v;
  return isConstant(v) ? constant(BigInt.asIntN(32, v.low)) : null;
}

/** What a conditional jump finds. */
export function decide(relation: Relation, width: 32 | 64, x: Numeric, y: Numeric): Decision {
  const both = { x, y };
  const signed = relation.startsWith('s') && relation !== 'set';
  const a = width === 64 ? x : as32(x, signed);
  const b = width === 64 ? y : as32(y, signed);
  if (a === null || b === null) return { taken: both, other: both };
  const not = opposite[relation];
  const taken = assume(relation, a, b);
  const isSet = isConstant(a) && isConstant(b) && (a.low & b.low) !== 0n;
  const other = not === null ? (isSet ? null : both) : assume(not, a, b);
  // Numbers seen through 32 bits keep their own values: constants with high bits, negative ones.
  const kept = a === x && b === y;
  return { taken: taken === null || kept ? taken : both, other: other === null || kept ? other : both };
}
