/**
 * BTF-defined maps: the section `.maps`, one variable per map whose type spells the map's properties.
 *
 *     var hits = bpf.HashMap[Key, uint64]{MaxEntries: 64}
 *
 *     VAR hits → STRUCT { int (*type)[1]; int (*max_entries)[64]; Key *key; unsigned long long *value }
 *
 * A table of programs has a last member `values`, an array of pointers that relocations fill. Invariant (found by
 * trying): the section holds zeros; symbols, variables and DATASEC agree in offset and size.
 */

import type { TExpr, TMap, TProgram } from '../ast/typed.ts';
import type { ConstValue, Type } from '../ast/types.ts';
import { must } from '../base/assert.ts';
import { isMapType, mapRowOfSdk, maps as mapTable, type MapRow } from '../bpf/maps.ts';
import { sizeof } from '../check/layout.ts';
import { sdkPath } from '../check/types.ts';
import type { MapDecl } from '../ir/ir.ts';
import { mapShape } from '../lower/maps.ts';
import type { BtfId } from '../object/btf.ts';
import { type ElfRelocation, type ElfSection, type ElfSymbol, sectionFlags } from '../object/elf.ts';
import type { GoBtf } from './go-btf.ts';

export interface MapsSection {
  readonly section: ElfSection;
  readonly symbols: readonly ElfSymbol[];
}

interface Member {
  readonly name: string;
  readonly type: BtfId;
}

interface Definition {
  readonly type: BtfId;
  /** Of the struct, without values. */
  readonly size: number;
}

const pointerSize = 8;
/** Kernels give an array's key this type when they are told none. */
const indexType: Type = { kind: 'basic', name: 'uint32' };

/** The checked declaration of each map: lowering keeps the order, may rename, and adds its own behind them. */
export function typedMaps(maps: readonly MapDecl[], program: TProgram | null): ReadonlyMap<string, TMap> {
  const typed = program?.maps ?? [];
  const inOrder = typed.length <= maps.length;
  return new Map(
    maps.flatMap((map, i) => {
      const found = inOrder ? typed[i] : typed.find((t) => t.name === map.name);
      return found === undefined ? [] : [[map.name, found] as const];
    }),
  );
}

export function mapTypeRow(map: MapDecl): MapRow {
  return mapTable[must(isMapType(map.type) ? map.type : null, `no map type ${map.type}`)];
}

/** The SDK's key of an LPM trie: a length and an address. */
function prefixed(address: Type): Type {
  const field = (name: string, type: Type) => ({ name, type, embedded: false, tag: null });
  const underlying: Type = {
    kind: 'struct',
    fields: [field('PrefixLen', indexType), field('Data', address)],
  };
  return { kind: 'named', pkg: sdkPath, name: 'LPMKey', typeArgs: [address], underlying, origin: null };
}

export interface InnerMap {
  readonly decl: MapDecl;
  readonly typed: TMap;
}

/** The map that the values of a map of maps are like; null for other maps. */
export function innerMap(outer: TMap | undefined): InnerMap | null {
  const row = outer === undefined || outer.goMap ? null : mapRowOfSdk(outer.mapType);
  const index = row?.params.indexOf('inner') ?? -1;
  const type = index < 0 ? undefined : outer?.typeArgs[index];
  if (outer === undefined || type?.kind !== 'named' || type.pkg !== sdkPath) return null;
  const typed: TMap = {
    kind: 'map',
    name: `${outer.name}_inner`,
    pkg: outer.pkg,
    span: outer.span,
    mapType: type.name,
    goMap: false,
    typeArgs: type.typeArgs,
    options: innerOptions(type.underlying, outer.initial.get('Inner')),
    initial: new Map(),
    type,
  };
  const shape = mapShape(typed);
  return shape === null ? null : { typed, decl: { name: typed.name, ...shape } };
}

/** Constant fields of the composite literal for the inner map; a map without entries has one. */
function innerOptions(type: Type, literal: TExpr | undefined): ReadonlyMap<string, ConstValue> {
  const options = new Map<string, ConstValue>([['MaxEntries', { kind: 'int', value: 1n }]]);
  if (literal?.kind !== 'composite' || type.kind !== 'struct') return options;
  for (const { index, value } of literal.elements) {
    const field = type.fields[index];
    if (field !== undefined && value.kind === 'const') options.set(field.name, value.value);
  }
  if (options.has('Size')) options.delete('MaxEntries');
  return options;
}

/** The Go type of a map's key or value, as the program declares it; null: bytes, or a kernel's own format. */
export function mapTypeOf(map: MapDecl, typed: TMap | undefined, what: 'key' | 'value'): Type | null {
  const row = mapTypeRow(map);
  const index = typed?.goMap ? (what === 'key' ? 0 : 1) : row.params.indexOf(what);
  const declared = index < 0 ? undefined : typed?.typeArgs[index];
  if (declared !== undefined)
    return map.type === 'lpm_trie' && what === 'key' ? prefixed(declared) : declared;
  return what === 'key' && row.keySize === 4 && typed !== undefined ? indexType : null;
}

/** Programs of a tail-call table by slot. */
export function programSlots(typed: TMap | undefined, program: TProgram | null): ReadonlyMap<number, string> {
  const slots = new Map<number, string>();
  if (typed === undefined) return slots;
  for (const entry of program?.entries ?? [])
    for (const { table, index } of entry.slots) if (table === typed) slots.set(Number(index), entry.name);
  return slots;
}

class MapWriter {
  private readonly btf: GoBtf;
  private readonly program: TProgram | null;
  private readonly relocations: ElfRelocation[] = [];
  private readonly symbols: ElfSymbol[] = [];
  private readonly vars: { type: BtfId; offset: number; size: number }[] = [];
  private size = 0;

  constructor(btf: GoBtf, program: TProgram | null) {
    this.btf = btf;
    this.program = program;
  }

  private typeMembers(map: MapDecl, typed: TMap | undefined): Member[] {
    const { btf } = this;
    const out: Member[] = [];
    for (const what of ['key', 'value'] as const) {
      const size = what === 'key' ? map.keySize : map.valueSize;
      if (size === 0) continue;
      const type = mapTypeRow(map).btf === 'refused' ? null : mapTypeOf(map, typed, what);
      const id = type === null || sizeof(type) !== size ? 0 : btf.type(type);
      out.push(
        id === 0 ? { name: `${what}_size`, type: btf.number(size) } : { name: what, type: btf.pointer(id) },
      );
    }
    return out;
  }

  /** Pointers to programs; their number is the variable's size, not the type's. */
  private programPointers(): Member {
    const { btf } = this;
    const proto = btf.builder.add({ kind: 'func-proto', result: 0, params: [] });
    return { name: 'values', type: btf.array(btf.pointer(proto), 0) };
  }

  /** The type of a map definition. The last member `values` takes no room, its elements follow the struct. */
  private definition(map: MapDecl, typed: TMap | undefined, values: Member | null): Definition {
    const fields = [...this.members(map, typed), ...(values === null ? [] : [values])];
    const members = fields.map((f, i) => ({ ...f, bitOffset: i * 64, bitSize: 0 }));
    const size = (members.length - Number(values !== null)) * pointerSize;
    const type = this.btf.builder.recursive(`map ${map.name}`, () => ({
      kind: 'struct',
      name: '',
      size,
      members,
    }));
    return { type, size };
  }

  private innerValues({ decl, typed }: InnerMap): Member {
    const { btf } = this;
    return { name: 'values', type: btf.array(btf.pointer(this.definition(decl, typed, null).type), 0) };
  }

  private members(map: MapDecl, typed: TMap | undefined): Member[] {
    const { btf } = this;
    const row = mapTypeRow(map);
    const flags = map.flags | row.flags;
    return [
      { name: 'type', type: btf.number(row.id) },
      { name: 'max_entries', type: btf.number(map.maxEntries) },
      ...(flags === 0 ? [] : [{ name: 'map_flags', type: btf.number(flags) }]),
      ...(map.pin ? [{ name: 'pinning', type: btf.number(1) }] : []),
      ...this.typeMembers(map, typed),
    ];
  }

  add(map: MapDecl, typed: TMap | undefined): void {
    const slots = programSlots(typed, this.program);
    const inner = innerMap(typed);
    const pointers =
      slots.size > 0 ? this.programPointers() : inner === null ? null : this.innerValues(inner);
    const { type, size: structSize } = this.definition(map, typed, pointers);
    const offset = this.size;
    const values = slots.size === 0 ? 0 : Math.max(...slots.keys()) + 1;
    const size = structSize + values * pointerSize;
    for (const [slot, symbol] of slots)
      this.relocations.push({ offset: offset + structSize + slot * pointerSize, type: 'abs64', symbol });
    const variable = this.btf.builder.add({ kind: 'var', name: map.name, type, linkage: 'global' });
    this.vars.push({ type: variable, offset, size });
    this.symbols.push({
      name: map.name,
      type: 'object',
      binding: 'global',
      section: '.maps',
      value: offset,
      size,
    });
    this.size += size;
  }

  finish(): MapsSection {
    this.btf.builder.add({ kind: 'datasec', name: '.maps', size: this.size, vars: this.vars });
    const section: ElfSection = {
      name: '.maps',
      type: 'progbits',
      flags: sectionFlags.alloc | sectionFlags.write,
      align: 8,
      data: new Uint8Array(this.size),
      relocations: this.relocations,
    };
    return { section, symbols: this.symbols };
  }
}

/** The section, or null where there are no maps. */
export function mapsSection(
  btf: GoBtf,
  maps: readonly MapDecl[],
  program: TProgram | null,
): MapsSection | null {
  const declared = maps.filter((map) => map.type !== 'struct_ops');
  if (declared.length === 0) return null;
  const writer = new MapWriter(btf, program);
  const typed = typedMaps(maps, program);
  for (const map of declared) writer.add(map, typed.get(map.name));
  return writer.finish();
}
