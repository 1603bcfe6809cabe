import { expect, test } from 'vitest';
import { printModule } from '../src/ir/print.ts';
import { boundOffsets } from './bound-offsets.ts';
import { moduleOf, renumbered, testContext } from './test-support.ts';

const run = (blocks: string): string =>
  renumbered(
    printModule(
      boundOffsets.run(
        moduleOf(`program @f section "syscall" abort 0
global @table .bss size 256 align 8
func @f(v0: ptr) -> i32 program @f {
b0:
${blocks}
}
`),
        testContext(),
      ),
    ),
  );

const shared = (mask: string, bound: string): string => `  v1: i64 = load.u64 v0 + 0
  v2: i64 = const 3
${mask}
  v4: i64 = shl v1, v2
  store.64 v0 + 16, v4
  v5: i64 = const 5
  v6: i32 = ${bound}
  branch v6, b1, b2
b1:
  v7: ptr = globaladdr @table
  v8: ptr = ptradd v7, v4
  v9: i64 = load.u64 v8 + 0
  store.64 v0 + 16, v9
  v10: i32 = const 0
  return v10
b2:
  v11: i32 = const 1
  return v11`;

test('an offset computed before the check of its index is computed anew behind it', () => {
  const out = run(shared('', 'icmp.ult v1, v5'));
  expect(out.match(/= shl/g)).toHaveLength(2);
  expect(out.lastIndexOf('= shl')).toBeGreaterThan(out.indexOf('branch'));
});

test('an offset that is checked itself stays', () => {
  expect(run(shared('', 'icmp.ult v4, v5')).match(/= shl/g)).toHaveLength(1);
});

test('an offset computed behind the check stays', () => {
  const out = run(`  v1: i64 = load.u64 v0 + 0
  v2: i64 = const 3
  v5: i64 = const 5
  v6: i32 = icmp.ult v1, v5
  branch v6, b1, b2
b1:
  v4: i64 = shl v1, v2
  v7: ptr = globaladdr @table
  v8: ptr = ptradd v7, v4
  v9: i64 = load.u64 v8 + 0
  store.64 v0 + 16, v9
  v12: i32 = icmp.ult v1, v2
  branch v12, b3, b2
b3:
  v13: ptr = ptradd v7, v4
  store.64 v13 + 0, v9
  v10: i32 = const 0
  return v10
b2:
  v11: i32 = const 1
  return v11`);
  expect(out.match(/= shl/g)).toHaveLength(1);
});
