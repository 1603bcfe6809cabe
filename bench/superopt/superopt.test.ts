import { expect, test } from 'vitest';
import { alu, exit, move } from '../../src/bpf/build.ts';
import type { MFunc, PReg } from '../../src/bpf/minst.ts';
import { noPos } from '../../src/base/source.ts';
import { search } from './search.ts';
import { lettered, registersOf, windowsOf } from './windows.ts';

const p = (n: number): PReg => n as PReg;

const func = (...body: MFunc<PReg>['blocks'][number]['body']): MFunc<PReg> => ({
  name: 'main',
  blocks: [{ id: 0, body: [...body, exit(p(0), noPos)] }],
  params: 1,
  slots: [],
  frameSize: 0,
  program: 'main',
  nextReg: 11,
  nextBlock: 1,
  pos: noPos,
});

/** The first find of the longest window, as text. */
function found(...body: MFunc<PReg>['blocks'][number]['body']): string | null {
  const windows = windowsOf([{ program: 'p', func: func(...body) }]);
  const window = windows.find((w) => w.insts.length === body.length)!;
  const [code] = search(window, 1);
  return code === undefined ? null : lettered(code, registersOf(window.insts));
}

test('two masks are one, and a mask of all is a move', () => {
  expect(found(alu('and64_imm', p(0), 255n, noPos), alu('and64_imm', p(0), 15n, noPos))).toBe('rA &= 15');
  expect(found(alu('lsh64_imm', p(0), 32n, noPos), alu('rsh64_imm', p(0), 32n, noPos))).toMatch(/^wA/);
});

test('what is live behind the window is kept', () => {
  const code = [move(p(0), p(1), noPos), alu('add64_imm', p(1), 1n, noPos)] as const;
  expect(found(...code)).toBe('rA = rB');
  expect(found(...code, alu('add64_reg', p(0), p(1), noPos))).not.toBe('rA = rB');
});

test('where nothing shorter does, there is none', () => {
  expect(found(alu('mul64_imm', p(0), 3n, noPos), alu('add64_reg', p(0), p(1), noPos))).toBeNull();
});
