import { expect, test } from 'vitest';
import { nilParams } from './nil-params.ts';
import { firstDifference, transform } from './test-support.ts';

const program = (first: string, second: string): string => `program @main section "xdp" abort 0

func @main(v0: ptr) -> i32 program @main {
b0:
  v1: ptr = load.u32 v0 + 0
  v2: i32 = load.u32 v0 + 12
  v3: ptr = const 0
  branch v2, b1(${first}), b1(${second})
b1(v4: ptr, v5: ptr):
  v6: i32 = icmp.ne v4, v3
  branch v6, b2, b3
b2:
  v7: i32 = load.u8 v4 + 8
  return v7
b3:
  v8: i32 = icmp.eq v5, v3
  branch v8, b5, b4
b4:
  v9: i32 = load.u8 v5 + 7
  return v9
b5:
  return v2
}
`;

test('where it is not nil it is the other pointer, and the paths that are left tell of a second one', () => {
  const code = transform(program('v1, v3', 'v3, v1'), [nilParams]);
  expect(code).toContain('load.u8 v1 + 8');
  expect(code).toContain('v8: i32 = const 0');
  expect(code).toContain('load.u8 v1 + 7');
});

test('paths that leave both open decide nothing', () => {
  const code = transform(program('v1, v3', 'v3, v3').replace('b1(v3, v3)', 'b1(v3, v3)'), [nilParams]);
  expect(code).toContain('icmp.eq v5, v3');
  expect(transform(program('v2p, v1', 'v3, v1').replaceAll('v2p', 'v1'), [nilParams])).toContain(
    'load.u8 v5 + 7',
  );
});

test('a pointer that only one path makes stays with that path', () => {
  const text = `program @main section "xdp" abort 0

func @main(v0: ptr) -> i32 program @main {
b0:
  v1: i32 = load.u32 v0 + 12
  v2: ptr = const 0
  branch v1, b1, b2(v2)
b1:
  v3: ptr = load.u32 v0 + 0
  jump b2(v3)
b2(v4: ptr):
  v5: i32 = icmp.ne v4, v2
  branch v5, b3, b4
b3:
  v6: i32 = load.u8 v4 + 8
  return v6
b4:
  return v1
}
`;
  expect(transform(text, [nilParams])).toBe(transform(text, []));
});

test('random programs do the same', () => {
  expect(firstDifference([nilParams], { from: 10, count: 80 })).toBeNull();
});
