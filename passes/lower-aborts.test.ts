import { expect, test } from 'vitest';
import { lowerAborts } from './lower-aborts.ts';
import { firstDifference, moduleOf, testContext, transform } from './test-support.ts';

const text = `program @main section "xdp" abort 7

func @f(v0: i32) -> i32 {
b0:
  branch v0, b1, b2
b1:
  return v0
b2:
  abort
}

func @main(v0: ptr) -> i32 program @main {
b0:
  v1: i32 = const 4
  v2: i32 = call @f(v1)
  v3: i32 = aborted
  branch v3, b1, b2
b1:
  abort
b2:
  return v2
}
`;

test('a flag in the frame of the entry, set by what aborts', () => {
  expect(transform(text, [lowerAborts])).toBe(`program @main section "xdp" abort 7

func @f(v0: i32, v1: ptr) -> i32 {
b0:
  branch v0, b1, b2
b1:
  return v0
b2:
  v2: i32 = const 1
  store.8 v1 + 0, v2
  v3: i32 = const 0
  return v3
}

func @main(v0: ptr) -> i32 program @main {
  slot s0 1 align 1
b0:
  v1: ptr = slotaddr s0
  v2: i32 = const 0
  store.8 v1 + 0, v2
  v3: i32 = const 4
  v4: i32 = call @f(v3, v1)
  v5: i32 = load.u8 v1 + 0
  branch v5, b1, b2
b1:
  v6: i32 = const 7
  return v6
b2:
  return v4
}`);
});

test('callbacks do not abort', () => {
  const callback = text.replace('v1: i32 = const 4', 'v1: i32 = const 4\n  v9: ptr = funcaddr @f');
  expect(() => lowerAborts.run(moduleOf(callback), testContext())).toThrow('the callback f aborts');
});

test('programs do what they did', () => {
  expect(firstDifference([lowerAborts], { from: 0, count: 500 })).toBeNull();
});
