/**
 * `.BTF` as the kernel takes it: clang leaves the sizes of data sections and the offsets of their variables to the
 * loader, marks what is elsewhere as extern and lists it in data sections of its own.
 *
 *     DATASEC '.bss' size=0, VAR hits offset=0      →   size=16, offset=8
 *
 * Invariant: no type changes its id or its length.
 */

import { btfKinds } from './btf.ts';
import { ByteReader, MalformedError } from './bytes.ts';
import type { ElfObject } from './elf-read.ts';

const globalLinkage = 1;
const externLinkage = 2;

/** Bytes that follow the 12 of a type's head. */
function tail(kind: number, vlen: number): number {
  switch (kind) {
    case btfKinds.int:
    case btfKinds.var:
    case btfKinds['decl-tag']:
      return 4;
    case btfKinds.array:
      return 12;
    case btfKinds.struct:
    case btfKinds.union:
    case btfKinds.datasec:
    case btfKinds.enum64:
      return 12 * vlen;
    case btfKinds.enum:
    case btfKinds['func-proto']:
      return 8 * vlen;
    default:
      return 0;
  }
}

interface Head {
  readonly at: number;
  readonly name: string;
  readonly kind: number;
  readonly vlen: number;
}

function heads(bytes: Uint8Array, endian: 'little' | 'big'): readonly Head[] {
  const r = new ByteReader(bytes, endian, 4);
  const start = r.u32();
  const [types, length, strings] = [r.u32(), r.u32(), r.u32()];
  const end = start + types + length;
  const out: Head[] = [];
  for (let at = start + types; at < end; ) {
    r.at = at;
    const name = r.text(start + strings + r.u32());
    const info = r.u32();
    const head = { at, name, kind: (info >>> 24) & 31, vlen: info & 0xffff };
    out.push(head);
    at += 12 + tail(head.kind, head.vlen);
  }
  return out;
}

/**
 * The kernel knows no data section of functions or of what is nowhere: it becomes a nameless union, whose members of some integer type are
 * as many and as long.
 */
function forgetExterns(view: DataView, head: Head, list: readonly Head[], little: boolean): void {
  const int = list.findIndex((t) => t.kind === btfKinds.int) + 1;
  if (int === 0) throw new MalformedError('the types of an object with externs have no integer');
  view.setUint32(head.at, 0, little);
  view.setUint32(head.at + 4, ((btfKinds.union << 24) | head.vlen) >>> 0, little);
  view.setUint32(head.at + 8, 8, little);
  for (let i = 0; i < head.vlen; i++) {
    const at = head.at + 12 + 12 * i;
    for (const [word, value] of [0, int, 0].entries()) view.setUint32(at + 4 * word, value, little);
  }
}

/** A copy of the section with what the ELF file knows filled in. */
export function patchDataSections(bytes: Uint8Array, elf: ElfObject): Uint8Array {
  const out = Uint8Array.from(bytes);
  const view = new DataView(out.buffer);
  const little = elf.endian === 'little';
  const list = heads(bytes, elf.endian);
  for (const head of list) {
    if (head.kind === btfKinds.func && head.vlen === externLinkage)
      view.setUint32(head.at + 4, ((btfKinds.func << 24) | globalLinkage) >>> 0, little);
    if (head.kind === btfKinds.var && view.getUint32(head.at + 12, little) === externLinkage)
      view.setUint32(head.at + 12, globalLinkage, little);
    if (head.kind !== btfKinds.datasec) continue;
    if (head.name === '.ksyms' || head.name === '.kconfig') {
      forgetExterns(view, head, list, little);
      continue;
    }
    const section = elf.sections.find((s) => s.name === head.name);
    if (section === undefined) continue;
    view.setUint32(head.at + 8, section.size, little);
    for (let i = 0; i < head.vlen; i++) {
      const at = head.at + 12 + 12 * i;
      const variable = list[view.getUint32(at, little) - 1];
      const symbol = elf.symbols.find((s) => s.section === section.index && s.name === variable?.name);
      if (symbol !== undefined && variable?.name !== '') view.setUint32(at + 4, symbol.value, little);
    }
  }
  return out;
}
