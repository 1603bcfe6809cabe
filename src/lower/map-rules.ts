/**
 * What the kernel demands of a map before it makes it, checked where the map is declared.
 *
 *     var hits = bpf.HashMap[uint32, uint64]{}               error: map hits has no size
 *     var events = bpf.RingBuf[Event]{Size: 5000}            error: a ring buffer cannot have 5000 bytes
 *     var routes = bpf.LPMTrie[IP, Stat]{…}                  error where Stat has a SpinLock
 *
 * Facts of the *_map_alloc_check functions and of map_check_btf of kernel/bpf (read); refusals are tried in
 * golden/negatives.
 */

import type { TMap } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import { features } from '../bpf/kernels.ts';
import { type HeldField, heldFields, type MapRow, maps } from '../bpf/maps.ts';
import { under } from '../check/types.ts';
import type { MapDecl } from '../ir/ir.ts';
import { type ModuleContext, requireKernel } from './context.ts';

const sdkNames: Readonly<Record<string, HeldField>> = {
  SpinLock: 'spin-lock',
  Timer: 'timer',
  Kptr: 'kptr',
};

/** What the kernel has to know of in a value: locks and timers anywhere in it, each once, or twice where there are more. */
function heldIn(type: Type | null): readonly HeldField[] {
  if (type === null) return [];
  if (type.kind === 'named' && type.pkg === 'bpf') {
    const held = sdkNames[type.name];
    if (held !== undefined) return [held];
  }
  const u = under(type);
  if (u.kind === 'struct') return u.fields.flatMap((field) => heldIn(field.type));
  if (u.kind !== 'array') return [];
  const each = heldIn(u.elem);
  return u.length > 1 ? [...each, ...each] : u.length === 1 ? each : [];
}

/** The kinds that there are in a value, in the order of the tables. */
export function heldBy(value: Type | null): readonly HeldField[] {
  const found = heldIn(value);
  return heldFields.filter((field) => found.includes(field));
}

export const shownField: Readonly<Record<HeldField, string>> = {
  'spin-lock': 'bpf.SpinLock',
  timer: 'bpf.Timer',
  kptr: 'bpf.Kptr',
};

/** A prefix length and the data that it is of. */
const largestTrieKey = 4 + 256;
const pageSize = 4096;
const largestRing = 2 ** 31;

interface Declared {
  readonly module: ModuleContext;
  readonly map: TMap;
  readonly row: MapRow;
  readonly shape: Omit<MapDecl, 'name'>;
}

function requireSize({ module, map, row, shape }: Declared): void {
  const { name, span } = map;
  const { maxEntries } = shape;
  const isRing = row.size === 'bytes';
  if ((row.size === 'entries' || row.size === 'pages' || isRing) && maxEntries === 0) {
    module.diagnostics.report('map-no-size', span, { name, field: isRing ? 'Size' : 'MaxEntries' });
    return;
  }
  const power = Number.isInteger(Math.log2(maxEntries));
  if (isRing && (!power || maxEntries < pageSize || maxEntries > largestRing))
    module.diagnostics.report('ring-size', span, { name, size: maxEntries });
}

function requireKey({ module, map, shape }: Declared): void {
  const { name, span } = map;
  const { keySize } = shape;
  if (shape.type !== 'lpm_trie') return;
  if (keySize === 4 || keySize > largestTrieKey)
    module.diagnostics.report('map-key-size', span, { name, size: keySize - 4 });
}

function requireFlags({ module, map, row, shape }: Declared): void {
  const wrong = shape.flags & ~(row.takes | row.flags);
  if (wrong === 0) return;
  const flags = `0x${(wrong >>> 0).toString(16)}`;
  module.diagnostics.report('map-flags', map.span, { name: map.name, flags, type: row.sdk });
}

function requireHeld({ module, map, row }: Declared, value: Type | null): void {
  const fields = heldIn(value);
  for (const field of new Set(fields)) {
    const what = shownField[field];
    if (field === 'kptr') requireKernel(module, features.kptrs.since, what, map.span, features.kptrs.instead);
    if (!row.holds.includes(field)) {
      const allowed = Object.values(maps).filter((r) => r.holds.includes(field));
      module.diagnostics.report('map-cannot-hold', map.span, {
        type: row.sdk,
        what,
        allowed: allowed.map((r) => r.sdk).join(', '),
      });
    } else if (field !== 'kptr' && fields.filter((f) => f === field).length > 1)
      module.diagnostics.report('map-holds-twice', map.span, { name: map.name, what });
  }
}

/** Reports what the kernel would refuse to make. `value`: the type of its values. */
export function requireMakeable(declared: Declared, value: Type | null): void {
  requireSize(declared);
  requireKey(declared);
  requireFlags(declared);
  requireHeld(declared, value);
}
