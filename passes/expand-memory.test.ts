import { expect, test } from 'vitest';
import { chunks, expandMemory } from './expand-memory.ts';
import { firstDifference, transform } from './test-support.ts';

const anywhere = { base: 0, unit: 0 };

test('free memory takes the fewest accesses, overlapping at the end', () => {
  const shape = (size: number) => chunks(size, [anywhere]).map((c) => [c.offset, c.width]);
  expect(shape(7)).toEqual([
    [0, 4],
    [3, 4],
  ]);
  expect(shape(13)).toEqual([
    [0, 8],
    [5, 8],
  ]);
  expect(shape(3)).toEqual([
    [0, 2],
    [2, 1],
  ]);
  expect(shape(6)).toEqual([
    [0, 4],
    [4, 2],
  ]);
  for (let size = 0; size < 70; size++) {
    const covered = new Uint8Array(size);
    for (const { offset, width } of chunks(size, [anywhere])) covered.fill(1, offset, offset + width);
    expect(covered.every((c) => c === 1)).toBe(true);
    for (const { offset, width } of chunks(size, [anywhere]))
      expect(offset + width).toBeLessThanOrEqual(size);
  }
});

test('the stack keeps natural alignment', () => {
  const shape = (size: number, base: number, unit: number) =>
    chunks(size, [anywhere, { base, unit }]).map((c) => c.width);
  expect(shape(16, 4, 8)).toEqual([4, 8, 4]);
  expect(shape(8, 0, 4)).toEqual([4, 4]);
  expect(shape(7, 0, 8)).toEqual([4, 2, 1]);
});

test('zero and copy become loads and stores; unknown pointers are taken for the stack', () => {
  expect(
    transform(
      `global @g .bss size 16 align 8
func @f(v0: ptr) {
b0:
  v1: ptr = globaladdr @g
  zero v1, 9
  copy.4 v1, v0, 8
  return
}
`,
      [expandMemory],
    ),
  ).toBe(`global @g .bss size 16 align 8

func @f(v0: ptr) {
b0:
  v1: ptr = globaladdr @g
  v2: i64 = const 0
  store.64 v1 + 0, v2
  store.8 v1 + 8, v2
  v3: i32 = load.u32 v0 + 0
  store.32 v1 + 0, v3
  v4: i32 = load.u32 v0 + 4
  store.32 v1 + 4, v4
  return
}`);
});

test('programs do what they did', () => {
  expect(firstDifference([expandMemory], { from: 0, count: 300 })).toBeNull();
});
