import { expect, test } from 'vitest';
import { dse } from './dse.ts';
import { expandMemory } from './expand-memory.ts';
import { firstDifference, transform } from './test-support.ts';

test('overwritten and never read stores go, zeroing is narrowed, what a call may read stays', () => {
  expect(
    transform(
      `map @m hash key 8 value 8 entries 1 flags 0

func @f(v0: i64) -> i64 {
  slot s0 24 align 8
  slot s1 8 align 8
b0:
  v1: ptr = slotaddr s0
  v2: ptr = slotaddr s1
  store.64 v2 + 0, v0
  zero.8 v1, 24
  store.64 v1 + 0, v0
  store.64 v1 + 8, v0
  v3: ptr = mapaddr @m
  branch v3, b1, b2
b1:
  store.64 v1 + 0, v0
  v4: i64 = helper @map_delete_elem(v3, v1)
  store.64 v1 + 8, v0
  return v4
b2:
  return v0
}
`.replace('branch v3, b1, b2', 'v9: i32 = trunc v0\n  branch v9, b1, b2'),
      [dse],
    ),
  ).toBe(`map @m hash key 8 value 8 entries 1 flags 0

func @f(v0: i64) -> i64 {
  slot s0 24 align 8
  slot s1 8 align 8
b0:
  v1: ptr = slotaddr s0
  v2: ptr = slotaddr s1
  v3: ptr = ptroff v1 + 16
  zero.8 v3, 8
  store.64 v1 + 8, v0
  v4: ptr = mapaddr @m
  v5: i32 = trunc v0
  branch v5, b1, b2
b1:
  store.64 v1 + 0, v0
  v6: i64 = helper @map_delete_elem(v4, v1)
  return v6
b2:
  return v0
}`);
});

test('programs do what they did', () => {
  expect(firstDifference([dse], { from: 0, count: 300 })).toBeNull();
  expect(firstDifference([expandMemory, dse], { from: 300, count: 300 })).toBeNull();
});
