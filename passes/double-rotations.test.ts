import { expect, test } from 'vitest';
import { observe } from '../src/ir/observe.ts';
import { doubleRotations } from './double-rotations.ts';
import { moduleOf, runAll, transform } from './test-support.ts';

/** Rotates its argument by each of the counts, one after the other. */
const rotating = (counts: readonly number[]): string => {
  let x = 'v0';
  const lines = counts.flatMap((n, k) => {
    const v = (j: number): string => `v${1 + k * 5 + j}`;
    const made = [
      `${v(0)}: i32 = const ${n}`,
      `${v(1)}: i32 = const ${32 - n}`,
      `${v(2)}: i32 = shl ${x}, ${v(0)}`,
      `${v(3)}: i32 = lshr ${x}, ${v(1)}`,
      `${v(4)}: i32 = or ${v(3)}, ${v(2)}`,
    ];
    x = v(4);
    return made;
  });
  return `func @main(v0: i32) -> i32 {\nb0:\n  ${lines.join('\n  ')}\n  return ${x}\n}\n`;
};

test('three rotations share the factor', () => {
  const text = transform(rotating([1, 7, 31]), [doubleRotations]);
  expect(text.match(/ or /g)).toBeNull();
  expect(text.match(/= mul /g)).toHaveLength(3);
  expect(text.match(/const 4294967297/g)).toHaveLength(1);
});

test('two rotations, and shifts that are no rotation, stay', () => {
  const two = rotating([4, 19]);
  expect(transform(two, [doubleRotations])).toBe(transform(two, []));
  const uneven = rotating([1, 7, 31]).replaceAll('const 25', 'const 24');
  expect(transform(uneven, [doubleRotations])).toBe(transform(uneven, []));
});

test('the same comes out', () => {
  const before = moduleOf(rotating([1, 7, 31, 16]));
  const after = runAll(before, [doubleRotations]);
  for (const n of [0n, 1n, 0x8000_0001n, 0xdead_beefn, -1n])
    expect(observe(after, 'main', [n]).text).toBe(observe(before, 'main', [n]).text);
});
