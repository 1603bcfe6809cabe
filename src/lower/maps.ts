/**
 * Map declarations: from the program's map variables to what the loader creates.
 *
 *     var hits = bpf.HashMap[Key, uint64]{MaxEntries: 1024}   →   hits: hash, key 8, value 8, 1024 entries
 */

import type { TMap } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import { features } from '../bpf/kernels.ts';
import { type MapRow, maps } from '../bpf/maps.ts';
import { sizeof } from '../check/layout.ts';
import type { MapDecl } from '../ir/ir.ts';
import { heldBy, requireMakeable } from './map-rules.ts';
import { freshSymbol, type ModuleContext, requireKernel } from './context.ts';

const rows: Readonly<Record<string, MapRow>> = maps;

/** Kernel name and row of a map's type: the SDK's generic type, or the KIND of `//bpf:map`. */
export function mapRow(map: TMap): { readonly kind: string; readonly row: MapRow } | null {
  for (const [kind, row] of Object.entries(rows)) {
    if (map.goMap ? kind === map.mapType : row.sdk === map.mapType) return { kind, row };
  }
  return null;
}

const symbols = new WeakMap<ModuleContext, Map<TMap, string>>();

export function mapSymbol(module: ModuleContext, map: TMap): string {
  let known = symbols.get(module);
  if (known === undefined) {
    known = new Map();
    symbols.set(module, known);
  }
  let symbol = known.get(map);
  if (symbol === undefined) {
    symbol = freshSymbol(module, map.name);
    known.set(map, symbol);
  }
  return symbol;
}

/** The type that a parameter of the map's SDK type stands for, or null. */
export function mapParam(map: TMap, param: MapRow['params'][number]): Type | null {
  const index = map.goMap ? ['key', 'value'].indexOf(param) : (mapRow(map)?.row.params.indexOf(param) ?? -1);
  return index < 0 ? null : (map.typeArgs[index] ?? null);
}

/** BPF_F_LINK: the value takes effect by a link. */
export const linkFlag = 1 << 13;

function option(map: TMap, name: string): bigint {
  const value = map.options.get(name);
  if (value?.kind === 'int') return value.value;
  return value?.kind === 'bool' && value.value ? 1n : 0n;
}

/** What a map's declaration says but for its name; null for a type that is no map. */
export function mapShape(map: TMap): Omit<MapDecl, 'name'> | null {
  const found = mapRow(map);
  if (found === null) return null;
  const { kind, row } = found;
  const sizeOf = (type: Type | null): number => (type === null ? 0 : sizeof(type));
  const holds = heldBy(mapParam(map, 'value'));
  return {
    type: kind,
    keySize: row.keySize ?? keyPrefix(kind) + sizeOf(mapParam(map, 'key')),
    valueSize: row.valueSize ?? sizeOf(mapParam(map, 'value')),
    maxEntries: Number(option(map, 'MaxEntries') || option(map, 'Size')),
    flags: Number(option(map, 'Flags')) | row.flags | (option(map, 'Link') === 0n ? 0 : linkFlag),
    pin: option(map, 'Pin') !== 0n,
    ...(holds.length === 0 ? {} : { holds }),
  };
}

export function mapDecl(module: ModuleContext, map: TMap): MapDecl | null {
  const shape = mapShape(map);
  const row = mapRow(map)?.row;
  if (row === maps.struct_ops && option(map, 'Link') !== 0n) {
    const { since, doc, instead } = features.struct_ops_links;
    requireKernel(module, since, doc, map.span, instead);
  }
  if (row !== undefined) {
    const instead = row.sdk === 'RingBuf' ? 'bpf.PerfEventArray' : null;
    requireKernel(module, row.since, `a bpf.${row.sdk}`, map.span, instead);
    if (shape !== null) requireMakeable({ module, map, row, shape }, mapParam(map, 'value'));
  }
  if (shape !== null) return { name: mapSymbol(module, map), ...shape };
  module.diagnostics.report('no-ebpf-form', map.span, { name: map.mapType });
  return null;
}

/** An LPM trie's key starts with the length of the prefix. */
function keyPrefix(kind: string): number {
  return kind === 'lpm_trie' ? 4 : 0;
}
