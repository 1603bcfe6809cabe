import { expect, test } from 'vitest';
import { dce } from './dce.ts';
import { mem2reg } from './mem2reg.ts';
import { firstDifference, moduleOf, testContext, transform } from './test-support.ts';

const clean = (text: string, endian: 'little' | 'big' = 'little') =>
  transform(text, [mem2reg, dce], { endian });

test('a slot becomes a block parameter where paths meet', () => {
  expect(
    clean(`func @f(v0: i32) -> i32 {
  slot s0 4 align 4 "x"
b0:
  v1: ptr = slotaddr s0
  v2: i32 = const 5
  store.32 v1 + 0, v2
  branch v0, b1, b2
b1:
  v4: i32 = const 6
  store.32 v1 + 0, v4
  jump b2
b2:
  v5: i32 = load.u32 v1 + 0
  return v5
}
`),
  ).toBe(`func @f(v0: i32) -> i32 {
b0:
  v1: i32 = const 5
  branch v0, b1, b2(v1)
b1:
  v2: i32 = const 6
  jump b2(v2)
b2(v3: i32):
  return v3
}`);
});

test('structs are split, copies and zeroing go piece by piece', () => {
  expect(
    clean(`global @g .bss size 16 align 8
func @f(v0: i64) -> i64 {
  slot s0 16 align 8
  slot s1 16 align 8
b0:
  v1: ptr = slotaddr s0
  v2: ptr = slotaddr s1
  zero.8 v1, 16
  v3: ptr = ptroff v1 + 8
  store.64 v3 + 0, v0
  copy.8 v2, v1, 16
  v4: ptr = globaladdr @g
  copy.8 v4, v2, 16
  v5: i64 = load.u64 v2 + 8
  return v5
}
`),
  ).toBe(`global @g .bss size 16 align 8

func @f(v0: i64) -> i64 {
b0:
  v1: i64 = const 0
  v2: ptr = globaladdr @g
  store.64 v2 + 0, v1
  store.64 v2 + 8, v0
  return v0
}`);
});

test('narrow reads of a wide piece are extracted, by byte order', () => {
  const text = `func @f(v0: i64) -> i32 {
  slot s0 8 align 8
b0:
  v1: ptr = slotaddr s0
  store.64 v1 + 0, v0
  v2: i32 = load.u8 v1 + 1
  return v2
}
`;
  expect(clean(text)).toContain('const 8\n  v2: i64 = lshr v0, v1');
  expect(clean(text, 'big')).toContain('const 48\n  v2: i64 = lshr v0, v1');
});

test('slots whose address escapes, or that are accessed in other ways, stay', () => {
  const text = `map @m hash key 4 value 8 entries 1 flags 0
func @f(v0: i32, v1: i64) -> i32 {
  slot s0 4 align 4
  slot s1 8 align 8
b0:
  v2: ptr = slotaddr s0
  v3: ptr = slotaddr s1
  store.32 v2 + 0, v0
  store.32 v3 + 0, v0
  store.32 v3 + 4, v0
  v4: ptr = mapaddr @m
  v5: i64 = helper @map_delete_elem(v4, v2)
  v6: i64 = load.u64 v3 + 0
  v7: i32 = trunc v6
  return v7
}
`;
  const module = moduleOf(text);
  expect(mem2reg.run(module, testContext())).toBe(module);
});

test('zeros that are copied to the stack are stored no wider than their type is aligned', () => {
  const text = clean(`func @f(v0: i64) -> i32 {
  slot s0 12 align 2
  slot s1 12 align 2
b0:
  v1: ptr = slotaddr s0
  v2: ptr = slotaddr s1
  zero.2 v1, 12
  copy.2 v2, v1, 12
  v3: ptr = ptradd v2, v0
  v4: i32 = load.u16 v3 + 0
  return v4
}
`);
  expect(text).not.toContain('store.64');
  expect(text).not.toContain('store.32');
});

test('pieces that are only copied are no wider than other stack memory at either end allows', () => {
  const text = clean(`global @g .bss size 6 align 2
func @f(v0: i64) {
  slot s0 6 align 2
  slot s1 6 align 2
b0:
  v1: ptr = slotaddr s0
  v2: ptr = ptradd v1, v0
  v3: i32 = const 1
  store.16 v2 + 0, v3
  v4: ptr = slotaddr s1
  copy.2 v4, v1, 6
  v5: ptr = globaladdr @g
  copy.2 v5, v4, 6
  return
}
`);
  expect(text.match(/load\.u\d+/g)).toEqual(['load.u16', 'load.u16', 'load.u16']);
});

test('what was never written is 0', () => {
  expect(
    clean(`func @f() -> i64 {
  slot s0 8 align 8
b0:
  v1: ptr = slotaddr s0
  v2: i64 = load.u64 v1 + 0
  return v2
}
`),
  ).toBe(`func @f() -> i64 {
b0:
  v0: i64 = const 0
  return v0
}`);
});

test('what was never written may be stored again', () => {
  const text = clean(`func @f() -> i32 {
  slot s0 4 align 4
  slot s1 4 align 4
b0:
  v0: ptr = slotaddr s0
  v1: i32 = load.u32 v0 + 0
  v2: ptr = slotaddr s1
  store.32 v2 + 0, v1
  v3: i32 = load.u32 v2 + 0
  return v3
}
`);
  expect(text).toContain('v0: i32 = const 0');
  expect(text).not.toContain('slot');
});

test('programs do what they did', () => {
  expect(firstDifference([mem2reg], { from: 0, count: 300 })).toBeNull();
  expect(firstDifference([mem2reg, dce], { from: 300, count: 300 }, { endian: 'big' })).toBeNull();
});
