/**
 * The ELF object writer: sections, symbols and relocations of an eBPF object (ELF64, ET_REL, EM_BPF) as libbpf and
 * cilium/ebpf want them. Symbol and section names share `.strtab`. The caller decides what goes in; this file only
 * lays it out. Sources: ELF-64 object file format; psABI of BPF in Documentation/bpf/llvm_reloc.rst.
 */

import { assert, must } from '../base/assert.ts';
import { ByteWriter } from './bytes.ts';

export const elfMachineBpf = 247;

/** Section types and flags (elf.h). */
export const sectionTypes = { null: 0, progbits: 1, symtab: 2, strtab: 3, nobits: 8, rel: 9 } as const;
export const sectionFlags = { write: 1, alloc: 2, exec: 4 } as const;

/** Relocation types of EM_BPF. */
export const relocationTypes = { ldImm64: 1, abs64: 2, abs32: 3, nodyld32: 4, call: 10 } as const;

export interface ElfRelocation {
  /** Byte offset in the section, of the instruction for code. */
  readonly offset: number;
  readonly type: keyof typeof relocationTypes;
  /** Name of a symbol, or of a section for its section symbol. */
  readonly symbol: string;
}

export interface ElfSection {
  readonly name: string;
  readonly type: 'progbits' | 'nobits';
  readonly flags: number;
  readonly align: number;
  /** For nobits: zeros, only the length counts. */
  readonly data: Uint8Array;
  readonly relocations: readonly ElfRelocation[];
}

export interface ElfSymbol {
  readonly name: string;
  readonly type: 'notype' | 'object' | 'func';
  readonly binding: 'local' | 'global' | 'weak';
  /** Section that defines it; null: undefined, an extern. */
  readonly section: string | null;
  readonly value: number;
  readonly size: number;
}

const symbolTypes = { notype: 0, object: 1, func: 2, section: 3 } as const;
const bindings = { local: 0, global: 1, weak: 2 } as const;
const headerSize = 64;
const sectionHeaderSize = 64;
const symbolSize = 24;

class StringTable {
  private readonly offsets = new Map<string, number>([['', 0]]);
  private text = '\0';

  add(name: string): number {
    const known = this.offsets.get(name);
    if (known !== undefined) return known;
    const offset = new TextEncoder().encode(this.text).length;
    this.offsets.set(name, offset);
    this.text += `${name}\0`;
    return offset;
  }

  bytes(): Uint8Array {
    return new TextEncoder().encode(this.text);
  }
}

interface Header {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly data: Uint8Array;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entrySize: number;
  readonly nobits: boolean;
}

/** Section symbols for the sections that relocations name, then local, then global and weak symbols. */
function orderSymbols(sections: readonly ElfSection[], symbols: readonly ElfSymbol[]) {
  const defined = new Set(symbols.map((s) => s.name));
  const wanted = new Set(
    sections.flatMap((s) => s.relocations.map((r) => r.symbol)).filter((name) => !defined.has(name)),
  );
  const sectionSymbols = sections.filter((s) => wanted.has(s.name)).map((s) => s.name);
  const locals = symbols.filter((s) => s.binding === 'local');
  const globals = symbols.filter((s) => s.binding !== 'local');
  return { sectionSymbols, locals, globals, firstGlobal: 1 + sectionSymbols.length + locals.length };
}

function relocationData(
  section: ElfSection,
  symbolIndex: ReadonlyMap<string, number>,
  endian: 'little' | 'big',
): Uint8Array {
  const out = new ByteWriter(endian);
  for (const r of section.relocations) {
    const index = must(symbolIndex.get(r.symbol), `relocation to unknown symbol ${r.symbol}`);
    out.u64(r.offset).u64((BigInt(index) << 32n) | BigInt(relocationTypes[r.type]));
  }
  return out.bytes();
}

/** The bytes of the object file. Section and symbol names must be unique. */
export function writeElf(
  sections: readonly ElfSection[],
  symbols: readonly ElfSymbol[],
  endian: 'little' | 'big',
): Uint8Array {
  const strings = new StringTable();
  const sectionIndex = new Map(sections.map((s, i) => [s.name, i + 1]));
  assert(sectionIndex.size === sections.length, 'two ELF sections of one name');
  const { sectionSymbols, locals, globals, firstGlobal } = orderSymbols(sections, symbols);
  const table = new ByteWriter(endian);
  const symbolIndex = new Map<string, number>();
  const put = (name: string, info: number, section: number, value: number, size: number): void => {
    symbolIndex.set(name, table.length / symbolSize);
    table.u32(strings.add(name)).u8(info).u8(0).u16(section).u64(value).u64(size);
  };
  put('', 0, 0, 0, 0);
  for (const name of sectionSymbols) {
    symbolIndex.set(name, table.length / symbolSize);
    table
      .u32(0)
      .u8(symbolTypes.section)
      .u8(0)
      .u16(must(sectionIndex.get(name), name))
      .u64(0)
      .u64(0);
  }
  for (const s of [...locals, ...globals]) {
    const index =
      s.section === null ? 0 : must(sectionIndex.get(s.section), `symbol ${s.name} in unknown section`);
    put(s.name, (bindings[s.binding] << 4) | symbolTypes[s.type], index, s.value, s.size);
  }
  const related = sections.filter((s) => s.relocations.length > 0);
  const symtabIndex = sections.length + related.length + 1;
  const headers: Header[] = sections.map((s) => ({
    name: s.name,
    type: sectionTypes[s.type],
    flags: s.flags,
    data: s.data,
    link: 0,
    info: 0,
    align: s.align,
    entrySize: 0,
    nobits: s.type === 'nobits',
  }));
  const extra = { flags: 0, nobits: false, align: 8 };
  for (const s of related) {
    const data = relocationData(s, symbolIndex, endian);
    const info = must(sectionIndex.get(s.name), s.name);
    headers.push({
      ...extra,
      name: `.rel${s.name}`,
      type: sectionTypes.rel,
      data,
      link: symtabIndex,
      info,
      entrySize: 16,
    });
  }
  headers.push({
    ...extra,
    name: '.symtab',
    type: sectionTypes.symtab,
    data: table.bytes(),
    link: symtabIndex + 1,
    info: firstGlobal,
    entrySize: symbolSize,
  });
  for (const h of [...headers, { name: '.strtab' }]) strings.add(h.name);
  headers.push({
    ...extra,
    name: '.strtab',
    type: sectionTypes.strtab,
    data: strings.bytes(),
    link: 0,
    info: 0,
    align: 1,
    entrySize: 0,
  });
  return layOut(headers, strings, endian);
}

function layOut(headers: readonly Header[], strings: StringTable, endian: 'little' | 'big'): Uint8Array {
  const body = new ByteWriter(endian);
  body.raw(new Uint8Array(headerSize));
  const offsets = headers.map((h) => {
    body.align(Math.max(1, h.align));
    const at = body.length;
    if (!h.nobits) body.raw(h.data);
    return at;
  });
  body.align(8);
  const tableOffset = body.length;
  body.raw(new Uint8Array(sectionHeaderSize));
  for (const [i, h] of headers.entries()) {
    body
      .u32(strings.add(h.name))
      .u32(h.type)
      .u64(h.flags)
      .u64(0)
      .u64(offsets[i] ?? 0)
      .u64(h.data.length);
    body.u32(h.link).u32(h.info).u64(h.align).u64(h.entrySize);
  }
  const out = body.bytes();
  out.set(fileHeader(tableOffset, headers.length + 1, endian));
  return out;
}

function fileHeader(tableOffset: number, sections: number, endian: 'little' | 'big'): Uint8Array {
  const out = new ByteWriter(endian);
  out.raw(
    Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, endian === 'little' ? 1 : 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  );
  out.u16(1).u16(elfMachineBpf).u32(1).u64(0).u64(0).u64(tableOffset).u32(0);
  out
    .u16(headerSize)
    .u16(0)
    .u16(0)
    .u16(sectionHeaderSize)
    .u16(sections)
    .u16(sections - 1);
  return out.bytes();
}
