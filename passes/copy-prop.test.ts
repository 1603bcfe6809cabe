import { expect, test } from 'vitest';
import { copyProp } from './copy-prop.ts';
import { firstDifference, moduleOf, testContext, transform } from './test-support.ts';

test('a parameter that always receives one value, also around loops, and twins', () => {
  expect(
    transform(
      `func @f(v0: i32, v1: i32) -> i32 {
b0:
  jump b1(v0, v1, v1)
b1(v2: i32, v3: i32, v4: i32):
  v5: i32 = add v3, v2
  v6: i32 = add v4, v2
  branch v5, b1(v2, v5, v5), b2(v2)
b2(v7: i32):
  v8: i32 = add v6, v7
  return v8
}
`,
      [copyProp],
    ),
  ).toBe(`func @f(v0: i32, v1: i32) -> i32 {
b0:
  jump b1(v1)
b1(v2: i32):
  v3: i32 = add v2, v0
  v4: i32 = add v2, v0
  branch v3, b1(v3), b2
b2:
  v5: i32 = add v4, v0
  return v5
}`);
});

test('nothing to do gives the same module', () => {
  const module = moduleOf(`func @f(v0: i32) -> i32 {
b0:
  v1: i32 = const 1
  branch v0, b1(v1), b1(v0)
b1(v2: i32):
  return v2
}
`);
  expect(copyProp.run(module, testContext())).toBe(module);
});

test('programs do what they did', () => {
  expect(firstDifference([copyProp], { from: 0, count: 300 })).toBeNull();
});
