import { expect, test } from 'vitest';
import { accumulate } from './accumulate.ts';
import { transform } from './test-support.ts';

const program = (
  map: string,
  first: string,
  between: string,
): string => `map @m ${map} key 4 value 16 entries 1 flags 0

func @f(v0: i32, v1: i32, v2: ptr) -> i32 {
b0:
  v3: ptr = mapaddr @m
  v4: ptr = helper @map_lookup_elem(v3, v2)
  v5: ptr = const 0
  v6: i32 = icmp.eq v4, v5
  branch v6, b9, b1
b1:
${first}
  v8: i64 = const 1
  branch v0, b2, b3
b2:
  v9: i64 = load.u64 v4 + 8
  v10: i64 = add v9, v8
  store.64 v4 + 8, v10
  jump b3
b3:
${between}
  branch v1, b5, b4
b4:
  v11: i64 = load.u64 v4 + 8
  v12: i64 = add v11, v8
  store.64 v4 + 8, v12
  jump b5
b5:
  return v0
b9:
  return v1
}
`;

const touched = '  v7: i64 = load.u64 v4 + 0';

test('two updates become one load and one store', () => {
  const code = transform(program('percpu_array', touched, touched.replace('v7', 'v13')), [accumulate]);
  expect(code.match(/load\.u64 v\d+ \+ 8/g)).toHaveLength(1);
  expect(code.match(/store\.64 v\d+ \+ 8/g)).toHaveLength(1);
  expect(code).toMatch(/b5\(v\d+: i64\):\n {2}store\.64/);
});

test.each([
  ['of values that processors share', 'array', touched, ''],
  ['through a pointer that may be bad', 'percpu_array', '', ''],
  ['around a read of the place', 'percpu_array', touched, '  v13: i64 = load.u64 v4 + 8'],
  ['around a call', 'percpu_array', touched, '  v13: i64 = helper @ktime_get_ns()'],
])('but not %s', (_, map, first, between) => {
  const text = program(map, first, between);
  expect(transform(text, [accumulate])).toBe(transform(text, []));
});
