import { expect, test } from 'vitest';
import { cfgSimplify } from './cfg-simplify.ts';
import { copyProp } from './copy-prop.ts';
import { dse } from './dse.ts';
import { simplify } from './simplify.ts';
import { firstDifference, transform } from './test-support.ts';
import { unrollLoops } from './unroll-loops.ts';

const loop = (rounds: number): string => `func @f(v0: ptr, v1: i32) -> i32 {
b0:
  v2: i64 = const 0
  v3: i32 = const 0
  jump b1(v2, v3)
b1(v4: i64, v5: i32):
  v6: ptr = ptradd v0, v4
  v7: i32 = load.u8 v6 + 0
  v8: i32 = add v5, v7
  v9: i64 = const 1
  v10: i64 = add v4, v9
  v11: i64 = const ${rounds}
  v12: i32 = icmp.slt v10, v11
  branch v12, b1(v10, v8), b2
b2:
  v13: i32 = add v8, v1
  return v13
}
`;

const passes = [unrollLoops, copyProp, simplify, cfgSimplify];

test('a loop of three rounds is three times its body', () => {
  const text = transform(loop(3), passes);
  expect(text.match(/load\.u8 v\d+ \+ \d/g)).toEqual([
    expect.stringContaining('+ 0'),
    expect.stringContaining('+ 1'),
    expect.stringContaining('+ 2'),
  ]);
  expect(text).not.toContain('branch');
});

test('loops of many rounds, or without a count, stay', () => {
  for (const text of [loop(17), loop(3).replace('v11: i64 = const 3', 'v11: i64 = load.u64 v0 + 8')]) {
    const before = transform(text, []);
    expect(transform(text, [unrollLoops])).toBe(before);
  }
});

test('for size a loop is written out whose copies take no more than the loop', () => {
  const before = transform(loop(11), []);
  expect(transform(loop(10), [unrollLoops], { opt: 's' })).not.toBe(transform(loop(10), []));
  expect(transform(loop(11), [unrollLoops], { opt: 's' })).toBe(before);
  expect(transform(loop(11), [unrollLoops], { opt: '2' })).not.toBe(before);
});

test('programs do what they did', () => {
  expect(firstDifference(passes, { from: 1, count: 60 })).toBeNull();
});

test('the rounds share no instruction, of which a later pass could tell only one object', () => {
  // A store of the same value to the same place in each round: neither operand is renamed.
  const same = loop(3).replace('  v6: ptr =', '  store.64 v0 + 8, v2\n  v6: ptr =');
  const text = transform(same, [unrollLoops]);
  expect(text.match(/store\.64/g)).toHaveLength(3);
  expect(transform(same, [unrollLoops, dse])).toContain('store.64');
});

test('a constant of the loop is made anew behind it, not handed on', () => {
  const text = transform(
    loop(3)
      .replace('  v6: ptr =', '  v20: ptr = const 0\n  v6: ptr =')
      .replace('  v13: i32 = add v8, v1', '  v21: i32 = icmp.ne v0, v20\n  v13: i32 = add v8, v21'),
    [unrollLoops],
  );
  const [, nil] = text.match(/icmp\.ne v0, (v\d+)/) ?? [];
  expect(text).toContain(`  ${nil}: ptr = const 0`);
});
