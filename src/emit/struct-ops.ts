/**
 * Tables of functions for the kernel in an object: a variable of the kernel's struct, whose function members are
 * relocated to programs. Loaders make a map of it.
 *
 *     var Reno = bpf.StructOpsMap[Ops]{Ops: Ops{Ssthresh: Ssthresh}, Link: true}
 *
 *     .struct_ops.link: VAR Reno → STRUCT 'tcp_congestion_ops' { ssthresh → FUNC_PROTO }, relocation at ssthresh to Ssthresh
 *
 * Invariant: `.struct_ops.link` holds the tables that take effect by a link (Linux 6.4), `.struct_ops` the others.
 */

import type { TMap, TProgram } from '../ast/typed.ts';
import { assert, must } from '../base/assert.ts';
import { alignof, sizeof, structLayout } from '../check/layout.ts';
import { under } from '../check/types.ts';
import type { MapDecl } from '../ir/ir.ts';
import { encode } from '../lower/globals.ts';
import { linkFlag } from '../lower/maps.ts';
import { type ElfRelocation, sectionFlags } from '../object/elf.ts';
import type { GoBtf } from './go-btf.ts';
import { type MapsSection, typedMaps } from './object-maps.ts';

interface Table {
  readonly decl: MapDecl;
  readonly typed: TMap;
}

/** The tables' sections, each with its symbols; types are added to `btf`. */
export function structOpsSections(
  btf: GoBtf,
  maps: readonly MapDecl[],
  program: TProgram | null,
  endian: 'little' | 'big',
): readonly MapsSection[] {
  const typed = typedMaps(maps, program);
  const tables = maps
    .filter((map) => map.type === 'struct_ops')
    .map((decl): Table => ({ decl, typed: must(typed.get(decl.name), `no type of ${decl.name}`) }));
  const linked = tables.filter(({ decl }) => (decl.flags & linkFlag) !== 0);
  const plain = tables.filter(({ decl }) => (decl.flags & linkFlag) === 0);
  return [
    ...sectionOf('.struct_ops.link', linked, btf, program, endian),
    ...sectionOf('.struct_ops', plain, btf, program, endian),
  ];
}

function sectionOf(
  name: string,
  tables: readonly Table[],
  btf: GoBtf,
  program: TProgram | null,
  endian: 'little' | 'big',
): readonly MapsSection[] {
  if (tables.length === 0) return [];
  const relocations: ElfRelocation[] = [];
  const symbols: MapsSection['symbols'][number][] = [];
  const vars: { type: number; offset: number; size: number }[] = [];
  const bytes: number[] = [];
  for (const { decl, typed } of tables) {
    const type = must(typed.typeArgs[0], 'a struct');
    const size = sizeof(type);
    while (bytes.length % alignof(type) !== 0) bytes.push(0);
    const offset = bytes.length;
    const variable = { kind: 'var', name: decl.name, type: btf.type(type), linkage: 'global' } as const;
    vars.push({ type: btf.builder.add(variable), offset, size });
    symbols.push({
      name: decl.name,
      type: 'object',
      binding: 'global',
      section: name,
      value: offset,
      size,
    });
    const { data, functions } = contents(typed, program, endian);
    bytes.push(...data);
    for (const [at, symbol] of functions) relocations.push({ offset: offset + at, type: 'abs64', symbol });
  }
  btf.builder.add({ kind: 'datasec', name, size: bytes.length, vars });
  const section = {
    name,
    type: 'progbits',
    flags: sectionFlags.alloc | sectionFlags.write,
    align: 8,
    data: Uint8Array.from(bytes),
    relocations,
  } as const;
  return [{ section, symbols }];
}

/** A table's bytes, and the programs whose addresses go into it, by their offset. */
function contents(
  typed: TMap,
  program: TProgram | null,
  endian: 'little' | 'big',
): { readonly data: Uint8Array; readonly functions: readonly (readonly [number, string])[] } {
  const type = must(typed.typeArgs[0], 'a struct');
  const struct = under(type);
  assert(struct.kind === 'struct', `${typed.name} is no struct`);
  const { offsets } = structLayout(struct);
  const data = new Uint8Array(sizeof(type));
  const functions: (readonly [number, string])[] = [];
  const ops = typed.initial.get('Ops');
  for (const { index, value } of ops?.kind === 'composite' ? ops.elements : []) {
    const at = must(offsets[index], 'a field');
    if (value.kind !== 'funcref') {
      encode(data, at, value, endian);
      continue;
    }
    const entry = program?.entries.find((e) => e.func === value.func);
    functions.push([at, must(entry, `no program ${value.func.name}`).name]);
  }
  return { data, functions };
}
