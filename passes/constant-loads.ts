/**
 * A load of bytes that stores of constants have just written is a constant.
 *
 *     store.8 v0 + 14, 0x45            store.8 v0 + 14, 0x45
 *     store.8 v0 + 15, 0        ⇒      store.8 v0 + 15, 0
 *     v4: i32 = load.u16 v0 + 14       v4: i32 = const 0x45      (little-endian)
 *
 * `load-elim` gives back whole values; this knows single bytes, from several stores or a part of one. Knowledge follows
 * blocks with one predecessor. Invariant: what an instruction may change is forgotten, by the regions of memory.
 */

import { reversePostorder } from '../src/base/graph.ts';
import { copyInstr, withBlocks, withBody } from '../src/ir/copy.ts';
import type { Func, Instr } from '../src/ir/ir.ts';
import { widthOf } from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import { type Access, type Change, mayOverlap, type Regions, regionsOf } from '../src/ir/regions.ts';
import { cfgOf, definitionsOf, mapFuncs, removeUnreachable } from '../src/ir/walk.ts';
import type { Pass, Target } from './pass.ts';

export const constantLoads: Pass<'ssa', 'ssa'> = {
  name: 'constant-loads',
  doc: 'load constants that were stored, byte by byte',
  from: 'ssa',
  to: 'ssa',
  run: (module, { target }) => mapFuncs(module, (f) => fold(f, target.endian)),
};

/** Bytes remembered at a time; the oldest are forgotten. */
const limit = 256;

interface Byte {
  readonly access: Access;
  readonly value: bigint;
}

/** By region, root and offset. */
type Memory = Map<string, Byte>;

const keyOf = (a: Access, offset: number): string => `${a.region} ${a.root} ${offset}`;

function forget(memory: Memory, change: Change): void {
  if (change.kind === 'none' || memory.size === 0) return;
  for (const [key, { access }] of memory) {
    const gone = change.kind === 'place' ? mayOverlap(access, change.access) : !change.except(access.region);
    if (gone) memory.delete(key);
  }
}

/** How far the k-th byte of a value, counted from its lowest, stands from its start. */
const placeOf = (k: number, bytes: number, endian: Target['endian']): number =>
  endian === 'little' ? k : bytes - 1 - k;

function remember(memory: Memory, access: Access, value: bigint, endian: Target['endian']): void {
  for (let k = 0; k < access.bytes; k++) {
    const offset = access.offset + placeOf(k, access.bytes, endian);
    const byte = { access: { ...access, offset, bytes: 1 }, value: (value >> BigInt(8 * k)) & 0xffn };
    memory.set(keyOf(access, offset), byte);
  }
  for (const key of memory.keys()) {
    if (memory.size <= limit) break;
    memory.delete(key);
  }
}

/** The number that the bytes of a place make; null: one of them is not known. */
function numberAt(memory: Memory, access: Access, endian: Target['endian']): bigint | null {
  let value = 0n;
  for (let k = 0; k < access.bytes; k++) {
    const byte = memory.get(keyOf(access, access.offset + placeOf(k, access.bytes, endian)));
    if (byte === undefined) return null;
    value |= byte.value << BigInt(8 * k);
  }
  return value;
}

/** The constant instead of a load of known bytes; null: it is none. */
function folded(i: Instr, access: Access, memory: Memory, endian: Target['endian']): Instr | null {
  if (!i.op.startsWith('load.') || i.result === null || i.type === 'ptr') return null;
  const value = numberAt(memory, access, endian);
  if (value === null) return null;
  const read = i.op.startsWith('load.s') ? BigInt.asIntN(8 * access.bytes, value) : value;
  return copyInstr(i, { op: 'const', args: [], imm: BigInt.asIntN(widthOf(i.type), read) });
}

function fold(input: Func, endian: Target['endian']): Func {
  const reads = input.blocks.some((b) => b.body.some((i) => opRow(i.op).effect === 'read'));
  if (!reads) return input;
  const f = removeUnreachable(input);
  const graph = cfgOf(f);
  const regions: Regions = regionsOf(f);
  const definitions = definitionsOf(f);
  const after: (Memory | undefined)[] = [];
  const blocks = [...f.blocks];
  for (const at of reversePostorder(graph)) {
    const [from, ...more] = graph.predecessors[at]!;
    const memory: Memory = new Map(from === undefined || more.length > 0 ? [] : after[from]);
    const b = f.blocks[at]!;
    const body = b.body.map((i) => {
      const access = regions.accessOf(i);
      const constant = access === null ? null : folded(i, access, memory, endian);
      forget(memory, regions.changeOf(i));
      const stored = access !== null && i.op.startsWith('store.') ? definitions[i.args[1]!] : undefined;
      if (
        access !== null &&
        stored?.op === 'const' &&
        typeof stored.imm === 'bigint' &&
        stored.type !== 'ptr'
      )
        remember(memory, access, stored.imm, endian);
      return constant ?? i;
    });
    if (body.some((i, k) => i !== b.body[k])) blocks[at] = withBody(b, body);
    after[at] = memory;
  }
  return blocks.every((b, at) => b === f.blocks[at]) ? input : withBlocks(f, blocks);
}
