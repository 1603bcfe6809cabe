import { expect, test } from 'vitest';
import { rings } from './components.ts';

test('nodes that a way leads back to are in rings, and together if it leads through both', () => {
  expect([...rings([[1], [2], [1, 3], []])]).toEqual([-1, 0, 0, -1]);
  expect([...rings([[0, 1], []])]).toEqual([0, -1]);
  const two = rings([[1], [0, 2], [3], [2]]);
  expect(two[0]).toBe(two[1]);
  expect(two[2]).toBe(two[3]);
  expect(two[0]).not.toBe(two[2]);
});

test('a chain of 50,000 nodes that ends at its start is one ring', () => {
  const length = 50_000;
  const found = rings(Array.from({ length }, (_, n) => [(n + 1) % length]));
  expect(new Set(found)).toEqual(new Set([0]));
});
