import { expect, test } from 'vitest';
import { plain } from '../base/format.ts';
import { RunFault } from '../testing/session.ts';
import { faultText } from './exec-show.ts';

test('a fault shows its place, the last instructions and the registers that hold something', () => {
  const place = { file: 'a.go', line: 7, col: 3 };
  const trail = [
    { func: 'F', instruction: 'r2 = -1', place: null },
    { func: 'F', instruction: 'r0 = *(u8 *)(r1 + 9)', place },
  ];
  const fault = new RunFault(
    '1 bytes at context + 9 are outside of its 8',
    place,
    [0n, 0x510000000n, 2n ** 64n - 1n],
    trail,
  );
  expect(faultText(fault, plain)).toBe(`a.go:7:3: error: 1 bytes at context + 9 are outside of its 8
  the last instructions:
  F  r2 = -1
  F  r0 = *(u8 *)(r1 + 9)  a.go:7:3
  registers: r1=0x510000000 r2=-1
`);
  expect(faultText(new RunFault('no such type', null), plain)).toBe('bpfc: error: no such type\n');
});
