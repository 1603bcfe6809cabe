import { expect, test } from 'vitest';
import { dce } from './dce.ts';
import { demandedBitsPass } from './demanded-bits.ts';
import { simplify } from './simplify.ts';
import { firstDifference, transform } from './test-support.ts';

const body = (lines: string): string =>
  transform(`func @f(v0: ptr, v1: i32) -> i32 {\nb0:\n${lines}\n  return v1\n}\n`, [demandedBitsPass, dce]);

test('a store reads no more bits than it writes, through arithmetic that only carries upwards', () => {
  const code = body(`  v2: i32 = const 65535
  v3: i32 = and v1, v2
  v4: i32 = add v3, v1
  v5: i32 = xor v4, v2
  store.16 v0 + 0, v5`);
  expect(code).not.toContain('and');
  expect(code).toContain('add v1, v1');
});

test('a byte swap reads the bytes that it puts where they are read', () => {
  const code = (mask: number): string =>
    body(`  v2: i32 = const ${mask}
  v3: i32 = and v1, v2
  v4: i32 = bswap16 v3
  store.8 v0 + 0, v4`);
  expect(code(0xff00)).not.toContain('and');
  expect(code(0x00ff)).toContain('and');
});

test('what shifts down or is compared is read, and so is the offset of an address', () => {
  const kept = (use: string): string =>
    body(`  v2: i32 = const 255
  v3: i32 = and v1, v2
${use}`);
  expect(kept('  v4: i32 = const 4\n  v5: i32 = lshr v3, v4\n  store.8 v0 + 0, v5')).toContain('and');
  expect(kept('  v4: i32 = icmp.ult v3, v1\n  store.8 v0 + 0, v4')).toContain('and');
  expect(kept('  v4: i64 = zext v3\n  v5: ptr = ptradd v0, v4\n  store.8 v5 + 0, v1')).toContain('and');
});

test('random programs do the same', () => {
  expect(firstDifference([simplify, demandedBitsPass], { from: 900, count: 200 })).toBeNull();
});
