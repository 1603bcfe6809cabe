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

/** A function of many additions behind a test of its parameter, called twice with `arg`. */
const twice = (arg: string): string => `func @f(v0: i32, v1: i32) -> i32 {
b0:
  v2: i32 = const 9
  v3: i32 = icmp.eq v1, v2
  branch v3, b1, b2
b1:
${Array.from({ length: 30 }, (_, k) => `  v${10 + k}: i32 = add v${k === 0 ? 0 : 9 + k}, v0`).join('\n')}
  return v39
b2:
  return v0
}

func @main(v0: i32) -> i32 {
b0:
  v1: i32 = ${arg}
  v2: i32 = call @f(v0, v1)
  v3: i32 = call @f(v2, v1)
  return v3
}
`;

test('a function is inlined where its arguments leave less of it than calls take', () => {
  expect(transform(twice('const 7'), [inline])).not.toContain('call @f');
  expect(transform(twice('const 9'), [inline])).toContain('call @f');
  expect(transform(twice('add v0, v0'), [inline])).toContain('call @f');
});

test('programs do what they did', () => {
  expect(firstDifference([inline], { from: 0, count: 400 })).toBeNull();
  expect(firstDifference([inline, cfgSimplify, dce], { from: 400, count: 300 })).toBeNull();
});

test('a function that gives back an address made of a parameter is inlined at every level, noinline or not', () => {
  const given = (result: string): string => `func @f(v0: ptr, v1: i64) -> ptr noinline {
b0:
  v2: ptr = ptradd v0, v1
  v3: ptr = mapaddr @m
  return ${result}
}

func @main(v0: ptr) -> i64 {
  slot s0 16 align 8
b0:
  v1: ptr = slotaddr s0
  v2: i64 = const 8
  v3: ptr = call @f(v1, v2)
  v4: ptr = call @f(v1, v2)
  v5: i64 = load.u64 v3 + 0
  return v5
}
`;
  const map = 'map @m hash key 4 value 8 entries 1 flags 0\n\n';
  expect(transform(map + given('v2'), [inline])).not.toContain('call');
  expect(transform(map + given('v3'), [inline])).toContain('call');
});
