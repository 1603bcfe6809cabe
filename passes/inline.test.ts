import { expect, test } from 'vitest';
import { cfgSimplify } from './cfg-simplify.ts';
import { dce } from './dce.ts';
import { inline } from './inline.ts';
import { firstDifference, moduleOf, testContext, transform } from './test-support.ts';

const text = `program @main section "xdp" abort 7

func @f(v0: i32) -> i32 {
  slot s0 4 align 4
b0:
  branch v0, b1, b2
b1:
  return v0
b2:
  abort
}

func @main(v0: ptr) -> i32 program @main {
b0:
  v1: i32 = load.u32 v0 + 0
  v2: i32 = call @f(v1)
  v3: i32 = aborted
  branch v3, b1, b2
b1:
  abort
b2:
  return v2
}
`;

test('abort and return of the callee continue behind the call; then the test of `aborted` goes', () => {
  expect(transform(text, [inline])).toBe(`program @main section "xdp" abort 7

func @main(v0: ptr) -> i32 program @main {
  slot s0 4 align 4
b0:
  v1: i32 = load.u32 v0 + 0
  jump b4(v1)
b4(v2: i32):
  branch v2, b5, b6
b5:
  v3: i32 = const 0
  jump b3(v2, v3)
b6:
  v4: i32 = const 0
  v5: i32 = const 1
  jump b3(v4, v5)
b3(v6: i32, v7: i32):
  branch v7, b1, b2
b1:
  abort
b2:
  return v6
}`);
  expect(transform(text, [inline, cfgSimplify, dce])).toBe(
    `program @main section "xdp" abort 7

func @main(v0: ptr) -> i32 program @main {
b0:
  v1: i32 = load.u32 v0 + 0
  branch v1, b5, b6
b5:
  return v1
b6:
  abort
}`,
  );
});

test('noinline is obeyed, and nothing is inlined at -O0 that is called twice', () => {
  const kept = moduleOf(text.replace('-> i32 {\n  slot', '-> i32 noinline {\n  slot'));
  expect(inline.run(kept, testContext())).toBe(kept);
});

test('programs do what they did', () => {
  expect(firstDifference([inline], { from: 0, count: 400 })).toBeNull();
  expect(firstDifference([inline, cfgSimplify, dce], { from: 400, count: 300 })).toBeNull();
});
