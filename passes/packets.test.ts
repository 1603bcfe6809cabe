import { describe, expect, test } from 'vitest';
import { cursors } from './cursors.ts';
import { dce } from './dce.ts';
import { packetChecks } from './packet-checks.ts';
import { packetOffsets } from './packet-offsets.ts';
import { transform } from './test-support.ts';

const program = (body: string): string => `program @main section "xdp" abort 0

func @main(v0: ptr) -> i32 program @main {
b0:
  v1: ptr = load.u32 v0 + 4
  v2: ptr = load.u32 v0 + 0
${body}
}
`;

describe('packet-checks', () => {
  const twice = (short: string, between = ''): string =>
    program(`  v3: ptr = ptroff v2 + 14
  v4: i32 = icmp.ugt v3, v1
  branch v4, b8, b1
b1:
  v5: i32 = load.u16 v2 + 12
${between}
  branch v5, b2, b8
b2:
  v6: ptr = ptroff v2 + 34
  v7: i32 = icmp.ugt v6, v1
  branch v7, ${short}, b3
b3:
  v8: i32 = load.u8 v2 + 23
  return v8
b8:
  v9: i32 = const 1
  return v9
b9:
  v10: i32 = const 2
  return v10`);

  test('a check is widened to the bytes of a later one that ends alike', () => {
    const code = transform(twice('b8'), [packetChecks, dce]);
    expect(code.match(/icmp\.ugt/g)).toHaveLength(1);
    expect(code.match(/branch/g)).toHaveLength(2);
    expect(code).toMatch(/(v\d+): ptr = ptroff v2 \+ 34\n {2}(v\d+): i32 = icmp\.ugt \1, v1\n {2}branch \2/);
  });

  test('but not to one that ends otherwise, or behind something that is done', () => {
    expect(transform(twice('b9'), [packetChecks]).match(/branch/g)).toHaveLength(3);
    const stored = '  store.8 v2 + 0, v5';
    expect(transform(twice('b8', stored), [packetChecks]).match(/branch/g)).toHaveLength(3);
  });
});

test('packet-offsets: each path makes its own pointer of an offset that is one of two constants', () => {
  const text = program(`  v3: i32 = const 14
  v4: i32 = const 18
  v5: i32 = load.u32 v0 + 12
  branch v5, b1(v3), b1(v4)
b1(v6: i32):
  v7: i64 = zext v6
  v8: ptr = ptradd v2, v7
  v9: ptr = ptroff v8 + 20
  v10: i32 = icmp.ugt v9, v1
  branch v10, b3, b2
b2:
  v11: i32 = load.u8 v8 + 9
  return v11
b3:
  return v5`);
  const code = transform(text, [packetOffsets]);
  expect(code).not.toContain('ptradd');
  expect(code).toContain('ptroff v2 + 14');
  expect(code).toContain('ptroff v2 + 18');
  expect(
    transform(
      text.replace('const 18', 'const 0').replace('v4: i32 = const 0', 'v4: i32 = load.u32 v0 + 16'),
      [packetOffsets],
    ),
  ).toContain('ptradd');
});

test('cursors: behind a check the pointer is its end, and reads go back from there', () => {
  const code = transform(
    program(`  v3: ptr = ptroff v2 + 20
  v4: i32 = icmp.ugt v3, v1
  branch v4, b2, b1
b1:
  v5: i32 = load.u8 v2 + 9
  v6: i32 = load.u16 v2 + 12
  v7: i32 = add v5, v6
  return v7
b2:
  v8: i32 = const 1
  return v8`),
    [cursors],
  );
  expect(code).toContain('load.u8 v3 - 11');
  expect(code).toContain('load.u16 v3 - 8');
});
