import { describe, expect, it } from 'vitest';
import { type Clear, clearing } from './clearing.ts';

const bytes = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, k) => from + k);
const text = (stores: readonly Clear[]): string => stores.map((s) => `${s.bytes}@${s.offset}`).join(' ');

describe('clearing', () => {
  it('takes the widest aligned stores', () => {
    expect(text(clearing({ size: 16, align: 8 }, [1, 2, 3]))).toBe('4@0');
    expect(text(clearing({ size: 16, align: 8 }, bytes(4, 16)))).toBe('4@4 8@8');
    expect(text(clearing({ size: 16, align: 2 }, bytes(0, 4)))).toBe('2@0 2@2');
  });

  it('stays inside an object whose size is no multiple of a store', () => {
    expect(text(clearing({ size: 12, align: 8 }, bytes(8, 12)))).toBe('4@8');
    expect(text(clearing({ size: 7, align: 8 }, bytes(4, 7)))).toBe('2@4 1@6');
  });

  it('clears each byte that is asked for, whatever the object', () => {
    for (const align of [1, 2, 4, 8])
      for (let size = 1; size <= 24; size++)
        for (let from = 0; from < size; from++)
          for (const missing of [bytes(from, size), bytes(from, size).filter((k) => k % 3 !== 1)]) {
            const stores = clearing({ size, align }, missing);
            const cleared = new Set(stores.flatMap((s) => bytes(s.offset, s.offset + s.bytes)));
            expect(missing.filter((k) => !cleared.has(k))).toEqual([]);
            expect(stores.every((s) => s.offset % s.bytes === 0 && s.bytes <= align)).toBe(true);
            expect(stores.every((s) => s.offset + s.bytes <= size)).toBe(true);
          }
  });
});
