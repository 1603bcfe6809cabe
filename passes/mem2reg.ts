/**
 * Turns stack slots into SSA values, piece by piece (scalar replacement and SSA construction in one).
 *
 *     b0:                                  b0:
 *       v1: ptr = slotaddr s0                v2: i32 = const 5
 *       v2: i32 = const 5                    branch v0, b1, b2(v2)
 *       store.32 v1 + 0, v2           ⇒    b1:
 *       branch v0, b1, b2                    v4: i32 = const 6
 *     b1:                                    jump b2(v4)
 *       v4: i32 = const 6                  b2(v6: i32):
 *       store.32 v1 + 0, v4                  return v6
 *       jump b2
 *     b2:
 *       v5: i32 = load.u32 v1 + 0
 *       return v5
 *
 * src/ir/slot-pieces.ts says which pieces; the rest stays in memory, with `zero` and `copy` narrowed to it. A piece read
 * before it was written is 0. Block parameters that nobody reads in the end are taken back (pruned SSA), so that the cost
 * is near-linear however many pieces live side by side. Runs at every level.
 */

import { copyBlock, copyInstr, withBlocks, withBody, withTargetArgs } from '../src/ir/copy.ts';
import { must } from '../src/base/assert.ts';
import { dominanceFrontiers, dominators, type FlowGraph, iteratedFrontier } from '../src/base/graph.ts';
import type { Block, Func, Imm, Instr, IrType, Param, ValueId } from '../src/ir/ir.ts';
import { type OpName, opRow } from '../src/ir/ops.ts';
import { bytesOf, type Pointers, pointersOf } from '../src/ir/pointers.ts';
import { type Piece, type SlotPieces, slotPieces } from '../src/ir/slot-pieces.ts';
import {
  blockIndex,
  cfgOf,
  mapFuncs,
  mapTargets,
  removeDeadParams,
  removeUnreachable,
  substitute,
} from '../src/ir/walk.ts';
import type { Pass, Target } from './pass.ts';

export const mem2reg: Pass<'ssa', 'ssa'> = {
  name: 'mem2reg',
  doc: 'turn stack slots into SSA values',
  from: 'ssa',
  to: 'ssa',
  run: (module, context) => mapFuncs(module, (f) => promote(f, context.target.endian)),
};

type AccessBits = 8 | 16 | 32 | 64;

/** The part of a slot that an instruction touches. */
interface Extent {
  readonly slot: number;
  readonly from: number;
  readonly to: number;
}

/** The extents that an instruction writes and reads, in slots. */
function extents(i: Instr, pointers: Pointers): { writes: Extent | null; reads: Extent | null } {
  const row = opRow(i.op);
  const extent = (pointer: ValueId | undefined, displacement: number, size: number): Extent | null => {
    if (pointer === undefined) return null;
    const { slot, offset } = pointers.place(pointer);
    return slot === null ? null : { slot, from: offset + displacement, to: offset + displacement + size };
  };
  if (row.bulk !== undefined) {
    return {
      writes: extent(i.args[0], 0, bytesOf(i)),
      reads: row.bulk === 'copy' ? extent(i.args[1], 0, bytesOf(i)) : null,
    };
  }
  const here = () => extent(i.args[0], bytesOf(i), row.access! / 8);
  if (i.op.startsWith('load.')) return { writes: null, reads: here() };
  if (i.op.startsWith('store.')) return { writes: here(), reads: null };
  return { writes: null, reads: null };
}

function promote(input: Func, endian: Target['endian']): Func {
  if (input.slots.length === 0) return input;
  const f = removeUnreachable(input);
  const pointers = pointersOf(f);
  const pieces = slotPieces(f, pointers);
  if (pieces.pieces.length === 0) return f;
  return rewrite(f, pointers, pieces, endian);
}

/** Block parameters for pieces, per block index: where paths with different values of a piece that is read may meet. */
function merges(f: Func, pointers: Pointers, pieces: SlotPieces): { graph: FlowGraph; params: Piece[][] } {
  const graph = cfgOf(f);
  const read = new Set<number>();
  const writers: number[][] = pieces.pieces.map(() => []);
  f.blocks.forEach((b, block) => {
    const written = new Set<number>();
    for (const i of b.body) {
      const { reads, writes } = extents(i, pointers);
      if (reads !== null) {
        const list = i.op.startsWith('load.')
          ? [pieces.at(reads.slot, reads.from)]
          : pieces.within(reads.slot, reads.from, reads.to);
        for (const p of list) if (p !== null && !written.has(p.index)) read.add(p.index);
      }
      if (writes === null) continue;
      for (const p of pieces.within(writes.slot, writes.from, writes.to)) {
        if (!written.has(p.index)) writers[p.index]!.push(block);
        written.add(p.index);
      }
    }
  });
  const frontiers = dominanceFrontiers(graph, dominators(graph));
  const params: Piece[][] = f.blocks.map(() => []);
  for (const piece of pieces.pieces) {
    if (!read.has(piece.index)) continue;
    for (const block of iteratedFrontier(frontiers, writers[piece.index]!)) params[block]!.push(piece);
  }
  return { graph, params };
}

/** What renaming knows and makes while it goes down the dominator tree. */
interface Renamer {
  readonly pointers: Pointers;
  readonly pieces: SlotPieces;
  readonly endian: Target['endian'];
  readonly typeOf: (v: ValueId) => IrType;
  /** Current value of each piece; -1: none yet. */
  readonly current: Int32Array;
  /** Loads that became an existing value. */
  readonly replaced: Map<ValueId, ValueId>;
  /** The constant 0 at the entry, for pieces that no path has written. */
  readonly unwritten: (type: IrType) => ValueId;
  readonly set: (piece: Piece, value: ValueId) => void;
  readonly make: (op: OpName, type: IrType, args: readonly ValueId[], imm?: Imm) => ValueId;
  readonly makeVoid: (op: OpName, args: readonly ValueId[], imm: Imm) => void;
  /** The id for the next instruction made, instead of a fresh one. */
  readonly nameNext: (id: ValueId) => void;
  readonly keep: (i: Instr) => void;
}

function rewrite(f: Func, pointers: Pointers, pieces: SlotPieces, endian: Target['endian']): Func {
  const { graph, params } = merges(f, pointers, pieces);
  let nextValue = f.nextValue;
  const types: IrType[] = [];
  for (const b of f.blocks) {
    for (const p of b.params) types[p.id] = p.type;
    for (const i of b.body) if (i.result !== null) types[i.result] = i.type;
  }
  const newParams: Param[][] = params.map((list) => list.map((p) => ({ id: nextValue++, type: p.type })));
  for (const list of newParams) for (const p of list) types[p.id] = p.type;

  let body: Instr[] = [];
  let pos = f.pos;
  const current = new Int32Array(pieces.pieces.length).fill(-1);
  const undo: number[] = [];
  const zeros = new Map<IrType, ValueId>();
  const make: Renamer['make'] = (op, type, args, imm = null) => {
    const result = nextValue++;
    types[result] = type;
    body.push({ op, result, type, args, imm, pos });
    return result;
  };
  const renamer: Renamer = {
    pointers,
    pieces,
    endian,
    typeOf: (v) => must(types[v], `v${v} has a type`),
    current,
    replaced: new Map(),
    unwritten: (type) => {
      const zero = zeros.get(type) ?? nextValue++;
      zeros.set(type, zero);
      types[zero] = type;
      return zero;
    },
    set: (piece, value) => {
      undo.push(piece.index, current[piece.index]!);
      current[piece.index] = value;
    },
    make,
    makeVoid: (op, args, imm) => body.push({ op, result: null, type: 'i64', args, imm, pos }),
    nameNext: (id) => {
      const last = body.pop()!;
      body.push(copyInstr(last, { result: id }));
    },
    keep: (i) => body.push(i),
  };

  const index = blockIndex(f);
  const blocks: Block[] = [...f.blocks];
  const { children } = dominators(graph);
  const stack: { readonly block: number; readonly undoTo: number }[] = [{ block: 0, undoTo: -1 }];
  while (stack.length > 0) {
    const { block, undoTo } = stack.pop()!;
    if (undoTo >= 0) {
      while (undo.length > undoTo) {
        const value = undo.pop()!;
        current[undo.pop()!] = value;
      }
      continue;
    }
    stack.push({ block, undoTo: undo.length });
    for (const child of children[block]!) stack.push({ block: child, undoTo: -1 });
    const b = f.blocks[block]!;
    body = [];
    params[block]!.forEach((piece, i) => {
      renamer.set(piece, newParams[block]![i]!.id);
    });
    for (const i of b.body) {
      pos = i.pos;
      rename(renamer, i);
    }
    pos = b.end.pos;
    const end = mapTargets(b.end, (t) => {
      const more = params[index.get(t.block)!]!;
      return more.length === 0
        ? t
        : withTargetArgs(t, [...t.args, ...more.map((p) => currentValue(renamer, p))]);
    });
    blocks[block] = copyBlock(b, { params: [...b.params, ...newParams[block]!], body, end });
  }
  const consts = Array.from(
    zeros,
    ([type, id]): Instr => ({ op: 'const', result: id, type, args: [], imm: 0n, pos: f.pos }),
  );
  blocks[0] = withBody(blocks[0]!, [...consts, ...blocks[0]!.body]);
  const renamed = substitute(withBlocks(f, blocks, nextValue), renamer.replaced);
  const made = new Set(newParams.flat().map((p) => p.id));
  return removeDeadParams(renamed, (id) => made.has(id));
}

const zeroOf = (r: Renamer, type: IrType): ValueId => r.make('const', type, [], 0n);

function currentValue(r: Renamer, piece: Piece): ValueId {
  const value = r.current[piece.index]!;
  return value >= 0 ? value : r.unwritten(piece.type);
}

function rename(r: Renamer, i: Instr): void {
  const { reads, writes } = extents(i, r.pointers);
  const bulk = opRow(i.op).bulk;
  if (bulk === 'zero' && writes !== null) renameBulk(r, i, writes, null);
  else if (bulk === 'copy' && (writes !== null || reads !== null)) renameBulk(r, i, writes, reads);
  else if (bulk === undefined && reads !== null) {
    const piece = r.pieces.at(reads.slot, reads.from);
    if (piece === null) r.keep(i);
    else renameLoad(r, i, piece, reads.from - piece.offset);
  } else if (bulk === undefined && writes !== null) {
    const piece = r.pieces.at(writes.slot, writes.from);
    if (piece === null) r.keep(i);
    else {
      const value = i.args[1]!;
      const stored = r.replaced.get(value) ?? value;
      r.set(
        piece,
        piece.type === 'i32' && r.typeOf(stored) === 'i64' ? r.make('trunc', 'i32', [stored]) : stored,
      );
    }
  } else r.keep(i);
}

/** The load's value out of the piece's: shifted down, cut, extended. */
function renameLoad(r: Renamer, i: Instr, piece: Piece, delta: number): void {
  const bits = opRow(i.op).access!;
  const signed = i.op.startsWith('load.s');
  const start = currentValue(r, piece);
  let value = start;
  let width = piece.type === 'i32' ? 32 : 64;
  const type = (): IrType => (width === 32 ? 'i32' : 'i64');
  const shift = 8 * (r.endian === 'little' ? delta : piece.size - bits / 8 - delta);
  if (shift > 0) value = r.make('lshr', type(), [value, r.make('const', type(), [], BigInt(shift))]);
  const exact = bits === width || (!signed && shift > 0 && shift + bits === width);
  if (width === 64 && (i.type === 'i32' || bits === 32)) {
    value = r.make('trunc', 'i32', [value]);
    width = 32;
  }
  if (!exact && bits < 32) {
    value = signed
      ? r.make(bits === 8 ? 'sext8' : 'sext16', type(), [value])
      : r.make('and', type(), [value, r.make('const', type(), [], (1n << BigInt(bits)) - 1n)]);
  }
  if (width === 32 && i.type === 'i64') value = r.make(signed ? 'sext' : 'zext', 'i64', [value]);
  const result = must(i.result, 'a load has a result');
  if (value === start) r.replaced.set(result, value);
  else r.nameNext(result);
}

/** Piece by piece: values for pieces, loads and stores between pieces and memory, narrower bulk ops for the rest. */
function renameBulk(r: Renamer, i: Instr, writes: Extent | null, reads: Extent | null): void {
  const size = bytesOf(i);
  const inPieces = (e: Extent | null): readonly Piece[] =>
    e === null ? [] : r.pieces.within(e.slot, e.from, e.to);
  const to = new Map(inPieces(writes).map((p) => [p.offset - writes!.from, p]));
  const from = new Map(inPieces(reads).map((p) => [p.offset - reads!.from, p]));
  if (to.size === 0 && from.size === 0) {
    r.keep(i);
    return;
  }
  const isCopy = opRow(i.op).bulk === 'copy';
  const sources = new Map([...from].map(([at, p]) => [at, currentValue(r, p)]));
  const starts = [...new Set([...to.keys(), ...from.keys()])].sort((a, b) => a - b);
  const rest = (start: number, end: number): void => {
    if (end > start) narrowed(r, i, start, end - start);
  };
  let done = 0;
  for (const at of starts) {
    rest(done, at);
    const target = to.get(at);
    const piece = target ?? from.get(at)!;
    const bits = (piece.size * 8) as AccessBits;
    let value = sources.get(at);
    if (value === undefined) {
      value = isCopy ? r.make(`load.u${bits}`, piece.type, [i.args[1]!], at) : zeroOf(r, piece.type);
    }
    if (target === undefined) r.makeVoid(`store.${bits}`, [i.args[0]!, value], at);
    else r.set(target, value);
    done = at + piece.size;
  }
  rest(done, size);
}

/** The same zero or copy of a part of its range. */
function narrowed(r: Renamer, i: Instr, offset: number, size: number): void {
  const row = opRow(i.op);
  let align = row.align ?? 1;
  while (offset % align !== 0) align = (align / 2) as 1 | 2 | 4;
  const args = offset === 0 ? i.args : i.args.map((p) => r.make('ptroff', 'ptr', [p], offset));
  const name = row.bulk ?? 'zero';
  r.makeVoid(align === 1 ? name : `${name}.${align}`, args, size);
}
