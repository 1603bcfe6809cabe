import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type IsaName, isaRow } from '../bpf/isa.ts';
import { compute, decide } from './arithmetic.ts';
import type { Bits } from './bits.ts';
import { between, constant, type Numeric, signedBetween, unknown, withBits, within } from './values.ts';

const signed = ({ min, max }: { readonly min: bigint; readonly max: bigint }) => [min, max];

test('a byte sign-extended by two shifts is a byte', () => {
  const up = compute('lsh32_imm', isaRow('lsh32_imm'), between(0n, 255n), constant(24n), false);
  const down = compute('arsh32_imm', isaRow('arsh32_imm'), up, constant(24n), false);
  expect(signed(down.narrow)).toEqual([-128n, 127n]);
  const wide = compute('lsh64_imm', isaRow('lsh64_imm'), down, constant(32n), false);
  expect(signed(compute('arsh64_imm', isaRow('arsh64_imm'), wide, constant(32n), false))).toEqual([
    -128n,
    127n,
  ]);
});

test('a branch tells of both operands', () => {
  const { taken, other } = decide('lt', 64, between(0n, 100n), between(10n, 20n));
  expect(taken?.x.high).toBe(19n);
  expect(other?.x.low).toBe(10n);
  expect(decide('lt', 64, between(0n, 7n), constant(8n)).other).toBeNull();
  expect(decide('slt', 32, signedBetween(-5n, -1n), constant(0n)).other).toBeNull();
});

test('what is not known stays unknown', () => {
  expect(compute('mul64_reg', isaRow('mul64_reg'), unknown, unknown, false)).toEqual(unknown);
  expect(compute('div64_imm', isaRow('div64_imm'), constant(8n), constant(2n), false)).toEqual(unknown);
});

test('a shift by a count beyond the width is unknown, however large the count', () => {
  const far = constant(0xffff_ffff_ffff_fff0n);
  for (const op of ['lsh64_reg', 'rsh64_reg', 'arsh64_reg'] as const) {
    expect(compute(op, isaRow(op), between(1n, 3n), far, false)).toEqual(unknown);
  }
});

const step = (op: IsaName, x: Numeric, y: Numeric): Numeric => compute(op, isaRow(op), x, y, false);

test('bits that arithmetic leaves known are known, as the kernel knows them', () => {
  const high = step('lsh64_imm', unknown, constant(62n));
  expect(high.bits).toEqual({ value: 0n, mask: 3n << 62n });
  expect(step('movsx16_32', unknown, step('add64_imm', high, constant(5n)))).toEqual(constant(5n));
  const either = step('xor64_imm', between(0n, 1n), constant(255n));
  expect([either.low, either.high]).toEqual([254n, 255n]);
  expect(step('and64_imm', unknown, constant(0xf0n)).bits).toEqual({ value: 0n, mask: 0xf0n });
  expect(step('mul64_imm', unknown, constant(8n)).bits).toEqual({ value: 0n, mask: ~7n & unknown.high });
});

test('a test of bits tells of them', () => {
  const { taken, other } = decide('set', 64, unknown, constant(4n));
  expect(taken?.x.bits).toEqual({ value: 4n, mask: unknown.high ^ 4n });
  expect(other?.x.bits).toEqual({ value: 0n, mask: unknown.high ^ 4n });
  expect(decide('set', 64, between(0n, 3n), constant(4n)).taken).toBeNull();
  expect(decide('set', 64, constant(5n), constant(4n)).other).toBeNull();
});

test('of a number whose sign-extended part may have either sign the kernel knows no more', () => {
  const half = 1n << 31n;
  expect(signed(step('movsx32_64', unknown, signedBetween(-3n, 3n)))).toEqual([-half, half - 1n]);
  expect(signed(step('movsx32_64', unknown, between(1n, 3n)))).toEqual([1n, 3n]);
});

test('known bits hold of every number that they were computed from', () => {
  const binary = ['add64_reg', 'sub64_reg', 'mul64_reg', 'and64_reg', 'or64_reg', 'xor64_reg'] as const;
  const shifts = ['lsh64_imm', 'rsh64_imm', 'arsh64_imm', 'lsh32_imm', 'rsh32_imm', 'arsh32_imm'] as const;
  const word = fc.bigInt({ min: 0n, max: unknown.high });
  const sparse = fc.tuple(word, word).map(([value, mask]) => ({ value: value & ~mask, mask }));
  const numberOf = (bits: Bits): Numeric => withBits(unknown, bits) ?? unknown;
  fc.assert(
    fc.property(sparse, sparse, word, word, fc.nat(31), (a, b, c, d, count) => {
      const [x, y] = [a.value | (c & a.mask), b.value | (d & b.mask)];
      const holds = (op: IsaName, left: Numeric, right: Numeric, p: bigint, q: bigint): void => {
        expect(within(step(op, left, right), step(op, constant(p), constant(q)))).toBe(true);
      };
      for (const op of binary) holds(op, numberOf(a), numberOf(b), x, y);
      for (const op of binary) holds(op, numberOf(a), constant(y), x, y);
      for (const op of shifts) holds(op, numberOf(a), constant(BigInt(count)), x, BigInt(count));
    }),
    { numRuns: 500 },
  );
});
