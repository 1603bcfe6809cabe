import { expect, test } from 'vitest';
import { isaRow } from '../bpf/isa.ts';
import { compute, decide } from './arithmetic.ts';
import { between, constant, signedBetween, unknown } from './values.ts';

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
