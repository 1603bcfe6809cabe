/**
 * Reads a `.BTF` section (Documentation/bpf/btf.rst): any byte order, any kind up to 19. A malformed section is a
 * `MalformedError` that says where; sizes and ids are checked, so that callers may follow ids without care.
 */

import {
  type BtfKind,
  type BtfMember,
  type BtfType,
  btfKinds,
  btfMagic,
  intEncodings,
  linkages,
} from './btf.ts';
import { ByteReader, MalformedError } from './bytes.ts';

/** Types by id: entry 0 is void (null). */
export interface Btf {
  readonly types: readonly (BtfType | null)[];
  readonly endian: 'little' | 'big';
}

const kindNames = new Map<number, BtfKind>(Object.entries(btfKinds).map(([name, n]) => [n, name as BtfKind]));

interface Head {
  readonly name: string;
  readonly vlen: number;
  readonly flag: boolean;
  readonly value: number;
}

function readMembers(r: ByteReader, head: Head, text: (offset: number) => string): BtfMember[] {
  return Array.from({ length: head.vlen }, () => {
    const name = text(r.u32());
    const type = r.u32();
    const offset = r.u32();
    return head.flag
      ? { name, type, bitOffset: offset & 0xffffff, bitSize: offset >>> 24 }
      : { name, type, bitOffset: offset, bitSize: 0 };
  });
}

function linkage(value: number): 'static' | 'global' | 'extern' {
  const name = linkages[value];
  if (name === undefined) throw new MalformedError(`unknown linkage ${value}`);
  return name;
}

function readInt(r: ByteReader, head: Head): BtfType {
  const word = r.u32();
  const code = (word >>> 24) & 15;
  const encoding =
    code & intEncodings.bool
      ? 'bool'
      : code & intEncodings.char
        ? 'char'
        : code & intEncodings.signed
          ? 'signed'
          : 'unsigned';
  return {
    kind: 'int',
    name: head.name,
    size: head.value,
    encoding,
    offset: (word >>> 16) & 255,
    bits: word & 255,
  };
}

function readEnum(
  kind: 'enum' | 'enum64',
  r: ByteReader,
  head: Head,
  text: (offset: number) => string,
): BtfType {
  const values = Array.from({ length: head.vlen }, () => {
    const name = text(r.u32());
    const low = r.u32();
    const wide = kind === 'enum64' ? (BigInt(r.u32()) << 32n) | BigInt(low) : BigInt(low);
    const bits = kind === 'enum64' ? 64 : 32;
    return { name, value: head.flag ? BigInt.asIntN(bits, wide) : wide };
  });
  return { kind, name: head.name, size: head.value, signed: head.flag, values };
}

function readBody(kind: BtfKind, r: ByteReader, head: Head, text: (offset: number) => string): BtfType {
  const { name, value } = head;
  switch (kind) {
    case 'int':
      return readInt(r, head);
    case 'ptr':
    case 'volatile':
    case 'const':
    case 'restrict':
      return { kind, type: value };
    case 'typedef':
    case 'type-tag':
      return { kind, name, type: value };
    case 'array':
      return { kind, element: r.u32(), index: r.u32(), count: r.u32() };
    case 'struct':
    case 'union':
      return { kind, name, size: value, members: readMembers(r, head, text) };
    case 'enum':
    case 'enum64':
      return readEnum(kind, r, head, text);
    case 'fwd':
      return { kind, name, union: head.flag };
    case 'func':
      return { kind, name, type: value, linkage: linkage(head.vlen) };
    case 'func-proto':
      return {
        kind,
        result: value,
        params: Array.from({ length: head.vlen }, () => ({ name: text(r.u32()), type: r.u32() })),
      };
    case 'var':
      return { kind, name, type: value, linkage: linkage(r.u32()) };
    case 'datasec':
      return {
        kind,
        name,
        size: value,
        vars: Array.from({ length: head.vlen }, () => ({ type: r.u32(), offset: r.u32(), size: r.u32() })),
      };
    case 'float':
      return { kind, name, size: value };
    case 'decl-tag':
      return { kind, name, type: value, component: r.u32() | 0 };
    default:
      return kind satisfies never;
  }
}

/** Ids that a type refers to. */
export function referredIds(t: BtfType): readonly number[] {
  switch (t.kind) {
    case 'array':
      return [t.element, t.index];
    case 'struct':
    case 'union':
      return t.members.map((m) => m.type);
    case 'func-proto':
      return [t.result, ...t.params.map((p) => p.type)];
    case 'datasec':
      return t.vars.map((v) => v.type);
    case 'int':
    case 'enum':
    case 'enum64':
    case 'fwd':
    case 'float':
      return [];
    default:
      return [t.type];
  }
}

/** Parses the section's bytes. */
export function readBtf(bytes: Uint8Array): Btf {
  if (bytes.length < 24) throw new MalformedError('BTF is shorter than its header');
  const endian = bytes[0] === (btfMagic & 255) ? 'little' : 'big';
  const r = new ByteReader(bytes, endian);
  if (r.u16() !== btfMagic) throw new MalformedError('not BTF: wrong magic number');
  const version = r.u8();
  if (version !== 1) throw new MalformedError(`BTF version ${version} is unknown`);
  r.u8();
  const start = r.u32();
  const [typeOffset, typeLength, stringOffset] = [r.u32(), r.u32(), r.u32()];
  const text = (offset: number): string => r.text(start + stringOffset + offset);
  r.at = start + typeOffset;
  const end = r.at + typeLength;
  const types: (BtfType | null)[] = [null];
  while (r.at < end) {
    const nameOffset = r.u32();
    const info = r.u32();
    const kind = kindNames.get((info >>> 24) & 31);
    if (kind === undefined)
      throw new MalformedError(`unknown BTF kind ${(info >>> 24) & 31} of type ${types.length}`);
    const head = { name: text(nameOffset), vlen: info & 0xffff, flag: info >>> 31 === 1, value: r.u32() };
    types.push(readBody(kind, r, head, text));
  }
  for (const [id, t] of types.entries()) {
    for (const ref of t === null ? [] : referredIds(t)) {
      if (ref >= types.length)
        throw new MalformedError(`BTF type ${id} refers to type ${ref}, there are ${types.length - 1}`);
    }
  }
  return { types, endian };
}

/** A type without typedefs, qualifiers and tags around it; null for void. */
export function skipModifiers(btf: Btf, id: number): BtfType | null {
  let type = btf.types[id] ?? null;
  for (let depth = 0; type !== null && depth < 32; depth++) {
    switch (type.kind) {
      case 'typedef':
      case 'volatile':
      case 'const':
      case 'restrict':
      case 'type-tag':
        type = btf.types[type.type] ?? null;
        break;
      default:
        return type;
    }
  }
  return type;
}

/** Bytes of a value; 0 for what has no values. */
export function sizeOfType(btf: Btf, id: number): number {
  const type = skipModifiers(btf, id);
  switch (type?.kind) {
    case 'int':
    case 'struct':
    case 'union':
    case 'enum':
    case 'enum64':
    case 'datasec':
    case 'float':
      return type.size;
    case 'ptr':
      return 8;
    case 'array':
      return type.count * sizeOfType(btf, type.element);
    case 'var':
      return sizeOfType(btf, type.type);
    default:
      return 0;
  }
}
