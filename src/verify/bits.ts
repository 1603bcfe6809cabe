/**
 * Numbers of which some bits are known (the kernel's tnum): what arithmetic leaves known.
 *
 *     { value: 0b100, mask: 0b011 }     4 to 7: bit 2 is 1, bits 0 and 1 are open, the others 0
 *
 * Invariant: value and mask have no bit in common and lie within 64 bits. The operations are those of Vishwanathan et
 * al., “Sound, Precise, and Fast Abstract Interpretation with Tristate Numbers” (CGO 2022), as kernel/bpf/tnum.c has them.
 */

export interface Bits {
  /** The bits known to be 1. */
  readonly value: bigint;
  /** The bits that are open. */
  readonly mask: bigint;
}

const all = (1n << 64n) - 1n;
const wrap = (x: bigint): bigint => x & all;

const bitsOf = (value: bigint, mask: bigint): Bits => ({ value: value & ~mask, mask });

const exactly = (value: bigint): Bits => ({ value, mask: 0n });

/** What all numbers from `low` to `high`, read without sign, have in common. */
export function bitsBetween(low: bigint, high: bigint): Bits {
  const differing = low ^ high;
  return differing === 0n ? exactly(low) : bitsOf(low, (1n << BigInt(differing.toString(2).length)) - 1n);
}

function sum(a: Bits, b: Bits): Bits {
  const value = wrap(a.value + b.value);
  const carried = wrap(a.mask + b.mask + value) ^ value;
  return bitsOf(value, carried | a.mask | b.mask);
}

function difference(a: Bits, b: Bits): Bits {
  const value = wrap(a.value - b.value);
  const borrowed = wrap(value + a.mask) ^ wrap(value - b.mask);
  return bitsOf(value, borrowed | a.mask | b.mask);
}

/** `a` should be the one of fewer bits: each is a step. */
function product(a: Bits, b: Bits): Bits {
  let open: Bits = exactly(0n);
  let { value, mask } = b;
  for (let x = a.value, y = a.mask; (x | y) !== 0n; x >>= 1n, y >>= 1n) {
    if ((x & 1n) === 1n) open = sum(open, { value: 0n, mask });
    else if ((y & 1n) === 1n) open = sum(open, { value: 0n, mask: value | mask });
    value = wrap(value << 1n);
    mask = wrap(mask << 1n);
  }
  return sum(exactly(wrap(a.value * b.value)), open);
}

/** The result of an operation by its name (`add`, `lsh`); null: nothing is known. `b` is a count for shifts. */
export function operate(name: string, a: Bits, b: Bits, width: 32 | 64): Bits | null {
  const counted = b.mask === 0n && b.value < BigInt(width);
  switch (name) {
    case 'add':
      return sum(a, b);
    case 'sub':
      return difference(a, b);
    case 'mul':
      return a.mask === 0n ? product(a, b) : product(b, a);
    case 'and': {
      const value = a.value & b.value;
      return bitsOf(value, (a.value | a.mask) & (b.value | b.mask) & ~value);
    }
    case 'or': {
      const value = a.value | b.value;
      return { value, mask: (a.mask | b.mask) & ~value };
    }
    case 'xor':
      return bitsOf(a.value ^ b.value, a.mask | b.mask);
    case 'lsh':
      return counted ? { value: wrap(a.value << b.value), mask: wrap(a.mask << b.value) } : null;
    case 'rsh':
      return counted ? { value: a.value >> b.value, mask: a.mask >> b.value } : null;
    case 'arsh':
      return counted ? arithmeticShift(a, b.value, width) : null;
    default:
      return null;
  }
}

function arithmeticShift({ value, mask }: Bits, count: bigint, width: 32 | 64): Bits {
  const shift = (x: bigint): bigint => BigInt.asUintN(width, BigInt.asIntN(width, x) >> count);
  return bitsOf(shift(value), shift(mask));
}

export const lowBits = ({ value, mask }: Bits): Bits => ({
  value: value & 0xffff_ffffn,
  mask: mask & 0xffff_ffffn,
});

/** What both say. */
export const both = (a: Bits, b: Bits): Bits => bitsOf(a.value | b.value, a.mask & b.mask);

/** Does every number of `inner` have the bits that `outer` knows? */
export const covers = (outer: Bits, inner: Bits): boolean =>
  (inner.mask & ~outer.mask) === 0n && (inner.value & ~outer.mask) === outer.value;

export const sameBits = (a: Bits, b: Bits): boolean => a.value === b.value && a.mask === b.mask;
