/**
 * A store beside bytes that were just cleared writes the zeros with its value, so that the clearing may go.
 *
 *     store.64 v1 + 16, 0                  store.64 v1 + 16, 0         (dead: dse)
 *     store.32 v1 + 16, v2           ⇒     store.32 v1 + 16, v2
 *     store.8 v1 + 20, v3                  store.32 v1 + 20, v3        (v3 is a byte, zeros above it)
 *
 * Keys of maps are made so: a number that is narrower than its place, and padding. Little-endian only, slots only: their
 * alignment is ours to raise. Invariant: the bytes that a store writes beyond its own hold zero already.
 */

import { copyFunc, copyInstr, withBody } from '../src/ir/copy.ts';
import { reversePostorder } from '../src/base/graph.ts';
import { type Func, type Instr, type IrType, type Slot, type ValueId, widthOf } from '../src/ir/ir.ts';
import { type KnownBits, knownBits, nothingKnown } from '../src/ir/known-bits.ts';
import { opRow } from '../src/ir/ops.ts';
import { bytesOf, type Pointers, pointersOf } from '../src/ir/pointers.ts';
import { cfgOf, incomingValues, mapFuncs, mapList, typesOf } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const widenStores: Pass<'ssa', 'ssa'> = {
  name: 'widen-stores',
  doc: 'write the zeros beside a stored value with it',
  from: 'ssa',
  to: 'ssa',
  run: (module, { target }) => (target.endian === 'little' ? mapFuncs(module, widen) : module),
};

const storeOf = { 16: 'store.16', 32: 'store.32', 64: 'store.64' } as const;
type Wide = keyof typeof storeOf;
const widths: readonly Wide[] = [64, 32, 16];

/** Bytes of slots: what is zero, or what is written. */
type Bytes = Map<number, Set<number>>;

interface Place {
  readonly slot: number;
  readonly from: number;
  readonly bytes: number;
}

interface Scope {
  readonly pointers: Pointers;
  readonly types: readonly (IrType | undefined)[];
  readonly known: (v: ValueId) => KnownBits;
  readonly slots: Map<number, Slot>;
  fresh: number;
}

function widen(f: Func): Func {
  if (f.slots.length === 0) return f;
  const bits = bitsOf(f);
  const scope: Scope = {
    pointers: pointersOf(f),
    types: typesOf(f),
    known: (v) => bits.get(v) ?? nothingKnown,
    slots: new Map(f.slots.map((s) => [s.id, s])),
    fresh: f.nextValue,
  };
  const blocks = mapList(f.blocks, (b) => {
    const body = widenBody(scope, b.body);
    return body === b.body ? b : withBody(b, body);
  });
  if (blocks === f.blocks) return f;
  return copyFunc(f, {
    blocks,
    slots: f.slots.map((s) => scope.slots.get(s.id) ?? s),
    nextValue: scope.fresh,
  });
}

/** What is known of the bits of each value; of a block's parameter, what all that flows in has in common. */
function bitsOf(f: Func): ReadonlyMap<ValueId, KnownBits> {
  const bits = new Map<ValueId, KnownBits>();
  const known = (v: ValueId): KnownBits => bits.get(v) ?? nothingKnown;
  const incoming = incomingValues(f);
  for (const at of reversePostorder(cfgOf(f))) {
    const b = f.blocks[at]!;
    for (const { id } of b.params) {
      const sources = (incoming.get(id) ?? []).map(known);
      const [first = nothingKnown, ...rest] = sources;
      bits.set(
        id,
        rest.reduce((x, y) => ({ zeros: x.zeros & y.zeros, ones: x.ones & y.ones }), first),
      );
    }
    for (const i of b.body) if (i.result !== null) bits.set(i.result, knownBits(i, known));
  }
  return bits;
}

/** The bytes that a store writes, if they are a slot's. */
function placeOf(s: Scope, i: Instr): Place | null {
  if (!i.op.startsWith('store.')) return null;
  const { slot, offset } = s.pointers.place(i.args[0]!);
  return slot === null ? null : { slot, from: offset + bytesOf(i), bytes: (opRow(i.op).access ?? 64) / 8 };
}

const range = ({ from, bytes }: Place): readonly number[] =>
  Array.from({ length: bytes }, (_, k) => from + k);

const constantIn = (s: Scope, v: ValueId): bigint | null => {
  const d = s.pointers.definitions[v];
  return d?.op === 'const' && typeof d.imm === 'bigint' ? d.imm : null;
};

/** Goes over the zeros that are known in a block: what a store makes of them, and what ends them. */
function follow(s: Scope, zeros: Bytes, i: Instr): void {
  const place = placeOf(s, i);
  if (place !== null) {
    const own = zeros.get(place.slot) ?? new Set<number>();
    const clears = constantIn(s, i.args[1]!) === 0n;
    for (const at of range(place)) clears ? own.add(at) : own.delete(at);
    zeros.set(place.slot, own);
  } else if (opRow(i.op).effect === 'write' || opRow(i.op).effect === 'call' || i.op.startsWith('atomic.'))
    zeros.clear();
}

/** Bytes that stores after `at` write before anything else may read or write memory. */
function writtenLater(s: Scope, body: readonly Instr[], at: number): Bytes {
  const written: Bytes = new Map();
  for (const i of body.slice(at + 1)) {
    const place = placeOf(s, i);
    if (place === null && opRow(i.op).effect !== 'pure') break;
    if (place === null) continue;
    const own = written.get(place.slot) ?? new Set<number>();
    for (const b of range(place)) own.add(b);
    written.set(place.slot, own);
  }
  return written;
}

function widenBody(s: Scope, body: readonly Instr[]): readonly Instr[] {
  const stores = body.filter((i) => placeOf(s, i) !== null);
  if (stores.length < 2 || !stores.some((i) => constantIn(s, i.args[1]!) === 0n)) return body;
  const zeros: Bytes = new Map();
  let changed = false;
  const made = body.flatMap((i, at): readonly Instr[] => {
    const place = placeOf(s, i);
    const width = place === null ? null : widest(s, i, place, zeros, () => writtenLater(s, body, at));
    follow(s, zeros, i);
    if (place === null || width === null) return [i];
    changed = true;
    return [...widened(s, i, place, width)];
  });
  return changed ? made : body;
}

/** The most bits that the store can write, if they are more than it does. */
function widest(s: Scope, i: Instr, place: Place, zeros: Bytes, later: () => Bytes): Wide | null {
  const zero = zeros.get(place.slot);
  const slot = s.slots.get(place.slot);
  if (zero === undefined || slot === undefined || !isNarrow(s, i.args[1]!, place.bytes * 8)) return null;
  const written = later().get(place.slot);
  const fits = (bits: Wide): boolean => {
    const bytes = bits / 8;
    if (bytes <= place.bytes || place.from % bytes !== 0 || place.from + bytes > slot.size) return false;
    return range({ ...place, bytes })
      .slice(place.bytes)
      .every((at) => zero.has(at) && written?.has(at) !== true);
  };
  return widths.find(fits) ?? null;
}

/** Is the value zero above the stored bits? Of a constant only what an immediate holds. */
function isNarrow(s: Scope, v: ValueId, bits: number): boolean {
  const constant = constantIn(s, v);
  if (constant !== null) return constant !== 0n && BigInt.asUintN(bits, constant) < 1n << 31n;
  const type = s.types[v];
  if (bits >= 32 && type === 'i32') return true;
  if (type !== 'i32' && type !== 'i64') return false;
  const above = ((1n << BigInt(widthOf(type))) - 1n) ^ ((1n << BigInt(bits)) - 1n);
  return (s.known(v).zeros & above) === above;
}

function* widened(s: Scope, i: Instr, place: Place, width: Wide): Generator<Instr> {
  const slot = s.slots.get(place.slot)!;
  const align = width === 64 ? 8 : width === 32 ? 4 : 2;
  if (slot.align < align) s.slots.set(slot.id, { ...slot, align });
  let value = i.args[1]!;
  const constant = constantIn(s, value);
  const type = width === 64 ? 'i64' : 'i32';
  if (constant !== null || (width === 64 && s.types[value] === 'i32')) {
    const result = s.fresh++;
    const imm = constant === null ? null : BigInt.asUintN(place.bytes * 8, constant);
    yield imm === null
      ? { op: 'zext', result, type, args: [value], imm, pos: i.pos }
      : { op: 'const', result, type, args: [], imm, pos: i.pos };
    value = result;
  }
  yield copyInstr(i, { op: storeOf[width], args: [i.args[0]!, value] });
}
