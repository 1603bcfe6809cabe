import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BtfBuilder } from './btf.ts';
import { encodeBtfExt } from './btf-ext.ts';
import { readBtf } from './btf-read.ts';
import { MalformedError } from './bytes.ts';
import { sectionFlags, writeElf } from './elf.ts';
import { readElf } from './elf-read.ts';

function sampleBtf(): BtfBuilder {
  const b = new BtfBuilder();
  const u32 = b.add({ kind: 'int', name: 'uint32', size: 4, encoding: 'unsigned', bits: 32, offset: 0 });
  b.recursive('node', (id) => ({
    kind: 'struct',
    name: 'node',
    size: 16,
    members: [
      { name: 'next', type: b.add({ kind: 'ptr', type: id }), bitOffset: 0, bitSize: 0 },
      { name: 'value', type: u32, bitOffset: 64, bitSize: 3 },
    ],
  }));
  b.add({ kind: 'enum64', name: 'e', size: 8, signed: true, values: [{ name: 'A', value: -5n }] });
  const proto = b.add({ kind: 'func-proto', result: u32, params: [{ name: 'x', type: u32 }] });
  b.add({ kind: 'func', name: 'f', type: proto, linkage: 'static' });
  return b;
}

describe('BTF', () => {
  it.each(['little', 'big'] as const)('reads back what it wrote (%s)', (endian) => {
    const b = sampleBtf();
    const read = readBtf(b.encode(endian));
    expect(read.types.slice(1)).toEqual(b.types);
    expect(read.endian).toBe(endian);
  });

  it('gives equal types one id', () => {
    const b = new BtfBuilder();
    const a = b.add({ kind: 'ptr', type: 0 });
    expect(b.add({ kind: 'ptr', type: 0 })).toBe(a);
  });

  it('refuses malformed bytes and nothing else', () => {
    const good = sampleBtf().encode('little');
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, value) => {
        const bad = good.slice();
        bad[at] = value;
        try {
          readBtf(bad);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("reads the running kernel's BTF", () => {
    const path = '/sys/kernel/btf/vmlinux';
    if (!existsSync(path)) return console.warn('skipped: this kernel has no BTF file');
    const { types } = readBtf(readFileSync(path));
    expect(types.some((t) => t?.kind === 'struct' && t.name === 'task_struct')).toBe(true);
  });
});

describe('ELF', () => {
  const exit = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);
  const object = (endian: 'little' | 'big') =>
    writeElf(
      [
        {
          name: 'xdp',
          type: 'progbits',
          flags: sectionFlags.alloc | sectionFlags.exec,
          align: 8,
          data: exit,
          relocations: [{ offset: 0, type: 'ldImm64', symbol: 'counts' }],
        },
        {
          name: '.bss',
          type: 'nobits',
          flags: sectionFlags.alloc | sectionFlags.write,
          align: 8,
          data: new Uint8Array(16),
          relocations: [],
        },
      ],
      [
        { name: 'filter', type: 'func', binding: 'global', section: 'xdp', value: 0, size: 16 },
        { name: 'counts', type: 'object', binding: 'global', section: '.bss', value: 8, size: 8 },
      ],
      endian,
    );

  it.each(['little', 'big'] as const)('reads back what it wrote (%s)', (endian) => {
    const read = readElf(object(endian));
    const code = read.sections.find((s) => s.name === 'xdp');
    expect(code?.data).toEqual(exit);
    expect(code?.relocations.map((r) => [r.offset, r.type, r.symbol.name])).toEqual([[0, 1, 'counts']]);
    expect(read.sections.find((s) => s.name === '.bss')?.size).toBe(16);
    expect(read.symbols.find((s) => s.name === 'counts')).toMatchObject({
      type: 1,
      binding: 1,
      value: 8,
      size: 8,
    });
  });

  it('satisfies readelf', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bpfc-elf-'));
    try {
      writeFileSync(join(folder, 'a.o'), object('little'));
      const text = execFileSync('readelf', ['-aW', join(folder, 'a.o')], { encoding: 'utf8', stdio: 'pipe' });
      expect(text).toMatch(/Linux BPF/);
      expect(text).toMatch(/counts/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses malformed bytes and nothing else', () => {
    const good = object('little');
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, value) => {
        const bad = good.slice();
        bad[at] = value;
        try {
          readElf(bad);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('.BTF.ext', () => {
  it('leaves parts without records empty', () => {
    const strings = new BtfBuilder().strings;
    const bytes = encodeBtfExt(
      [{ section: 'xdp', funcs: [{ offset: 0, type: 1 }], lines: [], relocations: [] }],
      strings,
      'little',
    );
    const view = new DataView(bytes.buffer);
    expect([view.getUint32(12, true), view.getUint32(20, true), view.getUint32(28, true)]).toEqual([
      20, 0, 0,
    ]);
  });
});
