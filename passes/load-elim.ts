/**
 * Values that memory is known to hold are not loaded again: after a load or a store of the same bytes, on every path.
 *
 *     v1: i32 = load.s32 v0 + 20                v1: i32 = load.s32 v0 + 20
 *     store.64 v9 + 8, v2                       store.64 v9 + 8, v2          another region (src/ir/regions.ts)
 *     v3: i32 = load.s32 v0 + 20        ⇒       … v1 …
 *
 * Forward over the blocks in reverse postorder; where paths meet, what all agree on remains; a loop begins with nothing.
 * Invariant: a pointer is never taken from memory that holds a number of the same bits, and atomics stay as they are.
 */

import { withBlocks, withBody } from '../src/ir/copy.ts';
import { must } from '../src/base/assert.ts';
import { reversePostorder } from '../src/base/graph.ts';
import type { Block, Func, Instr, IrType, ValueId } from '../src/ir/ir.ts';
import { type KnownBits, knownBits, maximum, nothingKnown } from '../src/ir/known-bits.ts';
import { opRow } from '../src/ir/ops.ts';
import { type Access, type Change, mayOverlap, type Regions, regionsOf } from '../src/ir/regions.ts';
import { cfgOf, mapFuncs, removeUnreachable, substitute, typesOf } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const loadElim: Pass<'ssa', 'ssa'> = {
  name: 'load-elim',
  doc: 'reuse what memory is known to hold',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, eliminate),
};

/** Places remembered at a time; the oldest is forgotten. */
const limit = 48;

interface Held {
  readonly access: Access;
  readonly value: ValueId;
  readonly type: IrType;
  /** The load that read it; a store's width has no sign. */
  readonly op: string;
}

type Memory = Map<string, Held>;

const keyOf = (a: Access, type: IrType, op: string): string =>
  `${a.region} ${a.root} ${a.offset} ${a.bytes} ${type} ${op}`;

function forget(memory: Memory, change: Change): void {
  if (change.kind === 'none' || memory.size === 0) return;
  for (const [key, { access }] of memory) {
    const gone = change.kind === 'place' ? mayOverlap(access, change.access) : !change.except(access.region);
    if (gone) memory.delete(key);
  }
}

function remember(memory: Memory, held: Held): void {
  const key = keyOf(held.access, held.type, held.op);
  memory.delete(key);
  memory.set(key, held);
  if (memory.size > limit) memory.delete(must(memory.keys().next().value, 'a first key'));
}

/** What holds on entry: what all predecessors agree on; nothing if one of them comes later. */
function entryOf(predecessors: readonly number[], after: readonly (Memory | undefined)[]): Memory {
  const [first, ...others] = predecessors.map((p) => after[p]);
  if (first === undefined || others.includes(undefined)) return new Map();
  if (others.length === 0) return new Map(first);
  return new Map([...first].filter(([key, held]) => others.every((m) => m!.get(key)?.value === held.value)));
}

/** What a store leaves for loads of the same width; of a part of a register only if there is nothing above it. */
function storedAs(
  i: Instr,
  type: IrType,
  bits: KnownBits,
): { readonly type: IrType; readonly ops: readonly string[] } | null {
  if (i.op === 'store.64' && type !== 'i32') return { type, ops: ['load.u64'] };
  if (i.op === 'store.32' && type === 'i32') return { type, ops: ['load.u32', 'load.s32'] };
  const width = i.op === 'store.8' ? 8 : i.op === 'store.16' ? 16 : null;
  if (width === null || type !== 'i32' || maximum(bits, 32) >> BigInt(width) !== 0n) return null;
  return { type, ops: [width === 8 ? 'load.u8' : 'load.u16'] };
}

function visit(
  i: Instr,
  memory: Memory,
  regions: Regions,
  types: readonly (IrType | undefined)[],
  known: (v: ValueId) => KnownBits,
): ValueId | null {
  const access = regions.accessOf(i);
  if (access !== null && i.op.startsWith('load.') && i.result !== null) {
    // Of all 32 bits the sign is the reader's.
    const op = i.type === 'i32' && access.bytes === 4 ? 'load.u32' : i.op;
    const known = memory.get(keyOf(access, i.type, op));
    if (known !== undefined) return known.value;
    remember(memory, { access, value: i.result, type: i.type, op });
    return null;
  }
  forget(memory, regions.changeOf(i));
  if (access === null || !i.op.startsWith('store.')) return null;
  const value = i.args[1]!;
  const stored = storedAs(i, types[value] ?? 'ptr', known(value));
  for (const op of stored?.ops ?? []) remember(memory, { access, value, type: stored!.type, op });
  return null;
}

function eliminate(input: Func): Func {
  const reads = input.blocks.some((b) => b.body.some((i) => opRow(i.op).effect === 'read'));
  if (!reads) return input;
  const f = removeUnreachable(input);
  const graph = cfgOf(f);
  const regions = regionsOf(f);
  const types = typesOf(f);
  const after: (Memory | undefined)[] = [];
  const replaced = new Map<ValueId, ValueId>();
  const bits: KnownBits[] = [];
  const known = (v: ValueId): KnownBits => bits[v] ?? nothingKnown;
  for (const at of reversePostorder(graph)) {
    const memory = entryOf(graph.predecessors[at]!, after);
    for (const i of f.blocks[at]!.body) {
      if (i.result !== null) bits[i.result] = knownBits(i, known);
      const value = visit(i, memory, regions, types, known);
      if (value !== null) replaced.set(i.result!, value);
    }
    after[at] = memory;
  }
  if (replaced.size === 0) return f;
  const blocks = f.blocks.map((b): Block => {
    const body = b.body.filter((i) => i.result === null || !replaced.has(i.result));
    return body.length === b.body.length ? b : withBody(b, body);
  });
  return substitute(withBlocks(f, blocks), replaced);
}
