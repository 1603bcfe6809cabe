/**
 * Go types as BTF. Integers get C's names, so that tools that print C (bpftool) print something that compiles; a
 * named struct is one BTF struct with its Go name made a C identifier; the SDK's kernel objects (spin lock, timer, …)
 * get the names by which the kernel finds them in a value.
 *
 *     type Event struct { PID uint32; Comm [16]byte }   →   STRUCT 'Event' { INT 'unsigned int' PID; ARRAY Comm }
 *
 * Invariant: sizes and offsets are those of src/check/layout.ts.
 */

import type { TFunc } from '../ast/typed.ts';
import type { BasicName, NamedType, StructType, Type } from '../ast/types.ts';
import { type KfuncType, kfuncPrototype } from '../bpf/kfuncs.ts';
import { structLayout } from '../check/layout.ts';
import { sdkPath, typeString } from '../check/types.ts';
import type { BtfBuilder, BtfId, BtfType } from '../object/btf.ts';

type IntShape = readonly [name: string, size: number, encoding: 'unsigned' | 'signed' | 'bool'];

const ints: Partial<Readonly<Record<BasicName, IntShape>>> = {
  bool: ['_Bool', 1, 'bool'],
  int: ['long long', 8, 'signed'],
  int8: ['signed char', 1, 'signed'],
  int16: ['short', 2, 'signed'],
  int32: ['int', 4, 'signed'],
  int64: ['long long', 8, 'signed'],
  uint: ['unsigned long long', 8, 'unsigned'],
  uint8: ['unsigned char', 1, 'unsigned'],
  uint16: ['unsigned short', 2, 'unsigned'],
  uint32: ['unsigned int', 4, 'unsigned'],
  uint64: ['unsigned long long', 8, 'unsigned'],
  uintptr: ['unsigned long', 8, 'unsigned'],
};

/** SDK types that the kernel recognises by the name of their struct (btf_parse_fields in kernel/bpf/btf.c). */
const kernelNames: Readonly<Record<string, string>> = {
  SpinLock: 'bpf_spin_lock',
  Timer: 'bpf_timer',
  ListHead: 'bpf_list_head',
  ListNode: 'bpf_list_node',
  RbRoot: 'bpf_rb_root',
  RbNode: 'bpf_rb_node',
};

/** The kernel's name of an SDK type, or null. */
export const kernelStruct = (type: NamedType): string | null =>
  type.pkg === sdkPath ? (kernelNames[type.name] ?? null) : null;

/** A C identifier for a Go name: letters, digits and underscores stay, runs of others become one underscore. */
export function identifier(name: string): string {
  const text = name.replace(/[^A-Za-z0-9_]+/g, '_').replace(/_$/, '');
  return /^\d/.test(text) || text === '' ? `_${text}` : text;
}

/** The kernel's name of a field, from its tag `btf:"name"`. */
function kernelField(tag: string | null): string | null {
  return /(?:^|\s|`)btf:"([^"]*)"/.exec(tag ?? '')?.[1] ?? null;
}

/** C's names of the integers in prototypes. */
const cIntegers: Readonly<Record<string, string>> = {
  bool: '_Bool',
  u8: 'unsigned char',
  u16: 'unsigned short',
  u32: 'unsigned int',
  u64: 'unsigned long long',
  s8: 'signed char',
  s16: 'short',
  s32: 'int',
  s64: 'long long',
};

/** BTF's id 0. */
const voidType: Type = { kind: 'tuple', types: [] };

const isAddress = (type: Type): boolean => type.kind === 'basic' && type.name === 'uintptr';

export class GoBtf {
  readonly builder: BtfBuilder;

  constructor(builder: BtfBuilder) {
    this.builder = builder;
  }

  int(name: BasicName): BtfId {
    const [cName, size, encoding] = ints[name] ?? ['unsigned long long', 8, 'unsigned'];
    return this.builder.add({
      kind: 'int',
      name: cName,
      size,
      encoding,
      bits: encoding === 'bool' ? 8 : size * 8,
      offset: 0,
    });
  }

  pointer(to: BtfId): BtfId {
    return this.builder.add({ kind: 'ptr', type: to });
  }

  array(element: BtfId, count: number): BtfId {
    return this.builder.add({ kind: 'array', element, index: this.int('int32'), count });
  }

  /** `int (*name)[value]`: how a map definition spells a number. */
  number(value: number): BtfId {
    return this.pointer(this.array(this.int('int32'), value));
  }

  /** Bytes without a Go type: constant strings and padding. */
  bytes(size: number): BtfId {
    return this.array(this.int('uint8'), size);
  }

  type(type: Type): BtfId {
    switch (type.kind) {
      case 'basic':
        return type.name === 'unsafe.Pointer'
          ? this.pointer(0)
          : type.name === 'string'
            ? this.goString()
            : this.int(type.name);
      case 'pointer':
        return this.pointer(this.type(type.elem));
      case 'array':
        return this.array(this.type(type.elem), type.length);
      case 'struct':
        return this.builder.add(this.struct('', type));
      case 'named':
        return this.named(type);
      case 'func':
        return this.pointer(this.builder.add({ kind: 'func-proto', result: 0, params: [] }));
      case 'slice':
      case 'map':
      case 'interface':
      case 'tuple':
      case 'typeparam':
        return 0;
      default:
        return type satisfies never;
    }
  }

  /** A function of the kernel: its types are the table's, or for one that the table lacks, those of its declaration. */
  kernelFunction(name: string, declared: TFunc | null): BtfId {
    const known = kfuncPrototype(name);
    const result =
      known === null ? this.type(declared?.results[0]?.type ?? voidType) : this.kernelType(known.result);
    const params =
      known === null
        ? (declared?.params ?? []).map((p) => ({ name: identifier(p.name), type: this.type(p.type) }))
        : known.params.map((p) => ({ name: p.name, type: this.kernelType(p.type) }));
    const type = this.builder.add({ kind: 'func-proto', result, params });
    return this.builder.add({ kind: 'func', name, type, linkage: 'extern' });
  }

  /** Loaders compare kinds and how deep pointers go, so structs are empty and enums have no names. */
  private kernelType(type: KfuncType): BtfId {
    switch (type.kind) {
      case 'void':
        return 0;
      case 'func':
        return this.builder.add({ kind: 'func-proto', result: 0, params: [] });
      case 'int': {
        const encoding = type.name === 'bool' ? 'bool' : type.signed ? 'signed' : 'unsigned';
        return this.builder.add({
          kind: 'int',
          name: cIntegers[type.name] ?? type.name,
          size: type.size,
          encoding,
          bits: encoding === 'bool' ? 8 : type.size * 8,
          offset: 0,
        });
      }
      case 'enum':
        return this.builder.add({ kind: 'enum', name: type.name, size: 4, signed: false, values: [] });
      case 'struct':
      case 'union':
        return this.builder.add({ kind: type.kind, name: type.name, size: 0, members: [] });
      case 'ptr':
        return this.pointer(this.kernelType(type.to));
      default:
        return type satisfies never;
    }
  }

  private goString(): BtfId {
    const members = [
      { name: 'data', type: this.pointer(this.int('uint8')), bitOffset: 0, bitSize: 0 },
      { name: 'len', type: this.int('int64'), bitOffset: 64, bitSize: 0 },
    ];
    return this.builder.add({ kind: 'struct', name: 'go_string', size: 16, members });
  }

  /** A pointer that maps may hold: the kernel counts the object's references. */
  private heldPointer(object: Type): BtfId {
    return this.pointer(this.builder.add({ kind: 'type-tag', name: 'kptr', type: this.type(object) }));
  }

  private named(type: NamedType): BtfId {
    const { underlying } = type;
    const [object] = type.typeArgs;
    if (type.pkg === sdkPath && type.name === 'Kptr' && object !== undefined) return this.heldPointer(object);
    if (underlying.kind !== 'struct') return this.type(underlying);
    // A partial kernel struct has the kernel's names: the loader looks for these.
    const name =
      (type.origin?.kind === 'core' ? type.origin.name : null) ??
      kernelStruct(type) ??
      identifier(type.typeArgs.length === 0 ? type.name : typeString(type, type.pkg));
    return this.builder.recursive(`${type.pkg}.${typeString(type)}`, () =>
      this.struct(name, underlying, type.origin?.kind === 'core'),
    );
  }

  /** `kernel`: an address without a type of its own stands for one of the kernel's pointers. */
  private struct(name: string, type: StructType, kernel = false): BtfType {
    const layout = structLayout(type);
    const members = type.fields.map((field, i) => ({
      name: field.name === '_' ? '' : (kernelField(field.tag) ?? field.name),
      type: kernel && isAddress(field.type) ? this.pointer(0) : this.type(field.type),
      bitOffset: (layout.offsets[i] ?? 0) * 8,
      bitSize: 0,
    }));
    return { kind: 'struct', name, size: layout.size, members: members.filter((m) => m.type !== 0) };
  }
}
