/**
 * Bytes of stack slots that a helper may read although not every path has written them: the padding of keys and
 * values, fields set on one branch only. The verifier refuses such calls ("invalid read from stack").
 *
 *     slot s0 8; store.16 s0+0; store.32 s0+4; helper @map_lookup_elem(m, s0)      s0: bytes 2, 3
 *
 * Forward data flow over single bytes, meeting by intersection. Invariant: a byte that is not listed is written on
 * every path to every call that reads it.
 */

import { BitSet } from '../base/bit-set.ts';
import { reversePostorder } from '../base/graph.ts';
import { type ArgKind, type HelperRow, helpers } from '../bpf/helpers.ts';
import type { Func, Instr, Module, ValueId } from './ir.ts';
import { opRow } from './ops.ts';
import { cfgOf, definitionsOf, symbolOf } from './walk.ts';

interface Place {
  readonly slot: number;
  readonly offset: number;
}

interface Bytes {
  readonly definitions: readonly (Instr | undefined)[];
  /** Number of a slot's first byte, and its size. */
  readonly slots: ReadonlyMap<number, { readonly first: number; readonly size: number }>;
  readonly module: Module;
}

/** The place in a slot that a value points to; null for other pointers. */
function placeOf(definitions: Bytes['definitions'], v: ValueId): Place | null {
  let offset = 0;
  for (let at = v; ; ) {
    const def = definitions[at];
    if (def?.op === 'ptroff' && typeof def.imm === 'number') {
      offset += def.imm;
      at = def.args[0]!;
      continue;
    }
    if (def?.op !== 'slotaddr' || typeof def.imm !== 'object' || def.imm?.kind !== 'slot') return null;
    return { slot: def.imm.slot, offset: def.imm.offset + offset };
  }
}

const constantOf = (b: Bytes, v: ValueId | undefined): number | null => {
  const def = v === undefined ? undefined : b.definitions[v];
  return def?.op === 'const' ? Number(def.imm) : null;
};

/** A stretch of bytes that an argument gives to the helper. */
interface Passed extends Place {
  readonly size: number;
  readonly reads: boolean;
  readonly writes: boolean;
}

const readKinds: ReadonlySet<ArgKind> = new Set([
  'key',
  'value',
  'value-or-null',
  'mem-read',
  'mem-read-or-null',
  'mem-read-write',
  'mem-fixed',
  'ptr-inout-32',
]);
const writeKinds: ReadonlySet<ArgKind> = new Set(['mem-write', 'value-out', 'ptr-out-32', 'ptr-out-64']);

function sizeOf(b: Bytes, i: Instr, at: number, kind: ArgKind): number | null {
  const map = b.definitions[i.args[0]!];
  const name = map?.op === 'mapaddr' ? symbolOf(map) : null;
  const decl = b.module.maps.find((m) => m.name === name);
  if (kind === 'key') return decl?.keySize ?? null;
  if (kind === 'value' || kind === 'value-or-null' || kind === 'value-out') return decl?.valueSize ?? null;
  if (kind === 'mem-fixed') return null;
  if (kind.startsWith('ptr-')) return kind.endsWith('32') ? 4 : 8;
  return constantOf(b, i.args[at + 1]);
}

function passedTo(b: Bytes, i: Instr): readonly Passed[] {
  if (i.op !== 'helper' || typeof i.imm !== 'object' || i.imm?.kind !== 'symbol') return [];
  const row: HelperRow | undefined = (helpers as Readonly<Record<string, HelperRow>>)[i.imm.name];
  return i.args.flatMap((v, at): readonly Passed[] => {
    const kind: ArgKind = row?.args[at]?.kind ?? 'scalar';
    const place = placeOf(b.definitions, v);
    const slot = place === null ? undefined : b.slots.get(place.slot);
    if (place === null || slot === undefined) return [];
    const reads = readKinds.has(kind);
    const writes = writeKinds.has(kind);
    const known = sizeOf(b, i, at, kind);
    // Of an unknown length anything may be read, nothing is surely written.
    const size = known ?? (reads ? slot.size - place.offset : 0);
    return [{ ...place, size: Math.max(0, Math.min(size, slot.size - place.offset)), reads, writes }];
  });
}

function mark(b: Bytes, written: BitSet, slot: number, offset: number, size: number): void {
  const range = b.slots.get(slot);
  if (range === undefined) return;
  for (let k = Math.max(0, offset); k < Math.min(range.size, offset + size); k++)
    written.add(range.first + k);
}

function step(b: Bytes, written: BitSet, i: Instr): void {
  const row = opRow(i.op);
  if (i.op.startsWith('store.') && row.access !== undefined) {
    const place = placeOf(b.definitions, i.args[0]!);
    if (place !== null) mark(b, written, place.slot, place.offset + Number(i.imm), row.access / 8);
  } else if (i.op === 'helper') {
    for (const p of passedTo(b, i)) if (p.writes) mark(b, written, p.slot, p.offset, p.size);
  }
}

/** By slot, the bytes that helpers may read unwritten, ascending. */
export function unwrittenBytes(func: Func, module: Module): ReadonlyMap<number, readonly number[]> {
  const slots = new Map<number, { first: number; size: number }>();
  let total = 0;
  for (const { id, size } of func.slots) {
    slots.set(id, { first: total, size });
    total += size;
  }
  const b: Bytes = { definitions: definitionsOf(func), slots, module };
  const found = new Map<number, Set<number>>();
  if (!func.blocks.some((block) => block.body.some((i) => passedTo(b, i).some((p) => p.reads))))
    return new Map();

  const graph = cfgOf(func);
  const order = reversePostorder(graph);
  const entries: (BitSet | null)[] = func.blocks.map(() => null);
  entries[0] = new BitSet(total);
  const pending = new Set(order);
  while (pending.size > 0) {
    for (const at of order) {
      if (!pending.delete(at)) continue;
      const written = (entries[at] ?? new BitSet(total)).copy();
      for (const i of func.blocks[at]!.body) step(b, written, i);
      for (const next of graph.successors[at]!) {
        const entry = entries[next];
        if (entry === null || entry === undefined) entries[next] = written.copy();
        else if (!entry.intersect(written)) continue;
        pending.add(next);
      }
    }
  }
  for (const at of order) {
    const written = (entries[at] ?? new BitSet(total)).copy();
    for (const i of func.blocks[at]!.body) {
      for (const p of passedTo(b, i)) {
        if (!p.reads) continue;
        const { first } = slots.get(p.slot)!;
        for (let k = p.offset; k < p.offset + p.size; k++) {
          if (k < 0 || written.has(first + k)) continue;
          const set = found.get(p.slot) ?? new Set();
          found.set(p.slot, set.add(k));
        }
      }
      step(b, written, i);
    }
  }
  return new Map([...found].map(([slot, bytes]) => [slot, [...bytes].sort((x, y) => x - y)]));
}
