import { expect, test } from 'vitest';
import { cfgSimplify } from './cfg-simplify.ts';
import { dce } from './dce.ts';
import { mem2reg } from './mem2reg.ts';
import { nilOnce } from './nil-once.ts';
import { firstDifference, transform } from './test-support.ts';

const head = `map @events ringbuf key 0 value 0 entries 4096 flags 0
program @main section "xdp" abort 0

func @main(v0: ptr) -> i32 program @main {
b0:
  v1: ptr = mapaddr @events
  v2: i64 = const 24
  v3: i64 = const 0
  v4: ptr = const 0
  v5: i32 = const 0
`;

const afterwards = (body: string, tidy = true): string =>
  transform(`${head}${body}}\n`, tidy ? [nilOnce, mem2reg, dce, cfgSimplify, dce] : [nilOnce]);

const compares = (text: string): number => text.match(/icmp/g)?.length ?? 0;

test('a second comparison reads what the first found, and is threaded away', () => {
  const body = `  v6: ptr = helper @ringbuf_reserve(v1, v2, v3)
  v7: i32 = icmp.ne v6, v4
  branch v7, b1, b2
b1:
  store.64 v6 + 0, v3
  jump b2
b2:
  v8: i32 = icmp.eq v6, v4
  branch v8, b3, b4
b3:
  return v5
b4:
  helper @ringbuf_submit(v6, v3)
  return v5
`;
  const plain = afterwards(body, false);
  expect(compares(plain)).toBe(1);
  expect(plain.match(/store\.32/g)).toHaveLength(2);
  const tidy = afterwards(body);
  expect(tidy.match(/branch/g)).toHaveLength(1);
  expect(tidy).toMatch(/store\.64 v\d+ \+ 0, v\d+\n {2}helper @ringbuf_submit/);
});

test('a parameter brings along what is known of the pointers that it receives', () => {
  const body = `  v6: i32 = load.u32 v0 + 0
  branch v6, b1, b3(v4)
b1:
  v7: ptr = helper @ringbuf_reserve(v1, v2, v3)
  v8: i32 = icmp.eq v7, v4
  branch v8, b3(v7), b2
b2:
  store.64 v7 + 0, v3
  jump b3(v7)
b3(v9: ptr):
  v10: i32 = icmp.ne v9, v4
  branch v10, b4, b5
b4:
  helper @ringbuf_submit(v9, v3)
  jump b5
b5:
  return v5
`;
  expect(compares(afterwards(body, false).replaceAll(/icmp\.eq v\d+, v\d+\n {2}branch v\d+, b4/g, ''))).toBe(
    1,
  );
  expect(afterwards(body).match(/branch/g)).toHaveLength(2);
});

test('a function that compares what its caller compared gets the outcome', () => {
  const body = `  v6: ptr = helper @ringbuf_reserve(v1, v2, v3)
  v7: i32 = icmp.ne v6, v4
  branch v7, b1, b2
b1:
  store.64 v6 + 0, v3
  jump b2
b2:
  call @finish(v6)
  return v5
}

func @finish(v0: ptr) {
b0:
  v1: ptr = const 0
  v2: i32 = icmp.eq v0, v1
  branch v2, b1, b2
b1:
  return
b2:
  v3: i64 = const 0
  helper @ringbuf_submit(v0, v3)
  return
`;
  const tidy = afterwards(body);
  expect(tidy).toContain('func @finish(v0: ptr, v1: i32) {\nb0:\n  branch v1, b1, b2');
  expect(tidy).toMatch(/^b2\((v\d+): i32\):\n {2}call @finish\(v\d+, \1\)/m);
  expect(compares(tidy)).toBe(1);
});

test('a parameter that is only handed on brings its outcome along', () => {
  const body = `  v6: i32 = load.u32 v0 + 0
  branch v6, b1, b3(v4)
b1:
  v7: ptr = helper @ringbuf_reserve(v1, v2, v3)
  v8: i32 = icmp.eq v7, v4
  branch v8, b3(v7), b2
b2:
  store.64 v7 + 0, v3
  jump b3(v7)
b3(v9: ptr):
  call @finish(v9)
  return v5
}

func @finish(v0: ptr) {
b0:
  v1: ptr = const 0
  v2: i32 = icmp.ne v0, v1
  branch v2, b1, b2
b1:
  v3: i64 = const 0
  helper @ringbuf_submit(v0, v3)
  jump b2
b2:
  return
`;
  const tidy = afterwards(body);
  expect(tidy).toContain('func @finish(v0: ptr, v1: i32)');
  expect(tidy).toMatch(/^b3\((v\d+): ptr, (v\d+): i32\):\n {2}call @finish\(\1, \2\)/m);
});

test('one comparison stays as it is, and so do those of other pointers', () => {
  const once = `  v6: ptr = helper @ringbuf_reserve(v1, v2, v3)
  v7: i32 = icmp.eq v6, v4
  branch v7, b1, b2
b1:
  return v5
b2:
  helper @ringbuf_discard(v6, v3)
  return v5
`;
  expect(afterwards(once, false)).toBe(transform(`${head}${once}}\n`, []));
});

test('random programs behave the same', () => {
  expect(firstDifference([nilOnce], { from: 1, count: 100 })).toBeNull();
});
