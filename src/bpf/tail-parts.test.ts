import { describe, expect, it } from 'vitest';
import { noPos } from '../base/source.ts';
import { alu, load, move } from './build.ts';
import type { PReg } from './minst.ts';
import { originsBefore } from './tail-parts.ts';

const p = (n: number): PReg => n as PReg;
const origins = (after: readonly number[], i: Parameters<typeof originsBefore>[1]): number[] =>
  [...originsBefore(new Set(after.map(p)), i)].sort();

describe('the registers whose origin a tail must know', () => {
  it('are those that a pointer is computed from', () => {
    expect(origins([1], alu('add64_reg', p(1), p(2), noPos))).toEqual([1, 2]);
    expect(origins([1], alu('add64_imm', p(1), 8n, noPos))).toEqual([1]);
    expect(origins([1], move(p(1), p(3), noPos))).toEqual([3]);
    expect(origins([1], move(p(1), 0n, noPos))).toEqual([]);
  });

  it('are the base of a load, and no longer what it loads', () => {
    expect(origins([1], load('ldx_u64', p(1), p(2), 0, noPos))).toEqual([2]);
    expect(origins([4], load('ldx_u64', p(1), p(2), 0, noPos))).toEqual([2, 4]);
  });
});
