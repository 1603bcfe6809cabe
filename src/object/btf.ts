/**
 * BTF, the kernel's type format (Documentation/bpf/btf.rst): types as data, a builder that deduplicates, and the
 * writer. Type ids are 1-based; 0 is void. Structural types (pointers, arrays, prototypes, …) are shared when equal;
 * structs, unions and enums are made once per key that the caller gives.
 */

import { assert } from '../base/assert.ts';
import { ByteWriter } from './bytes.ts';

/** Index of a type, 1-based; 0 is void. */
export type BtfId = number;

export interface BtfMember {
  readonly name: string;
  readonly type: BtfId;
  /** From the start of the struct, in bits. */
  readonly bitOffset: number;
  /** Width of a bit field in bits, 0 for an ordinary member. */
  readonly bitSize: number;
}

export type BtfType =
  | {
      readonly kind: 'int';
      readonly name: string;
      readonly size: number;
      readonly encoding: 'unsigned' | 'signed' | 'char' | 'bool';
      readonly bits: number;
      readonly offset: number;
    }
  | { readonly kind: 'ptr' | 'volatile' | 'const' | 'restrict'; readonly type: BtfId }
  | { readonly kind: 'typedef' | 'type-tag'; readonly name: string; readonly type: BtfId }
  | { readonly kind: 'array'; readonly element: BtfId; readonly index: BtfId; readonly count: number }
  | {
      readonly kind: 'struct' | 'union';
      readonly name: string;
      readonly size: number;
      readonly members: readonly BtfMember[];
    }
  | {
      readonly kind: 'enum' | 'enum64';
      readonly name: string;
      readonly size: number;
      readonly signed: boolean;
      readonly values: readonly { readonly name: string; readonly value: bigint }[];
    }
  | { readonly kind: 'fwd'; readonly name: string; readonly union: boolean }
  | {
      readonly kind: 'func';
      readonly name: string;
      readonly type: BtfId;
      readonly linkage: 'static' | 'global' | 'extern';
    }
  | {
      readonly kind: 'func-proto';
      readonly result: BtfId;
      readonly params: readonly { readonly name: string; readonly type: BtfId }[];
    }
  | {
      readonly kind: 'var';
      readonly name: string;
      readonly type: BtfId;
      readonly linkage: 'static' | 'global' | 'extern';
    }
  | {
      readonly kind: 'datasec';
      readonly name: string;
      readonly size: number;
      readonly vars: readonly { readonly type: BtfId; readonly offset: number; readonly size: number }[];
    }
  | { readonly kind: 'float'; readonly name: string; readonly size: number }
  | { readonly kind: 'decl-tag'; readonly name: string; readonly type: BtfId; readonly component: number };

export type BtfKind = BtfType['kind'];

/** BTF_KIND_ numbers of include/uapi/linux/btf.h. */
export const btfKinds = {
  int: 1,
  ptr: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  fwd: 7,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  func: 12,
  'func-proto': 13,
  var: 14,
  datasec: 15,
  float: 16,
  'decl-tag': 17,
  'type-tag': 18,
  enum64: 19,
} as const satisfies Record<BtfKind, number>;

export const linkages = ['static', 'global', 'extern'] as const;
export const intEncodings = { unsigned: 0, signed: 1, char: 2, bool: 4 } as const;
export const btfMagic = 0xeb9f;
const headerSize = 24;

/** The string section: every distinct text once, '' at offset 0. */
export class BtfStrings {
  private readonly offsets = new Map<string, number>([['', 0]]);
  private readonly parts: string[] = [''];
  private size = 1;

  /** Offset of a text, which is added when new. */
  add(text: string): number {
    const known = this.offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.size;
    this.offsets.set(text, offset);
    this.parts.push(text);
    this.size += new TextEncoder().encode(text).length + 1;
    return offset;
  }

  bytes(): Uint8Array {
    return new TextEncoder().encode(`${this.parts.join('\0')}\0`);
  }
}

/** Collects types and gives them ids. */
export class BtfBuilder {
  private readonly list: (BtfType | null)[] = [];
  private readonly shared = new Map<string, BtfId>();
  readonly strings = new BtfStrings();

  get types(): readonly BtfType[] {
    return this.list.map((type, i) => {
      assert(type !== null, `BTF type ${i + 1} was reserved and not defined`);
      return type;
    });
  }

  /** Id of a type that is equal to one added before, or of a new one. */
  add(type: BtfType): BtfId {
    const key = JSON.stringify(type, (_k, v: unknown) => (typeof v === 'bigint' ? String(v) : v));
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    this.list.push(type);
    this.shared.set(key, this.list.length);
    return this.list.length;
  }

  /**
   * Id of a type that may refer to itself: `define` is called once per key, after the id has been given, with the
   * id as argument.
   */
  recursive(key: string, define: (id: BtfId) => BtfType): BtfId {
    const known = this.shared.get(`recursive ${key}`);
    if (known !== undefined) return known;
    this.list.push(null);
    const id = this.list.length;
    this.shared.set(`recursive ${key}`, id);
    this.list[id - 1] = define(id);
    return id;
  }

  /** The whole `.BTF` section. */
  encode(endian: 'little' | 'big'): Uint8Array {
    const body = new ByteWriter(endian);
    for (const type of this.types) writeType(body, type, this.strings);
    const types = body.bytes();
    const strings = this.strings.bytes();
    const out = new ByteWriter(endian);
    out.u16(btfMagic).u8(1).u8(0).u32(headerSize);
    out.u32(0).u32(types.length).u32(types.length).u32(strings.length);
    return out.raw(types).raw(strings).bytes();
  }
}

interface Head {
  readonly name?: string;
  readonly vlen?: number;
  readonly flag?: boolean;
  /** The `size` or `type` field. */
  readonly value: number;
}

function writeType(out: ByteWriter, t: BtfType, strings: BtfStrings): void {
  const head = (h: Head): ByteWriter =>
    out
      .u32(strings.add(h.name ?? ''))
      .u32(((h.flag === true ? 0x80000000 : 0) | (btfKinds[t.kind] << 24) | (h.vlen ?? 0)) >>> 0)
      .u32(h.value);
  switch (t.kind) {
    case 'int':
      head({ name: t.name, value: t.size }).u32((intEncodings[t.encoding] << 24) | (t.offset << 16) | t.bits);
      return;
    case 'ptr':
    case 'volatile':
    case 'const':
    case 'restrict':
      head({ value: t.type });
      return;
    case 'typedef':
    case 'type-tag':
      head({ name: t.name, value: t.type });
      return;
    case 'array':
      head({ value: 0 }).u32(t.element).u32(t.index).u32(t.count);
      return;
    case 'struct':
    case 'union': {
      const bitFields = t.members.some((m) => m.bitSize !== 0);
      head({ name: t.name, vlen: t.members.length, flag: bitFields, value: t.size });
      for (const m of t.members) {
        const offset = bitFields ? ((m.bitSize << 24) | m.bitOffset) >>> 0 : m.bitOffset;
        out.u32(strings.add(m.name)).u32(m.type).u32(offset);
      }
      return;
    }
    case 'enum':
    case 'enum64':
      head({ name: t.name, vlen: t.values.length, flag: t.signed, value: t.size });
      for (const v of t.values) {
        out.u32(strings.add(v.name)).u32(Number(BigInt.asUintN(32, v.value)));
        if (t.kind === 'enum64') out.u32(Number(BigInt.asUintN(32, v.value >> 32n)));
      }
      return;
    case 'fwd':
      head({ name: t.name, flag: t.union, value: 0 });
      return;
    case 'func':
      head({ name: t.name, vlen: linkages.indexOf(t.linkage), value: t.type });
      return;
    case 'func-proto':
      head({ vlen: t.params.length, value: t.result });
      for (const p of t.params) out.u32(strings.add(p.name)).u32(p.type);
      return;
    case 'var':
      head({ name: t.name, value: t.type }).u32(linkages.indexOf(t.linkage));
      return;
    case 'datasec':
      head({ name: t.name, vlen: t.vars.length, value: t.size });
      for (const v of t.vars) out.u32(v.type).u32(v.offset).u32(v.size);
      return;
    case 'float':
      head({ name: t.name, value: t.size });
      return;
    case 'decl-tag':
      head({ name: t.name, value: t.type }).u32(t.component >>> 0);
      return;
    default:
      t satisfies never;
  }
}
