/**
 * `.BTF.ext`: func info, line info and CO-RE relocations, grouped by section (Documentation/bpf/btf.rst 4.2).
 * A part without records has length 0, never a lone record size, which libbpf refuses.
 */

import { type BtfStrings, btfMagic } from './btf.ts';
import { ByteWriter } from './bytes.ts';

export interface FuncInfo {
  /** Byte offset of the function's first instruction in its section. */
  readonly offset: number;
  /** BTF FUNC. */
  readonly type: number;
}

export interface LineInfo {
  readonly offset: number;
  readonly file: string;
  /** Text of the source line. */
  readonly text: string;
  /** 1-based, at most 2^22 - 1. */
  readonly line: number;
  /** 1-based, at most 1023; larger ones are written as 1023. */
  readonly col: number;
}

/** enum bpf_core_relo_kind of include/uapi/linux/bpf.h. */
export const coreKinds = {
  'field-offset': 0,
  'field-size': 1,
  'field-exists': 2,
  'field-signed': 3,
  'field-lshift': 4,
  'field-rshift': 5,
  'type-id-local': 6,
  'type-id-target': 7,
  'type-exists': 8,
  'type-size': 9,
  'enumval-exists': 10,
  'enumval-value': 11,
  'type-matches': 12,
} as const;

export function isCoreKind(name: string): name is keyof typeof coreKinds {
  return Object.hasOwn(coreKinds, name);
}

export interface CoreRelocation {
  readonly offset: number;
  readonly type: number;
  /** Access path: `0:2:1`. */
  readonly access: string;
  readonly kind: keyof typeof coreKinds;
}

export interface ExtSection {
  readonly section: string;
  readonly funcs: readonly FuncInfo[];
  readonly lines: readonly LineInfo[];
  readonly relocations: readonly CoreRelocation[];
}

const headerSize = 32;

function part<T>(
  endian: 'little' | 'big',
  strings: BtfStrings,
  recordSize: number,
  groups: readonly { readonly section: string; readonly records: readonly T[] }[],
  write: (out: ByteWriter, record: T) => void,
): Uint8Array {
  const out = new ByteWriter(endian);
  const full = groups.filter((g) => g.records.length > 0);
  if (full.length === 0) return out.bytes();
  out.u32(recordSize);
  for (const group of full) {
    out.u32(strings.add(group.section)).u32(group.records.length);
    for (const record of group.records) write(out, record);
  }
  return out.bytes();
}

/** The section's bytes. Adds to `strings`, so it comes before the BTF section is encoded. */
export function encodeBtfExt(
  sections: readonly ExtSection[],
  strings: BtfStrings,
  endian: 'little' | 'big',
): Uint8Array {
  const funcs = part(
    endian,
    strings,
    8,
    sections.map((s) => ({ section: s.section, records: s.funcs })),
    (out, f) => {
      out.u32(f.offset).u32(f.type);
    },
  );
  const lines = part(
    endian,
    strings,
    16,
    sections.map((s) => ({ section: s.section, records: s.lines })),
    (out, l) => {
      out
        .u32(l.offset)
        .u32(strings.add(l.file))
        .u32(strings.add(l.text))
        .u32(((l.line << 10) | Math.min(l.col, 1023)) >>> 0);
    },
  );
  const core = part(
    endian,
    strings,
    16,
    sections.map((s) => ({ section: s.section, records: s.relocations })),
    (out, r) => {
      out.u32(r.offset).u32(r.type).u32(strings.add(r.access)).u32(coreKinds[r.kind]);
    },
  );
  const out = new ByteWriter(endian);
  out.u16(btfMagic).u8(1).u8(0).u32(headerSize);
  out
    .u32(0)
    .u32(funcs.length)
    .u32(funcs.length)
    .u32(lines.length)
    .u32(funcs.length + lines.length)
    .u32(core.length);
  return out.raw(funcs).raw(lines).raw(core).bytes();
}
