/** Reads `.BTF.ext`, any byte order: the inverse of encodeBtfExt. Malformed sections are `MalformedError`s. */

import { btfMagic } from './btf.ts';
import { coreKinds } from './btf-ext.ts';
import { ByteReader, MalformedError } from './bytes.ts';

export interface ReadFunc {
  readonly section: string;
  readonly offset: number;
  readonly type: number;
}

export interface ReadLine {
  readonly section: string;
  readonly offset: number;
  readonly file: string;
  readonly text: string;
  readonly line: number;
  readonly col: number;
}

/** With the offsets of its texts in the strings of `.BTF`, which the kernel wants. */
export interface RawLine extends ReadLine {
  readonly fileOffset: number;
  readonly textOffset: number;
}

export interface ReadRelocation {
  readonly section: string;
  readonly offset: number;
  readonly type: number;
  readonly access: string;
  /** A row of coreKinds, or the number of an unknown one. */
  readonly kind: string;
}

export interface BtfExt {
  readonly funcs: readonly ReadFunc[];
  readonly lines: readonly ReadLine[];
  readonly relocations: readonly ReadRelocation[];
}

export interface BtfExtRaw extends BtfExt {
  readonly lines: readonly RawLine[];
}

const coreNames: ReadonlyMap<number, string> = new Map(
  Object.entries(coreKinds).map(([name, id]) => [id, name]),
);

/** Texts of a `.BTF` section by offset. */
function stringsOf(btf: Uint8Array, endian: 'little' | 'big'): (offset: number) => string {
  const r = new ByteReader(btf, endian, 4);
  const start = r.u32();
  r.at = 16;
  const strings = start + r.u32();
  return (offset) => r.text(strings + offset);
}

/** The section's bytes, and those of the `.BTF` section that has its strings. */
export function readBtfExt(bytes: Uint8Array, btf: Uint8Array): BtfExt {
  const { funcs, lines, relocations } = readBtfExtRaw(bytes, btf);
  return {
    funcs,
    lines: lines.map(({ section, offset, file, text, line, col }) => ({
      section,
      offset,
      file,
      text,
      line,
      col,
    })),
    relocations,
  };
}

/** The same, with the offsets of texts. */
export function readBtfExtRaw(bytes: Uint8Array, btf: Uint8Array): BtfExtRaw {
  const endian = bytes[0] === (btfMagic & 255) ? 'little' : 'big';
  const r = new ByteReader(bytes, endian);
  if (r.u16() !== btfMagic) throw new MalformedError('not BTF.ext: wrong magic number');
  r.u16();
  const header = r.u32();
  const text = stringsOf(btf, endian);
  const part = <T>(field: number, read: (section: string) => T): T[] => {
    if (field + 8 > header) return [];
    r.at = field;
    const start = header + r.u32();
    const end = start + r.u32();
    if (end === start) return [];
    r.at = start;
    const size = r.u32();
    const out: T[] = [];
    while (r.at < end) {
      const section = text(r.u32());
      for (let left = r.u32(); left > 0; left--) {
        const next = r.at + size;
        out.push(read(section));
        r.at = next;
      }
    }
    return out;
  };
  return {
    funcs: part(8, (section) => ({ section, offset: r.u32(), type: r.u32() })),
    lines: part(16, (section) => {
      const [offset, fileOffset, textOffset, place] = [r.u32(), r.u32(), r.u32(), r.u32()];
      return {
        section,
        offset,
        file: text(fileOffset),
        text: text(textOffset),
        line: place >>> 10,
        col: place & 1023,
        fileOffset,
        textOffset,
      };
    }),
    relocations: part(24, (section) => {
      const [offset, type, access, kind] = [r.u32(), r.u32(), text(r.u32()), r.u32()];
      return { section, offset, type, access, kind: coreNames.get(kind) ?? String(kind) };
    }),
  };
}
