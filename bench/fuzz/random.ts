/**
 * Chance from a seed: the same seed gives the same choices on every machine.
 *
 *     const random = randomFrom(7);
 *     random.below(10)            // 0 … 9
 *     random.pick(['a', 'b'])
 */

import { must } from '../../src/base/assert.ts';

export interface Random {
  /** 0 … 2^32 - 1. */
  readonly next: () => number;
  /** 0 … n - 1. */
  readonly below: (n: number) => number;
  /** True in this share of calls. */
  readonly chance: (share: number) => boolean;
  readonly pick: <T>(list: readonly T[]) => T;
  /** By the rows' weights. */
  readonly weighted: <T extends { readonly weight: number }>(rows: readonly T[]) => T;
}

/** Mixes a seed so that neighbours have nothing in common (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** sfc32, seeded with a number below 2^53. */
export function randomFrom(seed: number): Random {
  let a = mix(seed >>> 0);
  let b = mix(Math.floor(seed / 2 ** 32) + 0x9e3779b9);
  let c = 0x243f6a88;
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  const below = (n: number): number => Math.floor((next() / 2 ** 32) * n);
  return {
    next,
    below,
    chance: (share) => next() / 2 ** 32 < share,
    pick: (list) => must(list[below(list.length)], 'something to pick from'),
    weighted(rows) {
      let left = (next() / 2 ** 32) * rows.reduce((sum, row) => sum + row.weight, 0);
      for (const row of rows) {
        left -= row.weight;
        if (left < 0) return row;
      }
      return must(rows.at(-1), 'something to pick from');
    },
  };
}
