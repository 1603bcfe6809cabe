/**
 * The maps of an object: BTF-defined ones of `.maps`, and data sections, each a map of one value.
 *
 *     VAR hits → STRUCT { int (*type)[1]; int (*max_entries)[64]; Key *key; … }   →   { name: 'hits', type: 1, keySize: 8, … }
 */

import type { BtfType } from './btf.ts';
import { type Btf, sizeOfType, skipModifiers } from './btf-read.ts';
import { MalformedError } from './bytes.ts';
import { sectionFlags, sectionTypes } from './elf.ts';
import type { ElfObject, ReadSection } from './elf-read.ts';

export interface ObjectMap {
  readonly name: string;
  /** BPF_MAP_TYPE_ number. */
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  /** 0: as many as the type wants. */
  readonly maxEntries: number;
  readonly flags: number;
  /** BTF ids of key and value, 0 where there is none. */
  readonly keyType: number;
  readonly valueType: number;
  /** The map that every value of a map of maps is like. */
  readonly inner: ObjectMap | null;
  /** Programs or maps that fill the table, by slot. */
  readonly values: ReadonlyMap<number, string>;
  /** First value of a data section; null for a declared map. */
  readonly content: Uint8Array | null;
  readonly readOnly: boolean;
}

const flag = { readOnlyProgram: 1 << 7, mmapable: 1 << 10 } as const;
const arrayType = 2;

/** `int (*name)[N]`: N. */
function numberIn(btf: Btf, member: number): number {
  const pointer = skipModifiers(btf, member);
  const array = pointer?.kind === 'ptr' ? skipModifiers(btf, pointer.type) : null;
  if (array?.kind !== 'array') throw new MalformedError('a number of a map definition is no array');
  return array.count;
}

function pointee(btf: Btf, member: number): number {
  const pointer = skipModifiers(btf, member);
  return pointer?.kind === 'ptr' ? pointer.type : 0;
}

type Members = Extract<BtfType, { kind: 'struct' | 'union' }>;

function innerOf(btf: Btf, name: string, values: number): ObjectMap | null {
  const array = skipModifiers(btf, values);
  const element = array?.kind === 'array' ? skipModifiers(btf, array.element) : null;
  const target = element?.kind === 'ptr' ? skipModifiers(btf, element.type) : null;
  return target?.kind === 'struct' ? mapOf(btf, `${name}.inner`, target, new Map()) : null;
}

function mapOf(btf: Btf, name: string, struct: Members, values: ReadonlyMap<number, string>): ObjectMap {
  const found = new Map(struct.members.map((m) => [m.name, m.type]));
  const number = (member: string): number => {
    const type = found.get(member);
    return type === undefined ? 0 : numberIn(btf, type);
  };
  const keyType = found.has('key') ? pointee(btf, found.get('key') ?? 0) : 0;
  const valueType = found.has('value') ? pointee(btf, found.get('value') ?? 0) : 0;
  const inner = found.has('values') ? innerOf(btf, name, found.get('values') ?? 0) : null;
  const isTable = found.has('values');
  return {
    name,
    type: number('type'),
    keySize: keyType === 0 ? number('key_size') || (isTable ? 4 : 0) : sizeOfType(btf, keyType),
    valueSize: valueType === 0 ? number('value_size') || (isTable ? 4 : 0) : sizeOfType(btf, valueType),
    maxEntries: number('max_entries'),
    flags: number('map_flags'),
    keyType,
    valueType,
    inner,
    values,
    content: null,
    readOnly: false,
  };
}

/** The maps of `.maps`, in the order of their variables. */
export function declaredMaps(elf: ElfObject, btf: Btf | null): ObjectMap[] {
  const section = elf.sections.find((s) => s.name === '.maps');
  if (section === undefined) return [];
  if (btf === null) throw new MalformedError('the maps have no types: the object lacks BTF');
  const sec = btf.types.find((t) => t?.kind === 'datasec' && t.name === '.maps');
  if (sec?.kind !== 'datasec') throw new MalformedError('BTF describes no section .maps');
  return sec.vars.flatMap(({ type }) => {
    const variable = btf.types[type];
    if (variable?.kind !== 'var') return [];
    const struct = skipModifiers(btf, variable.type);
    if (struct?.kind !== 'struct') throw new MalformedError(`map ${variable.name} is no struct`);
    return [mapOf(btf, variable.name, struct, valuesOf(elf, section, variable.name, struct))];
  });
}

/** What the relocations of a map's `values` name, by slot. */
function valuesOf(
  elf: ElfObject,
  section: ReadSection,
  name: string,
  struct: Members,
): ReadonlyMap<number, string> {
  const symbol = elf.symbols.find((s) => s.section === section.index && s.name === name);
  const values = struct.members.find((m) => m.name === 'values');
  if (symbol === undefined || values === undefined) return new Map();
  const start = symbol.value + values.bitOffset / 8;
  const end = symbol.value + symbol.size;
  return new Map(
    section.relocations
      .filter((r) => r.offset >= start && r.offset < end)
      .map((r) => [(r.offset - start) / 8, r.symbol.name]),
  );
}

const isData = (s: ReadSection): boolean =>
  /^\.(data|rodata|bss)(\.|$)/.test(s.name) && (s.flags & sectionFlags.alloc) !== 0 && s.size > 0;

/** The data sections as maps, by the names of their sections. */
export function dataMaps(elf: ElfObject, btf: Btf | null): ObjectMap[] {
  return elf.sections.filter(isData).map((section) => {
    const readOnly = section.name.startsWith('.rodata');
    const content = new Uint8Array(section.size);
    if (section.type !== sectionTypes.nobits) content.set(section.data);
    const valueType = btf?.types.findIndex((t) => t?.kind === 'datasec' && t.name === section.name) ?? 0;
    return {
      name: section.name,
      type: arrayType,
      keySize: 4,
      valueSize: section.size,
      maxEntries: 1,
      flags: flag.mmapable | (readOnly ? flag.readOnlyProgram : 0),
      keyType: 0,
      valueType: Math.max(0, valueType),
      inner: null,
      values: new Map<number, string>(),
      content,
      readOnly,
    };
  });
}
