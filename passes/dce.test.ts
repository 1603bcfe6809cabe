import { expect, test } from 'vitest';
import { dce } from './dce.ts';
import { firstDifference, moduleOf, testContext, transform } from './test-support.ts';

test('what nobody needs goes: instructions, parameters, blocks, slots, results', () => {
  expect(
    transform(
      `global @g .bss size 8 align 8
func @f(v0: i32, v1: ptr) -> i32 {
  slot s0 8 align 8
b0:
  v2: i32 = const 5
  v3: i32 = add v2, v0
  v4: ptr = slotaddr s0
  v5: ptr = ptroff v4 + 4
  store.32 v5 + 0, v3
  v6: ptr = globaladdr @g
  v7: i64 = const 1
  v8: i64 = atomic.add.64 v6 + 0, v7
  v9: i32 = load.u32 v1 + 0
  jump b1(v3, v0)
b1(v10: i32, v11: i32):
  branch v11, b1(v10, v11), b2
b2:
  return v11
b3:
  return v0
}
`,
      [dce],
    ),
  ).toBe(`global @g .bss size 8 align 8

func @f(v0: i32, v1: ptr) -> i32 {
b0:
  v2: ptr = globaladdr @g
  v3: i64 = const 1
  atomic.add.64 v2 + 0, v3
  jump b1(v0)
b1(v4: i32):
  branch v4, b1(v4), b2
b2:
  return v4
}`);
});

test('stores to slots that something reads stay', () => {
  const text = `func @g(v0: ptr) {
b0:
  return
}
func @f(v0: i32) {
  slot s0 4 align 4
b0:
  v1: ptr = slotaddr s0
  store.32 v1 + 0, v0
  call @g(v1)
  return
}
`;
  const module = moduleOf(text);
  expect(dce.run(module, testContext())).toBe(module);
});

test('functions that no program reaches go', () => {
  expect(
    transform(
      `program @main section "xdp" abort 0
func @callback(v0: i32) {
b0:
  return
}
func @dead() {
b0:
  return
}
func @main(v0: ptr) program @main {
b0:
  v1: ptr = funcaddr @callback
  v2: i64 = helper @map_delete_elem(v1, v0)
  return
}
`,
      [dce],
    ),
  ).not.toContain('@dead');
});

test('programs do what they did', () => {
  expect(firstDifference([dce], { from: 0, count: 400 })).toBeNull();
});
