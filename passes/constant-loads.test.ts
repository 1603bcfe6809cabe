import { expect, test } from 'vitest';
import { constantLoads } from './constant-loads.ts';
import { loadElim } from './load-elim.ts';
import { simplify } from './simplify.ts';
import { firstDifference, transform } from './test-support.ts';

const func = (lines: readonly string[]): string => `map @m array key 4 value 16 entries 1 flags 0

func @f(v0: i32) -> i32 {
  slot s0 16 align 8
b0:
  v1: ptr = mapvalue @m
  v2: ptr = slotaddr s0
  v3: i32 = const 0x45
  v4: i32 = const -2
  ${lines.join('\n  ')}
  return v9
}
`;

const returned = (lines: readonly string[], endian: 'little' | 'big' = 'little'): string | undefined => {
  const text = transform(func(lines), [constantLoads], { endian });
  const value = /return (v\d+)/.exec(text)?.[1];
  return new RegExp(`  ${value}: (.*)`).exec(text)?.[1];
};

test('a load over several stores, and one of a part of a store', () => {
  const stores = ['store.8 v1 + 4, v3', 'store.8 v1 + 5, v4'];
  expect(returned([...stores, 'v9: i32 = load.u16 v1 + 4'])).toBe('i32 = const 65093');
  expect(returned([...stores, 'v9: i32 = load.u16 v1 + 4'], 'big')).toBe('i32 = const 17918');
  expect(returned(['store.32 v2 + 8, v4', 'v9: i32 = load.u8 v2 + 9'])).toBe('i32 = const 255');
  expect(returned(['store.32 v2 + 8, v4', 'v9: i32 = load.s16 v2 + 8'])).toBe('i32 = const -2');
});

test('what is not known stays a load', () => {
  const load = 'v9: i32 = load.u16 v1 + 4';
  expect(returned(['store.8 v1 + 4, v3', load])).toContain('load');
  expect(returned(['store.16 v1 + 4, v3', 'store.8 v1 + 5, v0', load])).toContain('load');
  expect(returned(['store.16 v1 + 4, v3', 'v5: i64 = helper @get_prandom_u32()', load])).toContain('const');
  expect(
    returned(['store.16 v1 + 4, v3', 'v5: i64 = const 1', 'v6: i64 = atomic.add.64 v1 + 0, v5', load]),
  ).toContain('load');
});

test('random programs do the same', () => {
  expect(firstDifference([constantLoads], { from: 1, count: 60 })).toBeNull();
  expect(firstDifference([constantLoads], { from: 61, count: 40 }, { endian: 'big' })).toBeNull();
  expect(firstDifference([loadElim, constantLoads, simplify], { from: 101, count: 40 })).toBeNull();
});
