import { expect, test } from 'vitest';
import { cfgSimplify } from './cfg-simplify.ts';
import { copyProp } from './copy-prop.ts';
import { firstDifference, transform } from './test-support.ts';
import { threadEdges } from './thread-edges.ts';

/** Two pointers that may be nil are made, and then both asked for; `between` stands after the first. */
const pointers = (between: string): string => `func @f(v0: ptr, v1: i32, v2: i32) -> i32 {
b0:
  v3: ptr = const 0
  branch v1, b1(v3), b1(v0)
b1(v4: ptr):
${between}
  branch v2, b2(v3), b2(v0)
b2(v5: ptr):
  v6: i32 = icmp.eq v4, v3
  branch v6, b5, b3
b3:
  v7: i32 = icmp.eq v5, v3
  branch v7, b5, b4
b4:
  v8: i32 = load.u32 v5 + 0
  return v8
b5:
  v9: i32 = const 1
  return v9
}
`;

test('a failed check leaves at once, past other checks and loads', () => {
  const passed = transform(pointers('  v10: i32 = load.u32 v0 + 8'), [threadEdges]);
  expect(passed).toContain('branch v1, b6, b1(v0)');
  expect(passed).toContain('branch v2, b6, b2(v0)');
  expect(passed).toMatch(/b6:\n {2}v\d+: i32 = const 1\n {2}return/);
});

test('but what is written on the way is written', () => {
  const kept = transform(pointers('  store.32 v0 + 8, v1'), [threadEdges]);
  expect(kept).toContain('branch v1, b1(v3), b1(v0)');
  expect(kept).toContain('branch v2, b6, b2(v0)');
});

test('and ways that end differently stay apart, loops too', () => {
  const loop = `func @f(v0: i32, v1: i32) -> i32 {
b0:
  v2: i32 = const 0
  jump b1(v2)
b1(v3: i32):
  v4: i32 = icmp.eq v3, v2
  branch v4, b2, b3
b2:
  branch v0, b1(v2), b3
b3:
  return v1
}
`;
  expect(transform(loop, [threadEdges])).toBe(transform(loop, []));
});

test('a branch taken tells that its condition is not zero, not that it is one', () => {
  const text = `func @f(v0: i32, v1: i32) -> i32 {
b0:
  v2: i32 = const 2
  branch v0, b1(v2), b3(v1)
b1(v3: i32):
  v4: i32 = icmp.eq v0, v3
  branch v4, b2, b4
b2:
  v5: i32 = const 7
  return v5
b4:
  v6: i32 = const 8
  return v6
b3(v7: i32):
  return v7
}
`;
  expect(transform(text, [threadEdges])).toBe(transform(text, []));
});

test('random programs do the same', () => {
  expect(firstDifference([cfgSimplify, copyProp, threadEdges], { from: 500, count: 150 })).toBeNull();
});
