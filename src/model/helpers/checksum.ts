/**
 * Internet checksums in the kernel's representation: 16-bit words in memory order, ones' complement sums of 32 bits.
 *
 *     fold(add(sumOf([0x45, 0, 0, 20]), 0))     // the sum in 16 bits, not inverted
 */

/** Ones' complement addition of 32-bit sums. */
export function add(a: number, b: number): number {
  const sum = (a >>> 0) + (b >>> 0);
  return sum > 0xffff_ffff ? (sum - 0xffff_ffff) >>> 0 : sum;
}

export const not = (a: number): number => ~a >>> 0;

/** csum_partial: little-endian words, an odd last byte being a word's low half. */
export function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum = add(sum, (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8));
  return sum;
}

/** csum_from32to16. */
export function fold(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return (once & 0xffff) + (once >>> 16);
}

/** A checksum field after a value in what it covers has changed (csum_replace4). */
export const replaced = (field: number, from: number, to: number): number =>
  ~fold(add(add(not(field), not(from)), to)) & 0xffff;

/** As `replaced`, of a difference that is known (csum_replace_by_diff). */
export const shifted = (field: number, difference: number): number =>
  ~fold(add(difference, ~field & 0xffff)) & 0xffff;
