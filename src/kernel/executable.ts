/** Where a function of an executable or library lies in its file, which is what a uprobe wants. */

import { readFileSync } from 'node:fs';
import { ByteReader, MalformedError } from '../object/bytes.ts';
import { fileOffset } from '../object/segments.ts';

const sectionTypes = { symtab: 2, dynsym: 11 } as const;
const functionSymbol = 2;

interface Table {
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

function sections(r: ByteReader): readonly (Table & { readonly type: number })[] {
  r.at = 40;
  const offset = Number(r.u64());
  r.at = 60;
  const count = r.u16();
  return Array.from({ length: count }, (_, i) => {
    r.at = offset + i * 64 + 4;
    const type = r.u32();
    r.at = offset + i * 64 + 24;
    return { type, offset: Number(r.u64()), size: Number(r.u64()), link: r.u32() };
  });
}

function symbolAddress(r: ByteReader, symbol: string): bigint | null {
  const list = sections(r);
  for (const table of list) {
    if (table.type !== sectionTypes.symtab && table.type !== sectionTypes.dynsym) continue;
    const strings = list[table.link]?.offset ?? 0;
    for (let at = table.offset; at < table.offset + table.size; at += 24) {
      r.at = at;
      const name = r.u32();
      const isFunction = (r.u8() & 15) === functionSymbol;
      r.at = at + 8;
      const value = r.u64();
      if (isFunction && value !== 0n && r.text(strings + name) === symbol) return value;
    }
  }
  return null;
}

export function symbolOffset(path: string, symbol: string): bigint {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(readFileSync(path));
  } catch {
    throw new MalformedError(`cannot read ${path}`);
  }
  const r = new ByteReader(bytes, bytes[5] === 2 ? 'big' : 'little');
  const address = symbolAddress(r, symbol);
  if (address === null) throw new MalformedError(`${path} has no function ${symbol}`);
  const offset = fileOffset(r, address, 'file');
  if (offset === null) throw new MalformedError(`${symbol} of ${path} lies in no segment`);
  return offset;
}
