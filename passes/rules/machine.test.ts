import { expect, test } from 'vitest';
import { machineRules } from './machine.ts';

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
