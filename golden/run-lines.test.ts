import { expect, test } from 'vitest';
import { mismatch, runLines } from './run-lines.ts';

const parse = (text: string) => runLines(`// run: ${text}\n`)[0]!;

test('a syscall program with named values', () => {
  const line = parse('Main(a=1, b=-2) = 0x10 ret=-1');
  expect(line.name).toBe('Main');
  expect(line.input).toEqual({ kind: 'context', hex: '0100000000000000feffffffffffffff0000000000000000' });
  expect(line.expected).toEqual({ ret: 0xffffffff, result: '16', context: null, data: null });
});

test('bytes of a context or a packet', () => {
  expect(parse('F ctx=0102 => ret=0 ctx=0103').expected).toEqual({
    ret: 0,
    result: null,
    context: '0103',
    data: null,
  });
  expect(parse('F data=ff => ret=2').input).toEqual({ kind: 'data', hex: 'ff' });
});

test('a function by itself', () => {
  expect(runLines('; run: add(1, -1) = 0\n')[0]?.input).toEqual({
    kind: 'call',
    args: ['1', '18446744073709551615'],
  });
});

test('what cannot be read throws', () => {
  expect(() => parse('Main(a=x) = 1')).toThrow('cannot read');
  expect(() => parse('Main ctx=01 ret=0')).toThrow('cannot read');
  expect(() => parse('Main(a=1) = 1 rett=0')).toThrow('cannot read');
});

test('differences are named, what an executor cannot tell is not compared', () => {
  const line = parse('Main(a=1) = 3 ret=0');
  const context = new Uint8Array(new BigUint64Array([1n, 4n]).buffer);
  expect(mismatch(line, { ret: 1n, result: null, context, data: null })).toBe(
    'the result is 4 (4), expected 3 (3); ret is 1, expected 0',
  );
  expect(mismatch(line, { ret: null, result: 3n, context: null, data: null })).toBeNull();
});
