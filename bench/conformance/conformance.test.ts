import { expect, test } from 'vitest';
import { readCase, runCase } from './case.ts';

const result = (text: string) => {
  const found = readCase('test', text);
  return found === null ? null : runCase(found);
};

test('a case runs on its memory', () => {
  const text = `# a comment
-- asm
ldxw %r0, [%r1+4]   # the second word
lock fetch add [%r10-8], %r0
exit
-- mem
01 00 00 00
02 00 00 00
-- result
0x2
`;
  expect(result(text)).toEqual({ kind: 'refused', why: 'the stack + 504 is read before it is written' });
  expect(result(text.replace('lock', 'stxdw [%r10-8], %r2\nlock'))).toEqual({
    kind: 'failed',
    why: 'gave 0x8 instead of 0x2',
  });
  expect(result(text.replace(/lock.*/, 'jne32 %r0, 9, exit'))).toEqual({ kind: 'passed' });
});

test('raw code, and code that has to be refused', () => {
  expect(result('-- raw\n0x00000007000000b7\n0x0000000000000095\n-- result\n7\n')).toEqual({
    kind: 'passed',
  });
  expect(result('-- raw\n0x00000000000000ff\n-- error\nunknown opcode\n')).toEqual({ kind: 'passed' });
  expect(result('-- result\n7\n')).toBeNull();
});
