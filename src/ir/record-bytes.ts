/**
 * Which bytes of a ring buffer's record are written where: those read before every path has written them, and those
 * that are unwritten on some path to Submit.
 *
 *     v1: ptr = helper @ringbuf_reserve(m, 16)
 *     store.8 v1 + 0;  store.64 v1 + 8;  helper @ringbuf_submit(v1, 0)        submitted unwritten: bytes 1 to 7
 *
 * Forward data flow over the bytes of one record, meeting by intersection. A pointer that may be another record too
 * writes nothing for sure. What a function writes through a parameter on every way to its end is its summary.
 */

import { BitSet } from '../base/bit-set.ts';
import { reversePostorder } from '../base/graph.ts';
import { type HelperArg, helpers, isHelperName } from '../bpf/helpers.ts';
import type { Block, BlockId, Func, Instr, ValueId } from './ir.ts';
import { opRow } from './ops.ts';
import { bytesOf, type Pointers, pointersOf } from './pointers.ts';
import { cfgOf, incomingValues, targetsOf, symbolOf } from './walk.ts';

/** Bytes written through a parameter, by its index. */
export type WriteSummary = ReadonlyMap<number, BitSet>;
export type WriteSummaries = ReadonlyMap<string, WriteSummary>;

export interface RecordBytes {
  /** Loads of bytes that some path has not written. */
  readonly reads: readonly Instr[];
  /** Bytes that some path to Submit has not written, ascending. */
  readonly unwritten: readonly number[];
}

/** Bytes of a parameter's object that summaries look at. */
const summarised = 4096;

/** The value and the block parameters that are it, or nil. */
export function recordAliases(
  func: Func,
  root: ValueId,
  pointers: Pointers = pointersOf(func),
): ReadonlySet<ValueId> {
  const found = new Set([root]);
  const nil = (v: ValueId): boolean => {
    const d = pointers.definitions[v];
    return d?.op === 'const' && d.imm === 0n;
  };
  const incoming = [...incomingValues(func)].filter(([, args]) => args.length > 0);
  for (let size = 0; size < found.size; ) {
    size = found.size;
    for (const [param, args] of incoming)
      if (args.some((v) => found.has(v)) && args.every((v) => v === param || found.has(v) || nil(v)))
        found.add(param);
  }
  return found;
}

interface Touch {
  readonly offset: number;
  readonly size: number;
  readonly how: 'write' | 'read' | 'copied' | 'submit';
}

/** What an instruction does to the record of `size` bytes that `roots` point to. */
function touches(
  i: Instr,
  pointers: Pointers,
  roots: ReadonlySet<ValueId>,
  size: number,
  summaries: WriteSummaries,
): readonly Touch[] {
  const at = (v: ValueId | undefined): number | null => {
    const place = v === undefined ? null : pointers.place(v);
    return place !== null && roots.has(place.root) ? place.offset : null;
  };
  const { access, bulk } = opRow(i.op);
  const offset = at(i.args[0]);
  if (bulk !== undefined) {
    const from = bulk === 'copy' ? at(i.args[1]) : null;
    return [
      ...(from === null ? [] : [{ offset: from, size: bytesOf(i), how: 'copied' } as const]),
      ...(offset === null ? [] : [{ offset, size: bytesOf(i), how: 'write' } as const]),
    ];
  }
  if (access !== undefined && !i.op.startsWith('byref')) {
    // A pointer that is kept in memory: who reads it back is not followed.
    if (i.op === 'store.64' && at(i.args[1]) !== null) return [{ offset: 0, size, how: 'submit' }];
    if (offset === null) return [];
    const how: Touch['how'] = i.op.startsWith('store.') || i.op.startsWith('atomic.store') ? 'write' : 'read';
    return [{ offset: offset + bytesOf(i), size: access / 8, how }];
  }
  if (i.op === 'call') {
    return i.args.flatMap((v, n): readonly Touch[] => {
      const start = at(v);
      if (start === null) return [];
      const written = [...(summaries.get(symbolOf(i) ?? '')?.get(n) ?? new BitSet())];
      return [
        ...written.map((k) => ({ offset: start + k, size: 1, how: 'write' }) as const),
        { offset: 0, size, how: 'submit' },
      ];
    });
  }
  if (i.op !== 'helper') return [];
  const name = symbolOf(i) ?? '';
  const args: readonly HelperArg[] = isHelperName(name) ? helpers[name].args : [];
  return i.args.flatMap((v, n): readonly Touch[] => {
    const start = at(v);
    if (start === null) return [];
    if (name === 'ringbuf_submit') return [{ offset: 0, size, how: 'submit' }];
    const length = pointers.definitions[i.args[n + 1] ?? -1];
    const bytes = length?.op === 'const' ? Number(length.imm) : null;
    const kind = args[n]?.kind ?? 'scalar';
    if (kind === 'mem-write' || kind === 'value-out')
      return [{ offset: start, size: bytes ?? 0, how: 'write' }];
    if (kind.startsWith('mem-') || kind === 'key' || kind === 'value' || kind === 'value-or-null')
      return [{ offset: start, size: bytes ?? size - start, how: 'copied' }];
    return [];
  });
}

interface Walk {
  readonly func: Func;
  readonly pointers: Pointers;
  readonly roots: ReadonlySet<ValueId>;
  readonly size: number;
  readonly summaries: WriteSummaries;
  /** Where the record begins; null: at the function's entry. */
  readonly begin: Instr | null;
}

function step(walk: Walk, written: BitSet, i: Instr): void {
  if (i === walk.begin) {
    for (const k of [...written]) written.delete(k);
    return;
  }
  for (const t of touches(i, walk.pointers, walk.roots, walk.size, walk.summaries))
    if (t.how === 'write') mark(written, t, walk.size);
}

function mark(written: BitSet, { offset, size }: Touch, recordSize: number): void {
  for (let k = Math.max(0, offset); k < Math.min(recordSize, offset + size); k++) written.add(k);
}

/** Does the pointer leave what is followed here: returned, or into a parameter that may be another record? */
function leaves(block: Block, func: Func, roots: ReadonlySet<ValueId>): boolean {
  if (block.end.kind === 'return') return block.end.value !== null && roots.has(block.end.value);
  return targetsOf(block.end).some((target) => {
    const params = func.blocks.find((b) => b.id === target.block)?.params ?? [];
    return params.some((p, n) => roots.has(target.args[n]!) && !roots.has(p.id));
  });
}

/** The block that a branch goes to where the record's pointer is nil. */
function nilTarget({ pointers, roots }: Walk, { end }: Block): BlockId | null {
  const test = end.kind === 'branch' ? pointers.definitions[end.cond] : undefined;
  if (end.kind !== 'branch' || (test?.op !== 'icmp.eq' && test?.op !== 'icmp.ne')) return null;
  const nil = pointers.definitions[test.args[1]!];
  if (!roots.has(test.args[0]!) || nil?.op !== 'const' || nil.imm !== 0n) return null;
  return test.op === 'icmp.eq' ? end.then.block : end.else.block;
}

/** Bytes written at the start of each block; null for those that nothing reaches. */
function flow(walk: Walk): readonly (BitSet | null)[] {
  const graph = cfgOf(walk.func);
  const order = reversePostorder(graph);
  const entries: (BitSet | null)[] = walk.func.blocks.map(() => null);
  const full = new BitSet(walk.size);
  for (let k = 0; k < walk.size; k++) full.add(k);
  // Before a record is taken nothing reads it: what is unwritten then does not count.
  entries[0] = walk.begin === null ? new BitSet(walk.size) : full.copy();
  const pending = new Set(order);
  while (pending.size > 0) {
    for (const at of order) {
      const entry = entries[at];
      if (!pending.delete(at) || entry === null || entry === undefined) continue;
      const written = entry.copy();
      for (const i of walk.func.blocks[at]!.body) step(walk, written, i);
      const nil = nilTarget(walk, walk.func.blocks[at]!);
      for (const next of graph.successors[at]!) {
        // Where the pointer is nil there is no record, and nothing is missing.
        const out = walk.func.blocks[next]!.id === nil ? full : written;
        const known = entries[next];
        if (known === null || known === undefined) entries[next] = out.copy();
        else if (!known.intersect(out)) continue;
        pending.add(next);
      }
    }
  }
  return entries;
}

/** The record that `begin` takes, of `size` bytes. */
export function recordBytes(
  func: Func,
  begin: Instr,
  root: ValueId,
  size: number,
  summaries: WriteSummaries,
): RecordBytes {
  const pointers = pointersOf(func);
  const roots = recordAliases(func, root, pointers);
  const walk: Walk = { func, pointers, roots, size, summaries, begin };
  const reads: Instr[] = [];
  const unwritten = new Set<number>();
  flow(walk).forEach((entry, at) => {
    if (entry === null) return;
    const written = entry.copy();
    const block = func.blocks[at]!;
    const missing = (from: number, to: number, each: (k: number) => void): void => {
      for (let k = Math.max(0, from); k < Math.min(size, to); k++) if (!written.has(k)) each(k);
    };
    for (const i of block.body) {
      for (const t of touches(i, pointers, roots, size, summaries)) {
        if (t.how === 'read') missing(t.offset, t.offset + t.size, () => reads.includes(i) || reads.push(i));
        else if (t.how !== 'write') missing(t.offset, t.offset + t.size, (k) => unwritten.add(k));
        else mark(written, t, size);
      }
      step(walk, written, i);
    }
    if (leaves(block, func, roots)) missing(0, size, (k) => unwritten.add(k));
  });
  return { reads, unwritten: [...unwritten].sort((x, y) => x - y) };
}

/** What the function writes through its pointer parameters on every way to a return. */
export function writeSummary(func: Func, summaries: WriteSummaries): WriteSummary {
  const pointers = pointersOf(func);
  const result = new Map<number, BitSet>();
  func.blocks[0]?.params.forEach((p, n) => {
    if (p.type !== 'ptr') return;
    const roots = recordAliases(func, p.id, pointers);
    const walk: Walk = { func, pointers, roots, size: summarised, summaries, begin: null };
    let all: BitSet | null = null;
    flow(walk).forEach((entry, at) => {
      const block = func.blocks[at]!;
      if (entry === null || block.end.kind !== 'return') return;
      const written = entry.copy();
      for (const i of block.body) step(walk, written, i);
      if (all === null) all = written;
      else all.intersect(written);
    });
    if (all !== null) result.set(n, all);
  });
  return result;
}
