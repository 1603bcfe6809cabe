/**
 * Neighbouring bytes that are copied, set to constants, or parts of one value, go in wider accesses.
 *
 *     v1: i32 = load.u8 v0 + 6              v1: i32 = load.u16 v0 + 6
 *     v2: i32 = load.u8 v0 + 7       ⇒      store.16 v9 + 0, v1
 *     store.8 v9 + 0, v1
 *     store.8 v9 + 1, v2
 *
 * Packets and map values take any alignment; slots are aligned as their accesses want. Invariant: between the first and the last store of a
 * run nothing reads or writes the same memory, between the first and the last load nothing writes it.
 */

import { copyFunc, copyInstr, withBody } from '../src/ir/copy.ts';
import type { Block, Func, Instr, IrType, Slot, ValueId } from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import { type Access, mayOverlap, type Regions, regionsOf } from '../src/ir/regions.ts';
import { definitionsOf, mapFuncs, mapList, typesOf, useCounts } from '../src/ir/walk.ts';
import { joinParts, partOf, type ValuePart, type Whole } from '../src/ir/value-parts.ts';
import type { Pass, Target } from './pass.ts';

export const mergeAccesses: Pass<'ssa', 'ssa'> = {
  name: 'merge-accesses',
  doc: 'copy and set neighbouring bytes in wider accesses',
  from: 'ssa',
  to: 'ssa',
  run: (module, { target }) => mapFuncs(module, (f) => merge(f, target)),
};

/** A store of a run: where it stands, what it writes, and the load or constant that it writes. */
interface Piece {
  readonly at: number;
  readonly store: Instr;
  readonly access: Access;
  readonly source:
    | { readonly kind: 'load'; readonly at: number; readonly load: Instr; readonly access: Access }
    | { readonly kind: 'constant'; readonly value: bigint }
    | { readonly kind: 'part'; readonly part: ValuePart };
}

interface Scope {
  readonly f: Func;
  readonly target: Target;
  readonly regions: Regions;
  readonly definitions: readonly (Instr | undefined)[];
  readonly uses: Int32Array;
  readonly types: readonly (IrType | undefined)[];
  /** Slots by region; merged accesses raise what they are aligned to. */
  readonly slots: Map<string, Slot>;
  fresh: number;
}

function merge(f: Func, target: Target): Func {
  const stores = f.blocks.some((b) => b.body.filter((i) => i.op.startsWith('store.')).length > 1);
  if (!stores) return f;
  const scope: Scope = {
    f,
    target,
    regions: regionsOf(f),
    definitions: definitionsOf(f),
    uses: useCounts(f),
    types: typesOf(f),
    slots: new Map(f.slots.map((s) => [`slot ${s.id}`, s])),
    fresh: f.nextValue,
  };
  const blocks = mapList(f.blocks, (b) => mergeBlock(scope, b));
  if (blocks === f.blocks) return f;
  const slots = f.slots.map((s) => scope.slots.get(`slot ${s.id}`) ?? s);
  return copyFunc(f, { blocks, slots, nextValue: scope.fresh });
}

function pieceOf(s: Scope, body: ReadonlyMap<Instr, number>, store: Instr, at: number): Piece | null {
  const access = s.regions.accessOf(store);
  if (access === null || !store.op.startsWith('store.') || access.region === 'any') return null;
  const d = s.definitions[store.args[1]!];
  if (d?.op === 'const' && typeof d.imm === 'bigint')
    return { at, store, access, source: { kind: 'constant', value: d.imm } };
  const part =
    d === undefined ? null : partOf(store.args[1]!, access.bytes * 8, s.definitions, (v) => s.types[v]);
  if (part !== null) return { at, store, access, source: { kind: 'part', part } };
  const from = d === undefined ? undefined : body.get(d);
  const read = d?.op.startsWith('load.') === true && d.type !== 'ptr' ? s.regions.accessOf(d) : null;
  if (d === undefined || from === undefined || read === null || read.bytes !== access.bytes) return null;
  if (s.uses[d.result!] !== 1 || read.region === 'any' || read.region === 'context') return null;
  return { at, store, access, source: { kind: 'load', at: from, load: d, access: read } };
}

const overlapsRun = (run: readonly Piece[], access: Access): boolean =>
  run.some((p) => mayOverlap(p.access, access));

/** Does an instruction forbid that the stores of the run before it move behind it? */
function ends(s: Scope, run: readonly Piece[], i: Instr): boolean {
  const row = opRow(i.op);
  if (row.effect === 'pure') return false;
  if (row.effect === 'call' || row.bulk !== undefined || i.op.startsWith('atomic.')) return true;
  const access = s.regions.accessOf(i);
  return access === null || overlapsRun(run, access);
}

function mergeBlock(s: Scope, b: Block): Block {
  const positions = new Map(b.body.map((i, at) => [i, at]));
  const replaced = new Map<Instr, readonly Instr[]>();
  let run: Piece[] = [];
  const flush = (): void => {
    if (run.length > 1) mergeRun(s, b, run, replaced);
    run = [];
  };
  b.body.forEach((i, at) => {
    const piece = pieceOf(s, positions, i, at);
    if (piece !== null && run.length > 0 && run[0]!.access.root !== piece.access.root) flush();
    if (ends(s, run, i)) flush();
    if (piece !== null) run.push(piece);
  });
  flush();
  if (replaced.size === 0) return b;
  return withBody(
    b,
    b.body.flatMap((i) => replaced.get(i) ?? [i]),
  );
}

/** Pieces next to each other in memory, copies of neighbours or constants, up to eight bytes. */
function mergeRun(s: Scope, b: Block, run: readonly Piece[], replaced: Map<Instr, readonly Instr[]>): void {
  const sorted = [...run].sort((x, y) => x.access.offset - y.access.offset);
  for (let from = 0; from < sorted.length; ) {
    const group = largest(s, b, sorted, from);
    if (group.length > 1) rewrite(s, group, replaced);
    from += group.length;
  }
}

function continues(before: Piece, next: Piece): boolean {
  if (next.access.offset !== before.access.offset + before.access.bytes) return false;
  if (before.source.kind === 'constant' || next.source.kind === 'constant')
    return before.source.kind === next.source.kind;
  if (before.source.kind === 'part' || next.source.kind === 'part') {
    if (before.source.kind !== 'part' || next.source.kind !== 'part') return false;
    const [x, y] = [before.source.part, next.source.part];
    return x.root === y.root && (y.shift === x.shift + x.bits || x.shift === y.shift + y.bits);
  }
  if (before.source.load.args[0] !== next.source.load.args[0]) return false;
  const [x, y] = [before.source.access, next.source.access];
  return x.region === y.region && x.root === y.root && y.offset === x.offset + x.bytes;
}

function largest(s: Scope, b: Block, sorted: readonly Piece[], from: number): readonly Piece[] {
  let best: readonly Piece[] = [sorted[from]!];
  let bytes = sorted[from]!.access.bytes;
  for (let to = from + 1; to < sorted.length && bytes < 8; to++) {
    if (!continues(sorted[to - 1]!, sorted[to]!)) break;
    bytes += sorted[to]!.access.bytes;
    const group = sorted.slice(from, to + 1);
    if ([2, 4, 8].includes(bytes) && allowed(s, b, group, bytes)) best = group;
  }
  return best;
}

function allowed(s: Scope, b: Block, group: readonly Piece[], bytes: number): boolean {
  const [first] = group;
  if (first === undefined || !aligned(s, first.access, bytes)) return false;
  if (first.source.kind === 'constant') return constantOf(s, group, bytes) !== null;
  if (first.source.kind === 'part') return wholeOf(group, s.target) !== null;
  if (!aligned(s, first.source.access, bytes)) return false;
  const loads = group.map((p) => (p.source.kind === 'load' ? p.source.at : -1));
  const place = { ...first.source.access, bytes };
  for (let at = Math.min(...loads); at < Math.max(...loads); at++) {
    const change = s.regions.changeOf(b.body[at]!);
    if (change.kind === 'all' || (change.kind === 'place' && mayOverlap(change.access, place))) return false;
  }
  return true;
}

/** Packets and the values of maps may be read at any address; of the stack what is aligned in a slot that can be. */
function aligned(s: Scope, access: Access, bytes: number): boolean {
  if (access.region === 'packet' || access.region.startsWith('map ')) return true;
  const size = s.slots.get(access.region)?.size ?? (access.region.startsWith('record') ? bytes : 0);
  return bytes <= size && access.offset % bytes === 0;
}

/** The constants of a group as one, if a store can hold it. */
function constantOf(s: Scope, group: readonly Piece[], bytes: number): bigint | null {
  let value = 0n;
  let shift = 0n;
  for (const p of s.target.endian === 'little' ? group : [...group].reverse()) {
    const bits = p.access.bytes * 8;
    if (p.source.kind === 'constant') value |= BigInt.asUintN(bits, p.source.value) << shift;
    shift += BigInt(bits);
  }
  const signed = BigInt.asIntN(bytes * 8, value);
  return BigInt.asIntN(32, signed) === signed ? signed : null;
}

const loads = { 2: 'load.u16', 4: 'load.u32', 8: 'load.u64' } as const;
const storesOf = { 2: 'store.16', 4: 'store.32', 8: 'store.64' } as const;

/** The parts of one value that a group stores, in the order of their places: all in one direction. */
function wholeOf(group: readonly Piece[], { endian }: Target): Whole | null {
  const parts = group.flatMap((p) => (p.source.kind === 'part' ? [p.source.part] : []));
  const [first, second] = parts;
  const last = parts[parts.length - 1];
  if (first === undefined || second === undefined || last === undefined || parts.length !== group.length)
    return null;
  const up = second.shift > first.shift;
  const ordered = parts.every((p, k) => k === 0 || p.shift > parts[k - 1]!.shift === up);
  const swapped = up !== (endian === 'little');
  if (!ordered || (swapped && parts.some((p) => p.bits !== 8))) return null;
  return { ...(up ? first : last), swapped };
}

function align(s: Scope, { region }: Access, bytes: number): void {
  const slot = s.slots.get(region);
  if (slot !== undefined && slot.align < bytes) s.slots.set(region, { ...slot, align: bytes });
}

function rewrite(s: Scope, group: readonly Piece[], replaced: Map<Instr, readonly Instr[]>): void {
  const total = group.reduce((sum, p) => sum + p.access.bytes, 0);
  const bytes = total === 2 ? 2 : total === 4 ? 4 : 8;
  const type = bytes === 8 ? 'i64' : 'i32';
  const first = group[0]!;
  let value: ValueId = s.fresh++;
  const last = group.reduce((a, p) => (p.at > a.at ? p : a));
  align(s, first.access, bytes);
  if (first.source.kind === 'load') align(s, first.source.access, bytes);
  for (const p of group) replaced.set(p.store, []);
  const constant = first.source.kind === 'constant' ? constantOf(s, group, bytes) : null;
  const made: Instr[] = [];
  const whole = wholeOf(group, s.target);
  if (constant !== null)
    made.push({ op: 'const', result: value, type, args: [], imm: constant, pos: last.store.pos });
  else if (whole !== null) {
    const joined = joinParts(whole, bytes, { fresh: () => s.fresh++, pos: last.store.pos });
    made.push(...joined.made);
    value = joined.value;
  } else copyLoads(group, { op: loads[bytes], result: value, type }, replaced);
  made.push(
    copyInstr(last.store, { op: storesOf[bytes], args: [first.store.args[0]!, value], imm: first.store.imm }),
  );
  replaced.set(last.store, made);
}

/** The wide load stands where the first narrow one stood. */
function copyLoads(
  group: readonly Piece[],
  wide: Pick<Instr, 'op' | 'result' | 'type'>,
  replaced: Map<Instr, readonly Instr[]>,
): void {
  const sources = group.flatMap((p) => (p.source.kind === 'load' ? [p.source] : []));
  const [lowest] = sources;
  const earliest = sources.reduce((a, p) => (p.at < a.at ? p : a));
  for (const p of sources) replaced.set(p.load, []);
  if (lowest === undefined) return;
  const { args, imm } = lowest.load;
  replaced.set(earliest.load, [{ ...earliest.load, ...wide, args, imm }]);
}
