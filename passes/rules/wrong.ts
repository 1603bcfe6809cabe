/**
 * Seeded wrong rules: each lacks a guard, or means something else. The prover must refute every one of them, which shows
 * that it can.
 */

import { parseRule, type Rule } from './expr.ts';
import type { MachineRule } from './machine.ts';

export const wrongSsaRules: readonly Rule[] = [
  parseRule('wrong: shifted up and down', '(ashr (shl $x C) C) => $x'),
  parseRule('wrong: order of a difference', '(icmp.slt (sub $x $y) 0) => (icmp.slt $x $y)'),
  parseRule('wrong: quotient by a shift', '(sdiv $x C) => (ashr $x (log2 C))', ['(pow2 C)']),
];

const rule = (before: string, after: string, more: Partial<MachineRule> = {}): MachineRule => ({
  name: `wrong: ${before} => ${after}`,
  before,
  after,
  example: ['', ''],
  ...more,
});

export const wrongMachineRules: readonly MachineRule[] = [
  rule('rA = rB; rC = rA', 'rC = rB', { distinct: ['AC'] }),
  rule('rA = rB; rA += K; rC = rA', 'rC = rB; rC += K', { distinct: ['AC'] }),
  rule('rA = K; rB -= rA', 'rB += K', { dead: 'A' }),
  rule('rA = rB; wA = wA', 'rA = rB'),
  rule('rA = *(u16 *)(rB + O); rA &= 255', 'rA = *(u16 *)(rB + O)'),
  rule('wA += wB; rA = rA', 'rA += rB'),
  rule('*(u64 *)(r10 + O) = rA; rB = *(u64 *)(r10 + P)', '*(u64 *)(r10 + O) = rA; rB = rA'),
  rule('rA = K; *(u64 *)(rB + O) = rA', '*(u32 *)(rB + O) = K', { dead: 'A', distinct: ['AB'] }),
  rule('rA = rB; rA += K; *(u8 *)(rA + O) = rC', '*(u8 *)(rB + O) = rC', { dead: 'A', distinct: ['AC'] }),
  rule('*(u8 *)(r10 + O) = K; *(u8 *)(r10 + P) = L', '*(u8 *)(r10 + P) = L; *(u8 *)(r10 + O) = K'),
];
