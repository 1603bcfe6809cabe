import { expect, test } from 'vitest';
import { dse } from './dse.ts';
import { mem2reg } from './mem2reg.ts';
import { expandMemory } from './expand-memory.ts';
import { firstDifference, transform } from './test-support.ts';
import { widenStores } from './widen-stores.ts';

const key = (lines: string): string => `map @m hash key 8 value 8 entries 1 flags 0

func @f(v0: ptr) -> i64 {
  slot s0 8 align 4
b0:
  v1: ptr = slotaddr s0
  v2: ptr = mapaddr @m
  v3: i64 = const 0
  v4: i32 = load.u16 v0 + 0
  v5: i32 = load.u32 v0 + 4
  store.64 v1 + 0, v3
${lines}
  v6: i64 = helper @map_delete_elem(v2, v1)
  return v6
}
`;

const after = (lines: string, endian: 'little' | 'big' = 'little'): string =>
  transform(key(lines), [widenStores, dse], { endian });

test('a narrow value is stored with the zeros above it, and the clearing goes', () => {
  const code = after('  store.32 v1 + 0, v5\n  store.16 v1 + 4, v4');
  expect(code).toContain('store.32 v1 + 4, v4');
  expect(code).not.toContain('store.64');
});

test('a slot is aligned as the wider store wants', () => {
  const code = after('  store.32 v1 + 0, v5');
  expect(code).toContain('slot s0 8 align 8');
  expect(code).toMatch(/v6: i64 = zext v5\n {2}store.64 v1 \+ 0, v6/);
  expect(code).not.toContain('store.64 v1 + 0, v3');
});

test('but not over what is stored later, was stored before, or is no zero', () => {
  const both = after('  store.16 v1 + 0, v4\n  store.16 v1 + 2, v4');
  expect(both).toContain('store.16 v1 + 0, v4\n  store.16 v1 + 2, v4');
  expect(after('  store.32 v1 + 4, v5\n  store.32 v1 + 0, v5')).toContain('store.32 v1 + 0, v5');
  expect(after('  v7: i32 = add v5, v5\n  store.16 v1 + 4, v7')).toContain('store.16 v1 + 4, v6');
});

test('a big-endian value lies above its zeros', () => {
  expect(after('  store.32 v1 + 0, v5\n  store.16 v1 + 4, v4', 'big')).toContain('store.16 v1 + 4, v4');
});

test('random programs do the same', () => {
  expect(firstDifference([expandMemory, mem2reg, widenStores, dse], { from: 40, count: 150 })).toBeNull();
});
