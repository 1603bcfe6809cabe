import { expect, test } from 'vitest';
import type { MachineRule } from './machine.ts';
import { machineRules } from './machine.ts';
import { proveMachine } from './prove-machine.ts';
import { loadZ3 } from './z3-algebra.ts';

const rule = (before: string, after: string, more: Partial<MachineRule> = {}): MachineRule => ({
  name: `${before} => ${after}`,
  before,
  after,
  example: ['', ''],
  ...more,
});

/** Each lacks a guard, or means something else. */
const wrong: readonly MachineRule[] = [
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

test('what given computes is what the prover is told', () => {
  const values = [0n, 1n, -1n, 77n, -32_768n, 65_535n, 0x7fff_ffffn];
  for (const { name, given, where } of machineRules) {
    if (given === undefined || where === undefined) continue;
    const [hole, of, and] = where;
    for (const x of values) {
      for (const y of values) {
        const target = {
          cpu: 'v4',
          endian: 'little',
          arch: 'x86_64',
          kernel: [9, 0],
          opt: '2',
          sections: true,
        } as const;
        const made = given(typeof and === 'string' ? { [of]: x, [and]: y } : { [of]: x }, target);
        if (made === null) continue;
        expect(made[hole], name).toBe(typeof and === 'string' ? x + y : BigInt.asIntN(and, x));
      }
    }
  }
});

test('the solver proves machine rules and refutes wrong ones', async () => {
  const { z, close } = await loadZ3();
  try {
    for (const bad of wrong) expect(await proveMachine(z, bad), bad.name).toMatch(/: (?!unknown)/);
    // Two of the merged stores have thousands of cases: npm run prove goes through them.
    const quick = machineRules.filter(({ name }) => !/^merge-constants-(8|16)$/.test(name));
    for (const good of quick) expect(await proveMachine(z, good), good.name).toBeNull();
  } finally {
    close();
  }
}, 240_000);
