import { expect, test } from 'vitest';
import { usdtSpec } from '../bpf/usdt.ts';
import { MalformedError } from './bytes.ts';
import { argumentSpec, probeSpec } from './stapsdt.ts';

const { constant, register, memory } = usdtSpec.kinds;

test.each([
  ['8@%rdi', { kind: register, value: 0n, register: 112, signed: false, shift: 0 }],
  ['-4@%esi', { kind: register, value: 0n, register: 104, signed: true, shift: 32 }],
  ['1@%al', { kind: register, value: 0n, register: 80, signed: false, shift: 56 }],
  ['-2@%r10w', { kind: register, value: 0n, register: 56, signed: true, shift: 48 }],
  ['4@$-5', { kind: constant, value: -5n, register: 0, signed: false, shift: 32 }],
  ['-8@-16(%rbp)', { kind: memory, value: -16n, register: 32, signed: true, shift: 0 }],
  ['8@(%rax)', { kind: memory, value: 0n, register: 80, signed: false, shift: 0 }],
] as const)('%s', (text, spec) => {
  expect(argumentSpec(text)).toEqual(spec);
});

test('what is not known is refused', () => {
  for (const text of ['8@%xmm0', '8@name(%rip)', '3@%rdi', '8@%fs:8', ''])
    expect(() => argumentSpec(text)).toThrow(MalformedError);
});

test('a record is as programs read it', () => {
  const bytes = probeSpec(['8@%rdi', '-4@-8(%rbp)'], 7n);
  const view = new DataView(bytes.buffer);
  expect(bytes.length).toBe(usdtSpec.size);
  const second = usdtSpec.argSize;
  expect(view.getBigInt64(second + usdtSpec.value, true)).toBe(-8n);
  expect(view.getUint32(second + usdtSpec.kind, true)).toBe(memory);
  expect([bytes[second + usdtSpec.signed], bytes[second + usdtSpec.shift]]).toEqual([1, 32]);
  expect(view.getBigUint64(usdtSpec.cookie, true)).toBe(7n);
  expect(view.getUint16(usdtSpec.count, true)).toBe(2);
});
