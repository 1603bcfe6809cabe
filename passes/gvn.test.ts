import { expect, test } from 'vitest';
import { dce } from './dce.ts';
import { gvn } from './gvn.ts';
import { mem2reg } from './mem2reg.ts';
import { firstDifference, transform } from './test-support.ts';

test('commuted operations are one, in dominated blocks too; other branches compute their own', () => {
  expect(
    transform(
      `func @f(v0: i32, v1: i32) -> i32 {
b0:
  v2: i32 = add v0, v1
  branch v2, b1, b2
b1:
  v3: i32 = add v1, v0
  v4: i32 = mul v3, v2
  return v4
b2:
  v5: i32 = mul v2, v2
  return v5
}
`,
      [gvn],
    ),
  ).toBe(`func @f(v0: i32, v1: i32) -> i32 {
b0:
  v2: i32 = add v0, v1
  branch v2, b1, b2
b1:
  v3: i32 = mul v2, v2
  return v3
b2:
  v4: i32 = mul v2, v2
  return v4
}`);
});

test('context pointer arithmetic is never merged (failure 8)', () => {
  const text = `program @main section "xdp" abort 0

func @main(v0: ptr) -> i64 program @main {
b0:
  v1: ptr = ptroff v0 + 8
  v2: ptr = ptroff v0 + 8
  v3: i64 = load.u64 v1 + 0
  v4: i64 = load.u64 v2 + 8
  v5: i64 = add v3, v4
  return v5
}`;
  expect(transform(`${text}\n`, [gvn])).toBe(text);
});

test('packet pointers are loaded once, until a call moves packets; memory until it is written', () => {
  const out = transform(
    `program @main section "xdp" abort 0
global @g .bss size 8 align 8

func @main(v0: ptr) -> i64 program @main {
b0:
  v1: ptr = load.u32 v0 + 0
  v2: ptr = globaladdr @g
  v3: i64 = load.u64 v2 + 0
  v4: i64 = load.u64 v2 + 0
  store.64 v2 + 0, v3
  v5: i64 = load.u64 v2 + 0
  v6: ptr = load.u32 v0 + 0
  v7: i64 = ptrdiff v6, v1
  v8: i64 = kfunc @bpf_xdp_adjust(v0)
  v9: ptr = load.u32 v0 + 0
  v10: i64 = ptrdiff v9, v1
  v11: i64 = add v4, v5
  v12: i64 = add v11, v7
  v13: i64 = add v12, v10
  return v13
}
`,
    [gvn],
  );
  expect(out.match(/load\.u32 v0/g)).toHaveLength(2);
  expect(out.match(/load\.u64/g)).toHaveLength(2);
});

test('a comparison that was decided above is not decided again, nor is its opposite', () => {
  expect(
    transform(
      `func @f(v0: ptr, v1: ptr) -> i32 {
b0:
  v2: i32 = icmp.ugt v0, v1
  branch v2, b1, b2
b1:
  v3: i32 = load.u8 v0 + 0
  return v3
b2:
  v4: i32 = icmp.ugt v0, v1
  branch v4, b1, b3
b3:
  v5: i32 = icmp.ule v0, v1
  branch v5, b4, b1
b4:
  v6: i32 = const 1
  return v6
}
`,
      [gvn, dce],
    ),
  ).toBe(`func @f(v0: ptr, v1: ptr) -> i32 {
b0:
  v2: i32 = icmp.ugt v0, v1
  branch v2, b1, b2
b1:
  v3: i32 = load.u8 v0 + 0
  return v3
b2:
  jump b3
b3:
  jump b4
b4:
  v4: i32 = const 1
  return v4
}`);
});

test('programs do what they did', () => {
  expect(firstDifference([gvn], { from: 0, count: 300 })).toBeNull();
  expect(firstDifference([mem2reg, gvn], { from: 300, count: 300 })).toBeNull();
});
