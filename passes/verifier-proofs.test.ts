/** The verifier's proofs survive optimisation: one test per way in which other compilers lost them. */

import { expect, test } from 'vitest';
import { printModule } from '../src/ir/print.ts';
import { runPasses, selectPasses } from './run.ts';
import { moduleOf, renumbered, testContext } from './test-support.ts';

function optimised(text: string): string {
  const context = testContext();
  const passes = selectPasses(context).filter((p) => p.from === 'ssa' && p.to === 'ssa');
  const result = runPasses({ form: 'ssa', value: moduleOf(text) }, passes, context, { paranoid: true });
  return result.form === 'ssa' ? renumbered(printModule(result.value)) : '';
}

const program = (blocks: string): string => `program @f section "xdp" abort 0
global @table .bss size 256 align 1
func @f(v0: ptr) -> i32 program @f {
b0:
${blocks}
}
`;

test('a bounds check is not optimised out, nor moved behind its access', () => {
  const out = optimised(
    program(`  v1: ptr = load.u32 v0 + 0
  v2: ptr = load.u32 v0 + 4
  v3: ptr = ptroff v1 + 14
  v4: i32 = icmp.ugt v3, v2
  branch v4, b1, b2
b1:
  v5: i32 = const 1
  return v5
b2:
  v6: i32 = load.u16 v1 + 12
  return v6`),
  );
  expect(out.indexOf('icmp.ugt')).toBeGreaterThan(0);
  expect(out.indexOf('load.u16')).toBeGreaterThan(out.indexOf('branch'));
});

test('two comparisons of an index are not merged into one of a difference', () => {
  const out = optimised(
    program(`  v1: i64 = load.u64 v0 + 0
  v2: i64 = const 4
  v3: i32 = icmp.ult v1, v2
  branch v3, b1, b2
b1:
  v4: i32 = const 1
  return v4
b2:
  v5: i64 = const 13
  v6: i32 = icmp.ugt v1, v5
  branch v6, b1, b3
b3:
  v7: ptr = globaladdr @table
  v8: ptr = ptradd v7, v1
  v9: i32 = load.u8 v8 + 0
  return v9`),
  );
  expect(out.match(/icmp\./g)).toHaveLength(2);
  expect(out).not.toContain('sub');
});

test('the mask of an index stays though its range is known, and the masked value is the one used', () => {
  const out = optimised(
    program(`  v1: i64 = load.u8 v0 + 0
  v2: i64 = const 255
  v3: i64 = and v1, v2
  v7: ptr = globaladdr @table
  v8: ptr = ptradd v7, v3
  v9: i32 = load.u8 v8 + 0
  return v9`),
  );
  const mask = /(v\d+): i64 = and/.exec(out)?.[1];
  expect(out).toContain(`, ${mask}\n`);
});

test('a comparison stays that bits of a remainder decide, of which the verifier knows nothing', () => {
  const out = optimised(
    program(`  v1: i64 = load.u8 v0 + 0
  v2: i64 = const 1
  v3: i64 = and v1, v2
  v4: i64 = const 3
  v5: i64 = urem v3, v4
  v6: i32 = icmp.ult v5, v4
  branch v6, b1, b2
b2:
  v9: i32 = const 1
  return v9
b1:
  v7: ptr = globaladdr @table
  v8: ptr = ptradd v7, v5
  v10: i32 = load.u8 v8 + 0
  return v10`),
  );
  expect(out).toContain('icmp.ult');
});

test('the index that was compared is the index that is used', () => {
  const out = optimised(
    program(`  v1: i64 = load.u64 v0 + 0
  v2: i64 = const 8
  v3: i64 = add v1, v2
  v4: i64 = const 256
  v5: i32 = icmp.ult v3, v4
  branch v5, b1, b2
b1:
  v7: ptr = globaladdr @table
  v8: ptr = ptradd v7, v3
  v9: i32 = load.u8 v8 + 0
  return v9
b2:
  v10: i32 = const 0
  return v10`),
  );
  const compared = /icmp\.ult (v\d+),/.exec(out)?.[1];
  expect(out).toMatch(new RegExp(`ptradd v\\d+, ${compared}\\b`));
});

test('a loop keeps its bound, and accesses of the context their constant displacement', () => {
  const out = optimised(
    program(`  v1: i32 = const 0
  jump b1(v1, v1)
b1(v2: i32, v3: i32):
  v4: i32 = const 100
  v5: i32 = icmp.ult v2, v4
  branch v5, b2, b3
b2:
  v6: ptr = ptroff v0 + 8
  v7: i32 = load.u32 v6 + 4
  v8: i32 = add v3, v7
  v9: i32 = const 1
  v10: i32 = add v2, v9
  jump b1(v10, v8)
b3:
  return v3`),
  );
  expect(out).toContain('icmp.ult');
  expect(out).toContain('load.u32 v0 + 12');
});

test('an atomic whose result nobody uses loses it, and one that is used keeps it', () => {
  const out = optimised(
    program(`  v1: ptr = globaladdr @table
  v2: i64 = const 1
  v3: i64 = atomic.add.64 v1 + 0, v2
  v4: i64 = atomic.add.64 v1 + 8, v2
  v5: i32 = trunc v4
  return v5`),
  );
  expect(out).toMatch(/\n {2}atomic\.add\.64 v\d+ \+ 0/);
  expect(out).toMatch(/v\d+: i64 = atomic\.add\.64 v\d+ \+ 8/);
});

test('the offset is made of the index that was compared, not of what this was computed from', () => {
  const out = optimised(
    program(`  v1: i64 = load.u64 v0 + 0
  v2: i64 = const 2
  v3: i64 = shl v1, v2
  v4: i64 = const 4
  v5: i32 = icmp.ult v3, v4
  branch v5, b2, b1
b1:
  v6: i32 = const 1
  return v6
b2:
  v7: i64 = const 3
  v8: i64 = shl v3, v7
  v9: ptr = globaladdr @table
  v10: ptr = ptradd v9, v8
  v11: i32 = load.u8 v10 + 0
  return v11`),
  );
  expect(out).not.toContain('const 5');
  expect(out.match(/shl/g)).toHaveLength(2);
});
