/**
 * Rewrites a function so that some registers live in stack slots of eight aligned bytes, or are made again where
 * they are used.
 *
 *     v12 += v13      v20 = *(u64 *)(r10 + s3)
 *                     v20 += v13
 *                     *(u64 *)(r10 + s3) = v20
 *
 * In mode `cached` a register loaded for one use serves the later uses up to the next call or the block's end; in
 * mode `minimal` every use loads for itself, so that colouring is sure to succeed in the end.
 * Invariant: a slot holds its register's value after every definition; accesses are 8 bytes wide.
 */

import { copyInst, copyMFunc, withCode } from '../copy.ts';
import { must } from '../../base/assert.ts';
import { load, parallelCopy, store } from '../build.ts';
import { fitsS32, loadConstant } from '../constants.ts';
import { type FrameRef, framePointer, type MFunc, type MInst, type VReg } from '../minst.ts';
import { clobbersOf, defsOf, usesOf } from '../operands.ts';
import { isVirtual } from './copies.ts';
import { constantOf, type Recipe, remake } from './remat.ts';

export interface Spill {
  readonly mode: 'cached' | 'minimal';
  /** A slot, or how to make the value again. */
  readonly home: number | Recipe;
}

export interface Spilled {
  readonly func: MFunc<VReg>;
  /** Registers made here for one instruction: spilling them would gain nothing. */
  readonly pinned: ReadonlySet<VReg>;
  /** The spilled register that a temporary of mode `cached` stands for. */
  readonly origin: ReadonlyMap<VReg, VReg>;
}

interface Rewriter {
  readonly spills: ReadonlyMap<VReg, Spill>;
  readonly alu32: boolean;
  readonly pinned: Set<VReg>;
  readonly origin: Map<VReg, VReg>;
  readonly cache: Map<VReg, VReg>;
  out: MInst<VReg>[];
  nextReg: number;
}

const slotRef = (slot: number): FrameRef => ({ kind: 'frame', slot, offset: 0 });

function temporary(w: Rewriter, of: VReg): VReg {
  const r: VReg = w.nextReg++;
  if (w.spills.get(of)?.mode === 'cached') w.origin.set(r, of);
  else w.pinned.add(r);
  return r;
}

/** A register holding the value of `r`, loaded or made again if need be. */
function read(w: Rewriter, r: VReg, at: MInst<VReg>): VReg {
  const spill = w.spills.get(r);
  if (spill === undefined) return r;
  const cached = w.cache.get(r);
  if (cached !== undefined) return cached;
  const t = temporary(w, r);
  if (typeof spill.home === 'number')
    w.out.push(load<VReg>('ldx_u64', t, framePointer, slotRef(spill.home), at.pos));
  else w.out.push(...remake(spill.home, t).map((inst) => copyInst(inst, { pos: at.pos })));
  if (spill.mode === 'cached') w.cache.set(r, t);
  return t;
}

function storeTo(w: Rewriter, slot: number, value: VReg | bigint, at: MInst<VReg>): void {
  const op = typeof value === 'bigint' ? 'st_64' : 'stx_64';
  w.out.push(store<VReg>(op, framePointer, slotRef(slot), value, at.pos));
}

/** The slot of a spilled register; null if it has a register or a recipe. */
function slotOf(w: Rewriter, r: VReg | bigint): number | null {
  const home = typeof r === 'bigint' ? undefined : w.spills.get(r)?.home;
  return typeof home === 'number' ? home : null;
}

/** A copy's source, with recipes of constants replaced by the constant. */
function source(w: Rewriter, src: VReg | bigint): VReg | bigint {
  if (typeof src === 'bigint') return src;
  const home = w.spills.get(src)?.home;
  return home === undefined || typeof home === 'number' ? src : (constantOf(home) ?? src);
}

function moveIntoSlot(w: Rewriter, slot: number, src: VReg | bigint, at: MInst<VReg>): void {
  if (typeof src !== 'bigint') storeTo(w, slot, read(w, src, at), at);
  else if (fitsS32(src)) storeTo(w, slot, src, at);
  else {
    const t: VReg = w.nextReg++;
    w.pinned.add(t);
    w.out.push(loadConstant(t, src, w.alu32, at.pos));
    storeTo(w, slot, t, at);
  }
}

interface SlotMove {
  readonly slot: number;
  readonly src: VReg | bigint;
  /** The slot that the source lies in. */
  readonly from: number | null;
}

/**
 * Moves into slots that all happen at once, one after the other: a slot is written when no other move reads it any
 * more; where they go round in a circle, one value waits in a register. So two registers are enough for any number.
 */
function moveIntoSlots(w: Rewriter, moves: readonly SlotMove[], at: MInst<VReg>): void {
  const readers = new Map<number, number>();
  const count = (slot: number, by: number): void => {
    readers.set(slot, (readers.get(slot) ?? 0) + by);
  };
  const into = new Map(moves.map((move) => [move.slot, move]));
  for (const { from } of moves) if (from !== null) count(from, 1);
  const ready = moves.filter(({ slot }) => !readers.get(slot));
  const pending = new Set(moves);
  for (;;) {
    for (let move = ready.pop(); move !== undefined; move = ready.pop()) {
      if (!pending.delete(move)) continue;
      moveIntoSlot(w, move.slot, move.src, at);
      if (move.from === null) continue;
      count(move.from, -1);
      const freed = into.get(move.from);
      if (freed !== undefined && !readers.get(move.from) && pending.has(freed)) ready.push(freed);
    }
    const [first] = pending;
    if (first === undefined) return;
    for (const move of [...pending].filter((m) => m.from === first.slot)) {
      const waiting: SlotMove = {
        ...move,
        src: read(w, must(asRegister(move.src), 'a register'), at),
        from: null,
      };
      pending.delete(move);
      pending.add(waiting);
      into.set(move.slot, waiting);
    }
    readers.delete(first.slot);
    ready.push(into.get(first.slot) ?? first);
  }
}

const asRegister = (r: VReg | bigint): VReg | null => (typeof r === 'bigint' ? null : r);

/**
 * A parallel copy between registers and slots: first the loads of slots that the copy itself overwrites, then the
 * stores, then the rest between registers.
 */
function rewriteCopy(w: Rewriter, pairs: readonly (readonly [VReg, VReg | bigint])[], at: MInst<VReg>): void {
  const live = pairs.filter(([dst, src]) => {
    const slot = slotOf(w, dst);
    const dead = slot === null && w.spills.has(dst);
    return !dead && (slot === null || slot !== slotOf(w, src));
  });
  const overwritten = new Set(live.map(([dst]) => slotOf(w, dst)));
  const moves: SlotMove[] = [];
  const rest: (readonly [VReg, VReg | bigint])[] = [];
  for (const [dst, src] of live) {
    const from = source(w, src);
    const slot = slotOf(w, dst);
    const lies = slotOf(w, from);
    if (slot !== null) moves.push({ slot, src: from, from: lies });
    else {
      const first = typeof from !== 'bigint' && lies !== null && overwritten.has(lies);
      rest.push([dst, first ? read(w, from, at) : from]);
    }
  }
  moveIntoSlots(w, moves, at);
  const uses = rest.map(([, src]) => (typeof src === 'bigint' ? src : read(w, src, at)));
  for (const [dst] of pairs) w.cache.delete(dst);
  if (rest.length > 0)
    w.out.push(
      parallelCopy(
        rest.map(([dst]) => dst),
        uses,
        at.pos,
      ),
    );
}

function rewriteInst(w: Rewriter, inst: MInst<VReg>): void {
  const spilled = (r: VReg): boolean => isVirtual(r) && w.spills.has(r);
  const uses = usesOf(inst);
  const defs = defsOf(inst);
  if (defs.length > 0 && defs.every((r) => spilled(r) && slotOf(w, r) === null)) return;
  if (inst.op === 'mov64_imm' && spilled(inst.dst!)) {
    moveIntoSlot(w, must(slotOf(w, inst.dst!), 'a slot'), inst.imm, inst);
    w.cache.delete(inst.dst!);
    return;
  }
  const names = new Map<VReg, VReg>();
  for (const r of uses) if (spilled(r)) names.set(r, read(w, r, inst));
  for (const r of defs) if (spilled(r) && !names.has(r)) names.set(r, temporary(w, r));
  const rename = <T extends VReg | bigint | null>(r: T): T =>
    typeof r === 'number' ? ((names.get(r) ?? r) as T) : r;
  w.out.push(
    names.size === 0
      ? inst
      : copyInst(inst, { dst: rename(inst.dst), src: rename(inst.src), uses: inst.uses.map(rename) }),
  );
  for (const r of defs) {
    if (!spilled(r)) continue;
    storeTo(w, must(slotOf(w, r), 'a slot'), names.get(r)!, inst);
    if (w.spills.get(r)!.mode === 'cached') w.cache.set(r, names.get(r)!);
  }
  if (clobbersOf(inst).length > 0) w.cache.clear();
}

export function spill(func: MFunc<VReg>, spills: ReadonlyMap<VReg, Spill>, alu32: boolean): Spilled {
  const w: Rewriter = {
    spills,
    alu32,
    pinned: new Set(),
    origin: new Map(),
    cache: new Map(),
    out: [],
    nextReg: func.nextReg,
  };
  const blocks = func.blocks.map((block) => {
    w.out = [];
    w.cache.clear();
    for (const inst of block.body) {
      const { dst, src } = inst;
      if (inst.op === 'parcopy')
        rewriteCopy(
          w,
          inst.defs.map((d, i) => [d, inst.uses[i]!] as const),
          inst,
        );
      else if (inst.op === 'mov64_reg' && (w.spills.has(dst!) || w.spills.has(src!)) && src !== framePointer)
        rewriteCopy(w, [[dst!, src!]], inst);
      else rewriteInst(w, inst);
    }
    return withCode(block, w.out);
  });
  return { func: copyMFunc(func, { blocks, nextReg: w.nextReg }), pinned: w.pinned, origin: w.origin };
}
