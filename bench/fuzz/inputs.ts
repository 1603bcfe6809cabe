/** What a program is run on: pairs of 64-bit numbers, often at edges. */

import type { Random } from './random.ts';

export interface Input {
  readonly a: bigint;
  readonly b: bigint;
}

const edges = [
  0n,
  1n,
  2n,
  3n,
  5n,
  7n,
  8n,
  31n,
  32n,
  63n,
  64n,
  127n,
  128n,
  255n,
  256n,
  32767n,
  65535n,
  65536n,
  (1n << 31n) - 1n,
  1n << 31n,
  (1n << 32n) - 1n,
  1n << 32n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 1n,
  (1n << 64n) - 2n,
  (1n << 64n) - 128n,
  0xdeadbeefcafebaben,
] as const;

function one(random: Random): bigint {
  return random.chance(0.6)
    ? random.pick(edges)
    : random.chance(0.5)
      ? BigInt(random.below(1000))
      : (BigInt(random.next()) << 32n) | BigInt(random.next());
}

export function inputsFor(random: Random, count: number): readonly Input[] {
  return Array.from({ length: count }, () => ({ a: one(random), b: one(random) }));
}

/** The context: a, b and room for the result, little-endian. */
export const contextBytes = ({ a, b }: Input): Uint8Array =>
  new Uint8Array(new BigUint64Array([a, b, 0n]).buffer);
