/**
 * The peephole rules: what stands in the code, what replaces it, and when.
 *
 *     five instructions that materialise a key     r1 = 7; *(u32 *)(r10 - 4) = r1; r2 = r10; r2 += -4; …
 *     store-constant makes of the first two        *(u32 *)(r10 - 4) = 7
 *
 * Patterns are assembly with holes (machine-pattern.ts). `dead` names registers that nothing may read afterwards.
 * `given` computes further holes, or says no. A rule takes at least one slot away, so rewriting ends. Each rule has an
 * example; the tests run it on random registers, before and after.
 */

import { fitsS32 } from '../../src/bpf/constants.ts';
import { contextTakesConstants } from '../../src/bpf/contexts.ts';
import type { Target } from '../pass.ts';
import type { Holes } from './machine-pattern.ts';

export interface MachineRule {
  readonly name: string;
  readonly before: string;
  /** '' for nothing. */
  readonly after: string;
  /** Letters of registers that must be dead after the pattern. */
  readonly dead?: string;
  /** Pairs of letters that must be different registers. */
  readonly distinct?: readonly string[];
  /** Values of the holes that only `after` has; null: the rule does not apply. */
  readonly given?: (values: Holes['values'], target: Target) => Readonly<Record<string, bigint>> | null;
  /** What `given` computes, for the prover: `['P', 'K', 'O']` is P = K + O, `['L', 'K', 16]` is L = K in its low 16 bits. */
  readonly where?: readonly [hole: string, of: string, and: string | number];
  /** Code that the rule changes, and what it becomes. */
  readonly example: readonly [before: string, after: string];
}

const sum = (x: bigint | undefined, y: bigint | undefined): bigint => (x ?? 0n) + (y ?? 0n);
const widths = [8, 16, 32, 64] as const;

/** `rA = K` before an instruction that can hold the constant itself. */
const operators = [
  ['+=', 'add'],
  ['-=', 'sub'],
  ['*=', 'mul'],
  ['&=', 'and'],
  ['|=', 'or'],
  ['^=', 'xor'],
] as const;

const constantOperands: readonly MachineRule[] = operators.flatMap(([sign, op]) => [
  {
    name: `constant-operand-${op}64`,
    before: `rA = K; rB ${sign} rA`,
    after: `rB ${sign} K`,
    dead: 'A',
    distinct: ['AB'],
    example: [`r1 = 7; r2 ${sign} r1`, `r2 ${sign} 7`],
  },
  {
    name: `constant-operand-${op}32`,
    before: `rA = K; wB ${sign} wA`,
    after: `wB ${sign} K`,
    dead: 'A',
    distinct: ['AB'],
    example: [`r1 = -7; w2 ${sign} w1`, `w2 ${sign} -7`],
  },
]);

/** Any register but the frame's may hold a program's context, and old kernels want what is stored there in a register. */
const storeConstants: readonly MachineRule[] = widths.flatMap((bits): MachineRule[] => [
  {
    name: `store-constant-${bits}`,
    before: `rA = K; *(u${bits} *)(r10 + O) = rA`,
    after: `*(u${bits} *)(r10 + O) = L`,
    dead: 'A',
    given: ({ K = 0n }) => ({ L: BigInt.asIntN(bits, K) }),
    where: ['L', 'K', bits],
    example: [`r1 = 7; *(u${bits} *)(r10 - 8) = r1`, `*(u${bits} *)(r10 - 8) = 7`],
  },
  {
    name: `store-constant-through-${bits}`,
    before: `rA = K; *(u${bits} *)(rB + O) = rA`,
    after: `*(u${bits} *)(rB + O) = L`,
    dead: 'A',
    distinct: ['AB'],
    given: ({ K = 0n }, { kernel }) => (contextTakesConstants(kernel) ? { L: BigInt.asIntN(bits, K) } : null),
    where: ['L', 'K', bits],
    example: [`r1 = 7; *(u${bits} *)(r10 - 8) = r1`, `*(u${bits} *)(r10 - 8) = 7`],
  },
]);

/** An address that is only made to be used once: the displacement goes into the access. */
const addressOperands: readonly MachineRule[] = widths.flatMap((bits): MachineRule[] => [
  {
    name: `load-displacement-${bits}`,
    before: `rA = rB; rA += K; rC = *(u${bits} *)(rA + O)`,
    after: `rC = *(u${bits} *)(rB + P)`,
    dead: 'A',
    given: ({ K, O }) => ({ P: sum(K, O) }),
    where: ['P', 'K', 'O'],
    example: [`r1 = r10; r1 += -16; r2 = *(u${bits} *)(r1 + 8)`, `r2 = *(u${bits} *)(r10 - 8)`],
  },
  {
    name: `load-displacement-in-place-${bits}`,
    before: `rA = rB; rA += K; rA = *(u${bits} *)(rA + O)`,
    after: `rA = *(u${bits} *)(rB + P)`,
    given: ({ K, O }) => ({ P: sum(K, O) }),
    where: ['P', 'K', 'O'],
    example: [`r1 = r10; r1 += -16; r1 = *(u${bits} *)(r1 + 8)`, `r1 = *(u${bits} *)(r10 - 8)`],
  },
  {
    name: `store-displacement-${bits}`,
    before: `rA = rB; rA += K; *(u${bits} *)(rA + O) = rC`,
    after: `*(u${bits} *)(rB + P) = rC`,
    dead: 'A',
    distinct: ['AC'],
    given: ({ K, O }) => ({ P: sum(K, O) }),
    where: ['P', 'K', 'O'],
    example: [`r1 = r10; r1 += -16; *(u${bits} *)(r1 + 8) = r3`, `*(u${bits} *)(r10 - 8) = r3`],
  },
  {
    name: `store-constant-displacement-${bits}`,
    before: `rA = rB; rA += K; *(u${bits} *)(rA + O) = L`,
    after: `*(u${bits} *)(rB + P) = L`,
    dead: 'A',
    given: ({ K, O }) => ({ P: sum(K, O) }),
    where: ['P', 'K', 'O'],
    example: [`r1 = r10; r1 += -16; *(u${bits} *)(r1 + 8) = 3`, `*(u${bits} *)(r10 - 8) = 3`],
  },
]);

/** Two constants next to each other on the stack, where the wider store is aligned. */
function mergeStores(bits: 8 | 16 | 32): MachineRule {
  const wide = bits * 2;
  return {
    name: `merge-constants-${bits}`,
    before: `*(u${bits} *)(r10 + O) = K; *(u${bits} *)(r10 + P) = L`,
    after: `*(u${wide} *)(r10 + Q) = M`,
    given: ({ K = 0n, L = 0n, O = 0n, P = 0n }, { endian }) => {
      const step = BigInt(bits / 8);
      const low = O < P ? O : P;
      if ((O < P ? P - O : O - P) !== step || low % (2n * step) !== 0n) return null;
      // The value at the lower address is the lower half on a little-endian machine.
      const [first, second] = O < P ? [K, L] : [L, K];
      const [lower, upper] = endian === 'little' ? [first, second] : [second, first];
      const value = BigInt.asIntN(wide, (upper << BigInt(bits)) | BigInt.asUintN(bits, lower));
      return fitsS32(value) ? { Q: low, M: value } : null;
    },
    example: [
      `*(u${bits} *)(r10 - 8) = 1; *(u${bits} *)(r10 - ${8 - bits / 8}) = 0`,
      `*(u${wide} *)(r10 - 8) = 1`,
    ],
  };
}

/** Instructions after which the upper half of A is zero. */
const zeroing = [
  'wA = wB',
  'wA += wB',
  'wA -= wB',
  'wA *= wB',
  'wA &= wB',
  'wA |= wB',
  'wA ^= wB',
  'wA += K',
  'wA *= K',
  'wA &= K',
  'wA |= K',
  'wA ^= K',
  'rA = *(u32 *)(rB + O)',
  'rA = *(u16 *)(rB + O)',
  'rA = *(u8 *)(rB + O)',
  'rA = be16 rA',
  'rA = be32 rA',
] as const;

/** The pattern with A in R1, B in R2 (or R10 as a base), 3 for the constant. */
const sample = (text: string): string =>
  text
    .replace('rB + O', 'r10 - 8')
    .replaceAll('rA', 'r1')
    .replaceAll('wA', 'w1')
    .replace('wB', 'w2')
    .replace('K', '3');

const zeroExtensions: readonly MachineRule[] = zeroing.map((text) => ({
  name: `zero-extended-by ${text}`,
  before: `${text}; wA = wA`,
  after: text,
  example: [`${sample(text)}; w1 = w1`, sample(text)],
}));

const moves: readonly MachineRule[] = [
  { name: 'move-to-itself', before: 'rA = rA', after: '', example: ['r1 = r1', ''] },
  { name: 'add-zero', before: 'rA += 0', after: '', example: ['r1 += 0', ''] },
  {
    name: 'move-back',
    before: 'rA = rB; rB = rA',
    after: 'rA = rB',
    example: ['r1 = r2; r2 = r1', 'r1 = r2'],
  },
  {
    name: 'move-through',
    before: 'rA = rB; rC = rA',
    after: 'rC = rB',
    dead: 'A',
    distinct: ['AC'],
    example: ['r1 = r2; r3 = r1', 'r3 = r2'],
  },
  {
    name: 'constant-through',
    before: 'rA = K; rC = rA',
    after: 'rC = K',
    dead: 'A',
    distinct: ['AC'],
    example: ['r1 = 7; r3 = r1', 'r3 = 7'],
  },
  {
    name: 'add-through',
    before: 'rA = rB; rA += K; rC = rA',
    after: 'rC = rB; rC += K',
    dead: 'A',
    distinct: ['AC'],
    example: ['r1 = r10; r1 += -8; r2 = r1', 'r2 = r10; r2 += -8'],
  },
  {
    name: 'add-twice',
    before: 'rA += K; rA += L',
    after: 'rA += M',
    given: ({ K, L }) => (fitsS32(sum(K, L)) ? { M: sum(K, L) } : null),
    where: ['M', 'K', 'L'],
    example: ['r1 += 7; r1 += -3', 'r1 += 4'],
  },
  {
    name: 'shift-pair-to-move',
    before: 'rA <<= 32; rA >>= 32',
    after: 'wA = wA',
    given: (_, { cpu }) => (cpu === 'v3' || cpu === 'v4' ? {} : null),
    example: ['r1 <<= 32; r1 >>= 32', 'w1 = w1'],
  },
  {
    name: 'move-then-zero-extend',
    before: 'rA = rB; wA = wA',
    after: 'wA = wB',
    example: ['r1 = r2; w1 = w1', 'w1 = w2'],
  },
  {
    name: 'zero-extend-then-move',
    before: 'wA = wB; rC = rA',
    after: 'wC = wB',
    dead: 'A',
    distinct: ['AC'],
    example: ['w1 = w2; r3 = r1', 'w3 = w2'],
  },
  {
    name: 'load-then-move-8',
    before: 'rA = *(u64 *)(rB + O); rC = rA',
    after: 'rC = *(u64 *)(rB + O)',
    dead: 'A',
    distinct: ['AC'],
    example: ['r1 = *(u64 *)(r10 - 8); r3 = r1', 'r3 = *(u64 *)(r10 - 8)'],
  },
  {
    name: 'reload-same',
    before: '*(u64 *)(r10 + O) = rA; rA = *(u64 *)(r10 + O)',
    after: '*(u64 *)(r10 + O) = rA',
    example: ['*(u64 *)(r10 - 8) = r1; r1 = *(u64 *)(r10 - 8)', '*(u64 *)(r10 - 8) = r1'],
  },
  {
    name: 'mask-of-byte',
    before: 'rA = *(u8 *)(rB + O); rA &= 255',
    after: 'rA = *(u8 *)(rB + O)',
    example: ['r1 = *(u8 *)(r10 - 8); r1 &= 255', 'r1 = *(u8 *)(r10 - 8)'],
  },
  {
    name: 'mask-of-half',
    before: 'rA = *(u16 *)(rB + O); rA &= 65535',
    after: 'rA = *(u16 *)(rB + O)',
    example: ['r1 = *(u16 *)(r10 - 8); r1 &= 65535', 'r1 = *(u16 *)(r10 - 8)'],
  },
];

/** Shifts look at the low bits of their count only. Found by bench/superopt in golden/programs/shifts.go. */
const maskedCounts: readonly MachineRule[] = [
  ['<<=', 'lsh'],
  ['>>=', 'rsh'],
  ['s>>=', 'arsh'],
].flatMap(([sign, op]): MachineRule[] =>
  ([32, 64] as const).flatMap((bits): MachineRule[] =>
    (['w', 'r'] as const).map((width): MachineRule => {
      const [shifted, count] = bits === 32 ? ['w', 31] : ['r', 63];
      return {
        name: `masked-count-${op}${bits}-${width === 'w' ? 32 : 64}`,
        before: `${width}A &= ${count}; ${shifted}B ${sign} ${shifted}A`,
        after: `${shifted}B ${sign} ${shifted}A`,
        dead: 'A',
        distinct: ['AB'],
        example: [
          `${width}1 &= ${count}; ${shifted}2 ${sign} ${shifted}1`,
          `${shifted}2 ${sign} ${shifted}1`,
        ],
      };
    }),
  ),
);

export const machineRules: readonly MachineRule[] = [
  ...moves,
  ...maskedCounts,
  ...storeConstants,
  ...constantOperands,
  ...addressOperands,
  ...([8, 16, 32] as const).map(mergeStores),
  ...zeroExtensions,
];
