import { expect, test } from 'vitest';
import { dce } from './dce.ts';
import { gvn } from './gvn.ts';
import { mem2reg } from './mem2reg.ts';
import { simplify } from './simplify.ts';
import { firstDifference, moduleOf, testContext, transform } from './test-support.ts';

const body = (params: string, result: string, lines: string): string =>
  transform(`func @f(${params}) -> ${result} {\nb0:\n${lines}\n}\n`, [simplify, dce])
    .split('\n')
    .slice(2, -1)
    .map((l) => l.trim())
    .join('\n');

test('constants are gathered, folded and applied', () => {
  expect(
    body('v0: i64', 'i64', 'v1: i64 = const 8\nv2: i64 = add v1, v0\nv3: i64 = add v2, v1\nreturn v3'),
  ).toBe('v1: i64 = const 16\nv2: i64 = add v0, v1\nreturn v2');
  expect(body('', 'i32', 'v1: i32 = const 7\nv2: i32 = const 0\nv3: i32 = udiv v1, v2\nreturn v3')).toBe(
    'v0: i32 = const 0\nreturn v0',
  );
});

test('strength: multiplication, division and remainder by powers of two', () => {
  const by = (op: string) => body('v0: i32', 'i32', `v1: i32 = const 8\nv2: i32 = ${op} v0, v1\nreturn v2`);
  expect(by('mul')).toContain('const 3\nv2: i32 = shl v0, v1');
  expect(by('udiv')).toContain('const 3\nv2: i32 = lshr v0, v1');
  expect(by('urem')).toContain('const 7\nv2: i32 = and v0, v1');
  expect(by('sdiv')).not.toContain('div');
  expect(by('srem')).not.toContain('rem');
});

test('a test of bits of a swapped value tests the swapped bits', () => {
  const code = body(
    'v0: ptr',
    'i32',
    'v1: i32 = load.u16 v0 + 0\nv2: i32 = bswap16 v1\nv3: i32 = const 16383\nv4: i32 = and v2, v3\nv5: i32 = const 0\nv6: i32 = icmp.ne v4, v5\nreturn v6',
  );
  expect(code).toContain('const 65343');
  expect(code).not.toContain('bswap16');
});

test('masks of values known to be narrow go', () => {
  expect(
    body('v0: ptr', 'i32', 'v1: i32 = load.u8 v0 + 0\nv2: i32 = const 255\nv3: i32 = and v1, v2\nreturn v3'),
  ).toBe('v1: i32 = load.u8 v0 + 0\nreturn v1');
});

test('a mask that an address depends on stays (failure 10), and so does its bound', () => {
  const text = `func @f(v0: ptr) -> i32 {
b0:
  v1: i64 = load.u8 v0 + 0
  v2: i64 = const 255
  v3: i64 = and v1, v2
  v4: i64 = const 200
  v5: i32 = icmp.ult v3, v4
  branch v5, b1, b2
b1:
  v6: ptr = ptradd v0, v3
  v7: i32 = load.u8 v6 + 0
  return v7
b2:
  return v5
}`;
  expect(transform(`${text}\n`, [simplify])).toBe(text);
});

test('a bound that the mask implies is decided, the mask stays', () => {
  const text = transform(
    `func @f(v0: ptr) -> i32 {
b0:
  v1: i64 = load.u64 v0 + 0
  v2: i64 = const 255
  v3: i64 = and v1, v2
  v4: i64 = const 256
  v5: i32 = icmp.ult v3, v4
  branch v5, b1, b2
b1:
  v6: ptr = ptradd v0, v3
  v7: i32 = load.u8 v6 + 0
  return v7
b2:
  return v5
}
`,
    [simplify],
  );
  expect(text).not.toMatch(/icmp/);
  expect(text).toMatch(/= and/);
});

test('displacements move into accesses and addresses', () => {
  expect(
    transform(
      `global @g .bss size 32 align 8

func @f(v0: ptr) -> i32 {
b0:
  v1: i64 = const 4
  v2: ptr = ptradd v0, v1
  v3: ptr = ptroff v2 + 4
  v4: i32 = load.u8 v3 + 1
  v5: ptr = globaladdr @g + 8
  v6: ptr = ptroff v5 + 8
  store.8 v6 - 1, v4
  return v4
}
`,
      [simplify, dce],
    ),
  ).toBe(`global @g .bss size 32 align 8

func @f(v0: ptr) -> i32 {
b0:
  v1: i32 = load.u8 v0 + 9
  v2: ptr = globaladdr @g + 16
  store.8 v2 - 1, v1
  return v1
}`);
});

test('comparisons are inverted, and branches take what is compared with zero', () => {
  expect(
    transform(
      `func @f(v0: i32, v1: i32) -> i32 {
b0:
  v2: i32 = const 0
  v3: i32 = icmp.ult v0, v1
  v4: i32 = icmp.eq v3, v2
  v5: i32 = icmp.eq v0, v2
  branch v5, b1, b2
b1:
  return v4
b2:
  return v0
}
`,
      [simplify, dce],
    ),
  ).toBe(`func @f(v0: i32, v1: i32) -> i32 {
b0:
  v2: i32 = icmp.uge v0, v1
  branch v0, b2, b1
b1:
  return v2
b2:
  return v0
}`);
});

test('an inner operation with other users is not copied', () => {
  const module = moduleOf(`func @f(v0: i64) -> i64 {
b0:
  v1: i64 = const 8
  v2: i64 = lshr v0, v1
  v3: i64 = udiv v0, v2
  v4: i64 = neg v2
  v5: i64 = xor v3, v4
  return v5
}
`);
  expect(simplify.run(module, testContext())).toBe(module);
});

test('programs do what they did', () => {
  expect(firstDifference([simplify], { from: 0, count: 300 })).toBeNull();
  expect(firstDifference([mem2reg, simplify, gvn, simplify, dce], { from: 300, count: 300 })).toBeNull();
});

test('a displacement moves into an address, never into the call that gave the pointer', () => {
  const text = body(
    '',
    'i64',
    'v0: i64 = const 8\nv1: ptr = helper @get_current_task()\nv2: ptr = ptroff v1 + 4\nv3: i64 = ptrtoint v2\nreturn v3',
  );
  expect(text).toContain('ptroff');
  expect(text.match(/get_current_task/g)?.length).toBe(1);
});
