import { describe, expect, it } from 'vitest';
import { noPos } from '../src/base/source.ts';
import { alu, exit, load, move, store } from '../src/bpf/build.ts';
import { tokens } from '../src/bpf/lexer.ts';
import type { MFunc, MInst, PReg } from '../src/bpf/minst.ts';
import { slotsOf } from '../src/bpf/operands.ts';
import { readInst } from '../src/bpf/read.ts';
import { instText } from '../src/bpf/template.ts';
import { randomOf } from '../src/ir/random.ts';
import { observeMachine } from './machine-eval.ts';
import type { Target } from './pass.ts';
import { improve } from './peephole.ts';
import { machineRules } from './rules/machine.ts';
import { fill, match, readPattern } from './rules/machine-pattern.ts';
import { testTarget } from './test-support.ts';

const read = (text: string): MInst<PReg>[] =>
  text
    .split(';')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const inst = readInst(tokens(line, 0, ';'), { dialect: 'asm', target: () => 0, symbol: () => 'map' });
      if ('what' in inst) throw new Error(`${line}: ${inst.what}`);
      return inst as MInst<PReg>;
    });

const text = (body: readonly MInst<PReg>[]): string =>
  body.map((i) => instText(i, 'asm', () => '')).join('; ');

const p = (n: number): PReg => n as PReg;

function func(body: readonly MInst<PReg>[]): MFunc<PReg> {
  return {
    name: 'main',
    blocks: [{ id: 0, body }],
    params: 0,
    slots: [],
    frameSize: 32,
    program: 'main',
    nextReg: 11,
    nextBlock: 1,
    pos: noPos,
  };
}

/** Random registers and stack, the code, then a digest of all that the rule may not change. */
function framed(code: readonly MInst<PReg>[], seed: number, dead: readonly number[]): MFunc<PReg> {
  const r = randomOf(seed);
  const before: MInst<PReg>[] = [];
  for (const at of [-32, -24, -16, -8]) {
    before.push(store<PReg>('st_64', p(10), at, BigInt.asIntN(32, r.bits(32)), noPos));
  }
  for (let k = 0; k < 10; k++)
    before.push(
      move(p(k), BigInt.asIntN(32, r.bits(32)), noPos),
      alu('mul64_imm', p(k), 0x7531_8642n, noPos),
    );
  const after: MInst<PReg>[] = [];
  for (const k of dead) after.push(move(p(k), 0n, noPos));
  for (let k = 1; k < 10; k++)
    after.push(alu('mul64_imm', p(0), 31n, noPos), alu('add64_reg', p(0), p(k), noPos));
  for (const at of [-32, -24, -16, -8]) {
    after.push(
      load('ldx_u64', p(1), p(10), at, noPos),
      alu('mul64_imm', p(0), 31n, noPos),
      alu('add64_reg', p(0), p(1), noPos),
    );
  }
  return func([...before, ...code, ...after, exit(p(0), noPos)]);
}

/** All rules apply. */
const newest: Target = { ...testTarget, kernel: [6, 6] };

const module = { funcs: [], programs: [], maps: [], globals: [], strings: new Map(), license: 'GPL' };
const run = (f: MFunc<PReg>): string => observeMachine({ module, funcs: [f] }, 'main', []).text;

describe('peephole rules', () => {
  it('have different names', () => {
    expect(new Set(machineRules.map((rule) => rule.name)).size).toBe(machineRules.length);
  });

  for (const rule of machineRules) {
    it(`${rule.name} keeps what its example computes, and shortens it`, () => {
      const [before, after] = rule.example.map(read) as [MInst<PReg>[], MInst<PReg>[]];
      const size = (body: readonly MInst<PReg>[]): number => body.reduce((n, i) => n + slotsOf(i), 0);
      expect(size(after)).toBeLessThan(size(before));
      const holes = match(readPattern(rule.before), before, 0);
      if (holes === null) throw new Error('the example is none of the rule');
      const more = rule.given?.(holes.values, newest) ?? {};
      const made = fill(readPattern(rule.after), { ...holes, values: { ...holes.values, ...more } }, noPos);
      expect(text(made ?? [])).toBe(text(after));
      const dead = [...(rule.dead ?? '')].map((letter) => holes.registers[letter]!);
      for (let seed = 0; seed < 20; seed++) {
        expect(run(framed(after, seed, dead))).toBe(run(framed(before, seed, dead)));
        expect(run(improve(framed(before, seed, dead), newest))).toBe(run(framed(before, seed, dead)));
      }
    });
  }
});

const improvedBody = (code: string): string =>
  text(improve(func([...read(code), exit(p(0), noPos)]), newest).blocks[0]!.body);

describe('peephole', () => {
  it('makes one instruction of the five that materialise a key', () => {
    const done = improve(
      func([
        ...read('r1 = 7; *(u32 *)(r10 - 4) = r1; r2 = r10; r2 += -4; r1 = 0; call 14; r0 = 0'),
        exit(p(0), noPos),
      ]),
      testTarget,
    );
    expect(text(done.blocks[0]!.body).split('; ')[0]).toBe('*(u32 *)(r10 - 4) = 7');
  });

  it('stores no constant where a context may be, for kernels that refuse it', () => {
    const code = 'r2 = 2; *(u64 *)(r1 + 16) = r2; r2 = 3; *(u64 *)(r10 - 8) = r2; r0 = 0';
    const improved = (kernel: Target['kernel']): string => {
      const done = improve(func([...read(code), exit(p(0), noPos)]), { ...testTarget, kernel });
      return text(done.blocks[0]!.body);
    };
    expect(improved([6, 3])).toBe('r2 = 2; *(u64 *)(r1 + 16) = r2; *(u64 *)(r10 - 8) = 3; r0 = 0; exit');
    expect(improved([6, 4])).toBe('*(u64 *)(r1 + 16) = 2; *(u64 *)(r10 - 8) = 3; r0 = 0; exit');
  });

  it('does not load a constant that the branch has shown', () => {
    const blocks = [
      {
        id: 0,
        body: read('call 14; if r0 == 0 goto b; goto b').map((i, k) => ({
          ...i,
          target: k === 0 ? null : k,
        })),
      },
      { id: 1, body: [...read('r0 = 0'), exit(p(0), noPos)] },
      { id: 2, body: [...read('r0 = 1'), exit(p(0), noPos)] },
    ];
    const done = improve({ ...func([]), blocks }, testTarget);
    expect(done.blocks[1]!.body.map((i) => i.op)).toEqual(['exit']);
    expect(done.blocks[2]!.body.map((i) => i.op)).toEqual(['mov64_imm', 'exit']);
  });

  it('loads -1 after the 32-bit -1, which is another value', () => {
    const first = '*(u64 *)(r10 - 8) = r0';
    const kept = `w0 = -1; ${first}; r0 = -1`;
    expect(improvedBody(kept)).toBe(`${kept}; exit`);
    expect(improvedBody(`w0 = 5; ${first}; r0 = 5`)).toBe(`w0 = 5; ${first}; exit`);
  });

  it('merges constants in the order of their addresses, where the wider store is aligned', () => {
    const merged = (code: string): string => improvedBody(`${code}; r0 = 0`);
    expect(merged('*(u8 *)(r10 - 7) = 2; *(u8 *)(r10 - 8) = 1')).toBe(
      '*(u16 *)(r10 - 8) = 513; r0 = 0; exit',
    );
    expect(merged('*(u8 *)(r10 - 8) = 1; *(u8 *)(r10 - 7) = 2')).toBe(
      '*(u16 *)(r10 - 8) = 513; r0 = 0; exit',
    );
    for (const apart of [
      '*(u8 *)(r10 - 7) = 1; *(u8 *)(r10 - 6) = 2',
      '*(u16 *)(r10 - 6) = 1; *(u16 *)(r10 - 4) = 2',
      '*(u32 *)(r10 - 12) = 1; *(u32 *)(r10 - 8) = 0',
    ])
      expect(merged(apart)).toBe(`${apart}; r0 = 0; exit`);
  });
});
