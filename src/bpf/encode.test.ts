import { describe, expect, test } from 'vitest';
import { Diagnostics } from '../base/diagnostic.ts';
import { noPos } from '../base/source.ts';
import { alu, branch, exit, jump, load, loadSymbol, move } from './build.ts';
import { decode } from './decode.ts';
import { assemble, assembleProgram, type Endian } from './encode.ts';
import { random, randomProgram } from './generate.ts';
import { isaNames, isaRow } from './isa.ts';
import type { MBlock, MFunc, MInst, PReg } from './minst.ts';
import { isPhysical } from './parse.ts';

const r = (n: number): PReg => n as PReg;

function func(...bodies: readonly MInst<PReg>[][]): MFunc<PReg> {
  const blocks: MBlock<PReg>[] = bodies.map((body, id) => ({ id, body }));
  const rest = {
    params: 0,
    slots: [],
    frameSize: 0,
    program: null,
    nextReg: 11,
    nextBlock: blocks.length,
    pos: noPos,
  };
  return { name: 'main', blocks, ...rest };
}

const hex = (f: MFunc<PReg>, endian: Endian = 'little'): string =>
  Buffer.from(assemble([f], endian).bytes).toString('hex');
const done = exit<PReg>(null, noPos);

describe('the instruction table', () => {
  test('opcode and fixed fields tell every two rows apart', () => {
    const overlap = (a: number | string, b: number | string): boolean =>
      typeof a !== 'number' || typeof b !== 'number' || a === b;
    const clashes: string[] = [];
    for (const [i, one] of isaNames.entries())
      for (const other of isaNames.slice(i + 1)) {
        const [a, b] = [isaRow(one), isaRow(other)];
        const fields = ['dst', 'src', 'off', 'imm'] as const;
        if (a.opcode === b.opcode && fields.every((f) => overlap(a[f], b[f])))
          clashes.push(`${one} ${other}`);
      }
    expect(clashes).toEqual([]);
  });

  test('the class bits of the opcode agree with the kind and the width', () => {
    const kinds = [['wide', 'skb'], ['load'], ['store'], ['store', 'atomic', 'load'], ['alu']] as const;
    for (const name of isaNames) {
      const row = isaRow(name);
      const cls = row.opcode & 7;
      if (cls < 5) expect(kinds[cls], name).toContain(row.kind);
      else if (cls === 7) expect(row.kind, name).toBe('alu');
      else expect(['jump', 'branch', 'call', 'exit'], name).toContain(row.kind);
      if (row.kind === 'branch') expect(row.width, name).toBe(cls === 6 ? 32 : 64);
    }
  });
});

describe('encoding', () => {
  test('jumps are resolved over emitted instructions, wide ones counted twice', () => {
    const big = move<PReg>(r(1), 7n, noPos);
    const f = func(
      [branch<PReg>('jeq64_imm', r(1), 7n, 2, noPos)],
      [{ ...big, op: 'ld_imm64' }, jump<PReg>(0, noPos)],
      [done],
    );
    expect(hex(f)).toBe('1501030007000000180100000700000000000000000000000500fcff000000009500000000000000');
    expect(hex(f, 'big')).toBe(
      '1510000300000007181000000000000700000000000000000500fffc000000009500000000000000',
    );
  });

  test('a jump to an empty block lands on the next emitted instruction; to an empty end it throws', () => {
    expect(hex(func([jump<PReg>(1, noPos)], [], [done]))).toBe('05000000000000009500000000000000');
    expect(() => hex(func([jump<PReg>(1, noPos)], []))).toThrow(/nothing is emitted/);
  });

  test('what does not fit a field throws instead of being cut', () => {
    expect(() => hex(func([load<PReg>('ldx_u8', r(0), r(1), 0x10006, noPos), done]))).toThrow(
      /offset 65542 is out of range/,
    );
    expect(() => hex(func([alu<PReg>('add64_imm', r(0), 1n << 31n, noPos), done]))).toThrow(/out of range/);
    expect(() => hex(func([alu<PReg>('lsh32_imm', r(0), 32n, noPos), done]))).toThrow(/shift by 32/);
    expect(() => hex(func([alu<PReg>('add64_reg', r(0), r(11), noPos), done]))).toThrow(/not R0–R10/);
    expect(() => hex(func([alu<PReg>('add64_imm', r(0), r(1), noPos), done]))).toThrow(/no such register/);
    const long = Array.from({ length: 0x8000 }, () => move<PReg>(r(0), 0n, noPos));
    expect(() => hex(func([jump<PReg>(1, noPos), ...long], [done]))).toThrow(/jump over 32768 slots/);
  });

  test('symbols become relocations, functions relative calls', () => {
    const map = { kind: 'map', name: 'hits', offset: 0 } as const;
    const sub = { ...func([done]), name: 'sub' };
    const callSub = { ...alu<PReg>('add64_imm', r(0), 0n, noPos), op: 'call_func' as const, dst: null };
    const main = func([
      loadSymbol<PReg>(r(1), map, noPos),
      { ...callSub, sym: { kind: 'func', name: 'sub', offset: 0 } },
      done,
    ]);
    const linked = assembleProgram({ funcs: [sub, main] }, 'main', 'little');
    expect(linked.funcs).toEqual([
      { name: 'main', start: 0, slots: 4 },
      { name: 'sub', start: 4, slots: 1 },
    ]);
    expect(linked.relocs).toEqual([{ slot: 0, op: 'ld_map_fd', sym: map }]);
    expect(Buffer.from(linked.bytes).toString('hex')).toBe(
      `181100000000000000000000000000008510000001000000${'9500000000000000'.repeat(2)}`,
    );
  });
});

function redecode(bytes: Uint8Array, endian: Endian): { bytes: Uint8Array | null; messages: string[] } {
  const diagnostics = new Diagnostics();
  const code = decode(bytes, { endian }, diagnostics);
  const messages = diagnostics.list.map((d) => d.message);
  return { bytes: code === null ? null : assemble(code.funcs, endian).bytes, messages };
}

describe('decoding', () => {
  test('generated programs come back as the same bytes, in both byte orders', () => {
    const next = random(2);
    for (let i = 0; i < 1500; i++) {
      const code = randomProgram(next, 10);
      const endian = i % 2 === 0 ? 'little' : 'big';
      if (!isPhysical(code)) throw new Error('not physical');
      const { bytes } = assembleProgram(code, 'main', endian);
      expect(redecode(bytes, endian)).toEqual({ bytes, messages: [] });
    }
  });

  test('arbitrary bytes give a program that encodes to them, or located errors', () => {
    const next = random(3);
    let good = 0;
    for (let i = 0; i < 20_000; i++) {
      const bytes = Uint8Array.from({ length: next(5) === 0 ? next(40) : 8 * next(4) }, () =>
        next(2) === 0 ? 0 : next(256),
      );
      if (bytes.length >= 8 && next(3) > 0)
        bytes[0] = isaRow(isaNames[next(isaNames.length)] ?? 'exit').opcode;
      const again = redecode(bytes, 'little');
      if (again.bytes === null) expect(again.messages.length).toBeGreaterThan(0);
      else {
        good++;
        expect(again.bytes).toEqual(bytes);
      }
    }
    expect(good).toBeGreaterThan(100);
  });

  test('errors name the slot', () => {
    const of = (text: string): string[] =>
      redecode(Uint8Array.from(Buffer.from(text, 'hex')), 'little').messages;
    expect(of('')).toEqual(['slot 0: there are no instructions']);
    expect(of('95000000000000')).toEqual(['slot 0: the length is not a multiple of 8 bytes']);
    expect(of('ff00000000000000')).toEqual(['slot 0: unknown opcode 0xff']);
    expect(of('950000000000000005000500000000009500000000000000')).toEqual([
      'slot 1: jump to 7, where no instruction starts',
    ]);
    expect(of('1801000007000000')).toEqual(['slot 0: the second half of a 64-bit load is missing']);
    expect(of('0f2b000000000000')).toEqual(['slot 0: add64_reg: dst field is 11']);
  });
});
