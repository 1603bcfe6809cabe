/**
 * The value of an array map with one entry is addressed directly.
 *
 *     v1: ptr = mapaddr @Count                            v3: ptr = mapvalue @Count
 *     v2: ptr = byref.32 v0            (v0 = 0)
 *     v3: ptr = helper @map_lookup_elem(v1, v2)      ⇒
 *
 * Kernels have that since 5.2, for maps with one entry; objects cannot say it (a linker's relocation of a user's map is
 * always the map), so outputs with sections keep the call. Invariant: the map has one entry and the key is 0.
 */

import { copyInstr, withBlocks, withBody } from '../src/ir/copy.ts';
import type { MapDecl } from '../src/bpf/maps.ts';
import type { Func, Instr, Module } from '../src/ir/ir.ts';
import { definitionsOf, mapFuncs, mapList, symbolOf } from '../src/ir/walk.ts';
import type { Pass, Target } from './pass.ts';

export const arrayValues: Pass<'ssa', 'ssa'> = {
  name: 'array-values',
  doc: 'address the value of an array with one entry directly',
  from: 'ssa',
  to: 'ssa',
  run: (module, { target }) =>
    supported(target) ? mapFuncs(module, (f) => rewrite(f, singles(module))) : module,
};

const supported = ({ kernel: [major, minor], sections }: Target): boolean =>
  !sections && (major > 5 || (major === 5 && minor >= 2));

const singles = (module: Module): ReadonlyMap<string, MapDecl> =>
  new Map(module.maps.filter((m) => m.type === 'array' && m.maxEntries === 1).map((m) => [m.name, m]));

function rewrite(f: Func, maps: ReadonlyMap<string, MapDecl>): Func {
  if (maps.size === 0) return f;
  const definitions = definitionsOf(f);
  const blocks = mapList(f.blocks, (b) => {
    const body = mapList(b.body, (i): Instr => {
      if (i.op !== 'helper' || symbolOf(i) !== 'map_lookup_elem' || i.type !== 'ptr') return i;
      const map = definitions[i.args[0]!];
      const key = definitions[i.args[1]!];
      const cell = key?.op === 'byref.32' ? definitions[key.args[0]!] : undefined;
      const name = map?.op === 'mapaddr' ? (symbolOf(map) ?? '') : '';
      if (!maps.has(name) || cell?.op !== 'const' || cell.imm !== 0n) return i;
      return copyInstr(i, { op: 'mapvalue', args: [], imm: { kind: 'symbol', name, offset: 0 } });
    });
    return body === b.body ? b : withBody(b, body);
  });
  return blocks === f.blocks ? f : withBlocks(f, blocks);
}
