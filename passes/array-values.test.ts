import { expect, test } from 'vitest';
import { arrayValues } from './array-values.ts';
import { transform } from './test-support.ts';

const program = (
  entries: number,
  key: number,
): string => `map @m array key 4 value 8 entries ${entries} flags 0

func @f() -> i64 {
b0:
  v0: i32 = const ${key}
  v1: ptr = mapaddr @m
  v2: ptr = byref.32 v0
  v3: ptr = helper @map_lookup_elem(v1, v2)
  v4: i64 = load.u64 v3 + 0
  return v4
}
`;

const addressed = (entries: number, key: number, target: Parameters<typeof transform>[2]): boolean =>
  transform(program(entries, key), [arrayValues], target).includes('= mapvalue @m');

test('the value of a one-entry array has an address', () => {
  expect(addressed(1, 0, { sections: false })).toBe(true);
});

test('not with other keys, more entries, in objects, or for kernels before 5.2', () => {
  expect(addressed(1, 1, { sections: false })).toBe(false);
  expect(addressed(2, 0, { sections: false })).toBe(false);
  expect(addressed(1, 0, { sections: true })).toBe(false);
  expect(addressed(1, 0, { sections: false, kernel: [5, 1] })).toBe(false);
});
