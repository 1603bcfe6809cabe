import { describe, expect, test } from 'vitest';
import { Diagnostics } from '../base/diagnostic.ts';
import { noPos, sourceFile } from '../base/source.ts';
import {
  alu,
  branch,
  callHelper,
  compareExchange,
  exit,
  load,
  loadSymbol,
  parallelCopy,
  store,
} from './build.ts';
import { random, randomProgram } from './generate.ts';
import type { MCode, VReg } from './minst.ts';
import { isPhysical, parseMCode } from './parse.ts';
import { printMCode } from './text.ts';

function reparse(code: MCode<VReg>): MCode<VReg> | null {
  const diagnostics = new Diagnostics();
  const parsed = parseMCode(sourceFile(0, 'x.mir', printMCode(code)), diagnostics);
  expect(diagnostics.list.map((d) => d.message)).toEqual([]);
  return parsed;
}

function errors(text: string): string[] {
  const diagnostics = new Diagnostics();
  const file = sourceFile(0, 'x.mir', text);
  parseMCode(file, diagnostics);
  return diagnostics.list.map((d) => `${file.text.slice(d.span?.start, d.span?.end)}: ${d.message}`);
}

const sample = `func @main(1) program main next v15 b2 !6:1 {
  slot s0 16 align 8 "key"
b0:
  parcopy v11, v12 = r1, 7               !6:10
  *(u32 *)(r10 + s0+8) = 7               !6:12
  v13 = call map_lookup_elem#1(v11, v12) !7:2
  if v13 == 0 goto b1                    !1:7:5
  r2 = map hits ll
  r3 = mapvalue "a b"+8 ll
  call @sub(v13, -1)
  v14 = cmpxchg_64(v11 + 0, v12, v13)
b1:
  w13 += 1
  exit v13
}
`;

describe('.mir text', () => {
  test('the notation, both ways', () => {
    const hit = { kind: 'map', name: 'hits', offset: 0 } as const;
    const value = { kind: 'mapvalue', name: 'a b', offset: 8 } as const;
    const at = (line: number, col: number, file = 0) => ({ file, line, col });
    const code: MCode<VReg> = {
      funcs: [
        {
          name: 'main',
          params: 1,
          program: 'main',
          frameSize: null,
          nextReg: 15,
          nextBlock: 2,
          pos: at(6, 1),
          slots: [{ id: 0, size: 16, align: 8, name: 'key' }],
          blocks: [
            {
              id: 0,
              body: [
                parallelCopy<VReg>([11, 12], [1, 7n], at(6, 10)),
                store<VReg>('st_32', 10, { kind: 'frame', slot: 0, offset: 8 }, 7n, at(6, 12)),
                callHelper<VReg>(1, [11, 12], 13, at(7, 2)),
                branch<VReg>('jeq64_imm', 13, 0n, 1, at(7, 5, 1)),
                loadSymbol<VReg>(2, hit, noPos),
                loadSymbol<VReg>(3, value, noPos),
                {
                  ...callHelper<VReg>(0, [13, -1n], null, noPos),
                  op: 'call_func',
                  sym: { kind: 'func', name: 'sub', offset: 0 },
                },
                compareExchange<VReg>('atomic_cmpxchg_64', 14, 11, 0, 12, 13, noPos),
              ],
            },
            { id: 1, body: [alu<VReg>('add32_imm', 13, 1n, noPos), exit<VReg>(13, noPos)] },
          ],
        },
      ],
    };
    expect(printMCode(code)).toBe(sample);
    expect(reparse(code)).toEqual(code);
    expect(isPhysical(code)).toBe(false);
  });

  test('parse(print(x)) is x for generated code', () => {
    const next = random(1);
    for (let i = 0; i < 10_000; i++) {
      const code = randomProgram(next, 3, 40);
      expect(reparse(code)).toEqual(code);
    }
  });

  test('the head of a file, before the first function, is skipped', () => {
    expect(errors(`license "GPL"\nmap hits\n${sample}`)).toEqual([]);
  });

  test('errors are at tokens, and every line is tried', () => {
    const wrong = sample
      .replace('w13 += 1', 'w13 +- 1')
      .replace('goto b1 ', 'goto b7 ')
      .replace('exit v13', 'exit v13 v14');
    expect(errors(wrong)).toEqual(['+: unexpected +', 'v14: unexpected v14', ': @main, b0: no block b7']);
    expect(
      errors('func @f(0) next v11 b1 {\nb0:\n  r1 = v5\n  r1 <<= 64\n  r1 = *(u8 *)(r2 + 70000)\n  r1 +=\n'),
    ).toEqual([
      'v5: unexpected v5',
      'r1: a shift by 64 is not below 64',
      'r1: offset 70000 does not fit 16 bits, signed',
      '+=: unfinished instruction after +=',
      ': @f has no end',
    ]);
    expect(errors('func @f(0) next v11 b1 {\nb0:\n  goto b3\n}\n')).toEqual([': @f, b0: no block b3']);
  });

  test('32-bit names of registers read in loads and stores', () => {
    const text =
      'func @f(0) next v11 b1 {\nb0:\n  w1 = *(u8 *)(r2 + 1)\n  *(u32 *)(r1 + 0) = w2\n  exit\n}\n';
    const parsed = parseMCode(sourceFile(0, 'x.mir', text), new Diagnostics());
    expect(parsed?.funcs[0]?.blocks[0]?.body.slice(0, 2)).toEqual([
      load<VReg>('ldx_u8', 1, 2, 1, noPos),
      store<VReg>('stx_32', 1, 0, 2, noPos),
    ]);
  });
});
