import { expect, it } from 'vitest';
import { must } from '../base/assert.ts';
import { Diagnostics } from '../base/diagnostic.ts';
import { sourceFile } from '../base/source.ts';
import { malformedCode } from './malformed.ts';
import { parseMCode } from './parse.ts';

const problems = (body: string): readonly string[] => {
  const text = `func @f(1) program f next v13 b2 {\n  slot s0 8 align 8 "x"\nb0:\n${body}\n}\n`;
  const code = must(parseMCode(sourceFile(0, 'f.mir', text), new Diagnostics()), 'code');
  return code.funcs.flatMap(malformedCode);
};

it.each([
  ['  v11 = r1\n  *(u64 *)(r10 + s0+0) = v11\n  exit v11', []],
  ['  exit v12', ['v12 is read before it is written']],
  ['  v11 = r2\n  exit v11', ['r2 is read before it is written']],
  ['  v13 = 1\n  exit v13', ['b0: v13 is not below v13', 'b0: v13 is not below v13']],
  ['  *(u64 *)(r10 + s1+0) = 1\n  v11 = 0\n  exit v11', ['b0: no slot s1']],
  ['  v11 = 0', ['b0: control falls off the end']],
  ['  if r1 == 0 goto b1\n  v11 = 1\nb1:\n  exit v11', ['b0: instructions stand behind a jump']],
  [
    '  if r1 == 0 goto b1\n  goto b2\nb1:\n  v11 = 1\n  goto b2\nb2:\n  exit v11',
    ['v11 is read before it is written'],
  ],
])('%s', (body, expected) => {
  expect(problems(body)).toEqual(expected);
});
