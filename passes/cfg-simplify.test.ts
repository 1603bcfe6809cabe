import { expect, test } from 'vitest';
import { cfgSimplify } from './cfg-simplify.ts';
import { firstDifference, transform } from './test-support.ts';

test('constant branches, chains and jumps to jumps', () => {
  expect(
    transform(
      `func @f(v0: i32) -> i32 {
b0:
  v1: i32 = const 1
  branch v1, b1(v0), b2
b1(v2: i32):
  branch v0, b3, b4
b2:
  return v1
b3:
  jump b5(v2)
b4:
  jump b5(v2)
b5(v3: i32):
  return v3
}
`,
      [cfgSimplify],
    ),
  ).toBe(`func @f(v0: i32) -> i32 {
b0:
  v1: i32 = const 1
  return v0
}`);
});

test('a branch whose outcome a predecessor knows is jumped over', () => {
  expect(
    transform(
      `func @f(v0: i32) -> i32 {
b0:
  v1: i32 = const 7
  branch v0, b1(v1), b1(v0)
b1(v2: i32):
  v3: i32 = const 7
  v4: i32 = icmp.eq v2, v3
  branch v4, b2, b3
b2:
  return v1
b3:
  return v0
}
`,
      [cfgSimplify],
    ),
  ).toBe(`func @f(v0: i32) -> i32 {
b0:
  v1: i32 = const 7
  branch v0, b2, b1(v0)
b1(v2: i32):
  v3: i32 = const 7
  v4: i32 = icmp.eq v2, v3
  branch v4, b2, b3
b2:
  return v1
b3:
  return v0
}`);
});

test('programs do what they did', () => {
  expect(firstDifference([cfgSimplify], { from: 0, count: 500 })).toBeNull();
});
