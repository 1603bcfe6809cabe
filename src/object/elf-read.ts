/**
 * Reads ELF objects of EM_BPF: sections with their relocations, and symbols. Malformed files are `MalformedError`s.
 */

import { elfMachineBpf, sectionTypes } from './elf.ts';
import { ByteReader, MalformedError } from './bytes.ts';

export interface ReadSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  /** Empty for nobits. */
  readonly data: Uint8Array;
  readonly size: number;
  readonly relocations: readonly {
    readonly offset: number;
    readonly type: number;
    readonly symbol: ReadSymbol;
  }[];
}

export interface ReadSymbol {
  /** For a section symbol: the section's name. */
  readonly name: string;
  /** STT_ number: 0 notype, 1 object, 2 func, 3 section. */
  readonly type: number;
  /** STB_ number: 0 local, 1 global, 2 weak. */
  readonly binding: number;
  /** Section index; 0: undefined. */
  readonly section: number;
  readonly value: number;
  readonly size: number;
}

export interface ElfObject {
  readonly endian: 'little' | 'big';
  readonly sections: readonly ReadSection[];
  readonly symbols: readonly ReadSymbol[];
}

interface RawSection {
  readonly nameOffset: number;
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
}

const magic = [0x7f, 0x45, 0x4c, 0x46] as const;

/** Does a file begin as ELF files do? */
export const isElf = (bytes: Uint8Array): boolean => magic.every((b, i) => bytes[i] === b);

function readHeader(bytes: Uint8Array): { endian: 'little' | 'big'; raw: RawSection[]; names: number } {
  if (bytes.length < 64 || !isElf(bytes)) throw new MalformedError('not an ELF file');
  if (bytes[4] !== 2) throw new MalformedError('not a 64-bit ELF file');
  const endian = bytes[5] === 2 ? 'big' : 'little';
  const r = new ByteReader(bytes, endian, 16);
  r.u16();
  const machine = r.u16();
  if (machine !== elfMachineBpf && machine !== 0)
    throw new MalformedError(`not an eBPF object: machine ${machine}`);
  r.at = 40;
  const offset = Number(r.u64());
  r.at = 60;
  const count = r.u16();
  const names = r.u16();
  const raw = Array.from({ length: count }, (_, i) => {
    r.at = offset + i * 64;
    const nameOffset = r.u32();
    const type = r.u32();
    const flags = Number(r.u64());
    r.u64();
    return {
      nameOffset,
      type,
      flags,
      offset: Number(r.u64()),
      size: Number(r.u64()),
      link: r.u32(),
      info: r.u32(),
    };
  });
  return { endian, raw, names };
}

/** Parses an object file. */
export function readElf(bytes: Uint8Array): ElfObject {
  const { endian, raw, names } = readHeader(bytes);
  const slice = (s: RawSection): Uint8Array =>
    s.type === sectionTypes.nobits ? new Uint8Array(0) : new ByteReader(bytes, endian, s.offset).raw(s.size);
  const textIn = (table: RawSection | undefined, offset: number): string => {
    if (table === undefined) throw new MalformedError('a string table is missing');
    return new ByteReader(slice(table), endian).text(offset);
  };
  const nameOf = (s: RawSection): string =>
    s.type === sectionTypes.null ? '' : textIn(raw[names], s.nameOffset);
  const table = raw.find((s) => s.type === sectionTypes.symtab);
  const symbols =
    table === undefined
      ? []
      : readSymbols(
          new ByteReader(slice(table), endian),
          (offset) => textIn(raw[table.link], offset),
          (i) => {
            const section = raw[i];
            return section === undefined ? '' : nameOf(section);
          },
        );
  const relocationsOf = (target: number) =>
    raw
      .filter((s) => s.type === sectionTypes.rel && s.info === target)
      .flatMap((s) => readRelocations(new ByteReader(slice(s), endian), symbols));
  const sections = raw.map((s, index) => ({
    index,
    name: nameOf(s),
    type: s.type,
    flags: s.flags,
    data: slice(s),
    size: s.size,
    relocations: relocationsOf(index),
  }));
  return { endian, sections, symbols };
}

function readSymbols(
  r: ByteReader,
  text: (offset: number) => string,
  sectionName: (index: number) => string,
): ReadSymbol[] {
  return Array.from({ length: Math.floor(r.length / 24) }, () => {
    const nameOffset = r.u32();
    const info = r.u8();
    r.u8();
    const section = r.u16();
    const value = Number(r.u64());
    const size = Number(r.u64());
    const type = info & 15;
    return {
      name: type === 3 ? sectionName(section) : text(nameOffset),
      type,
      binding: info >> 4,
      section,
      value,
      size,
    };
  });
}

function readRelocations(r: ByteReader, symbols: readonly ReadSymbol[]) {
  return Array.from({ length: Math.floor(r.length / 16) }, () => {
    const offset = Number(r.u64());
    const info = r.u64();
    const symbol = symbols[Number(info >> 32n)];
    if (symbol === undefined)
      throw new MalformedError(`a relocation names symbol ${info >> 32n}, there are ${symbols.length}`);
    return { offset, type: Number(info & 0xffffffffn), symbol };
  });
}
