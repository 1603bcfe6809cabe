/**
 * Constructors of machine instructions, so that passes name only the operands that a row has.
 *
 *     alu('add64_imm', v12, 8n, pos)   `v12 += 8`            load('ldx_u32', v12, v13, 4, pos)   `v12 = *(u32 *)(v13 + 4)`
 *
 * Invariant: what these build has exactly the fields that the row of `op` names.
 */

import type { Pos } from '../base/source.ts';
import { copyInst } from './copy.ts';
import { type IsaName, isaRow } from './isa.ts';
import type { FrameRef, MInst, SymRef } from './minst.ts';
import { symbolLoad } from './template.ts';

const none: readonly never[] = [];

/**
 * The fixed values of fields, as decoded instructions carry them: 0 in `off` and `imm`, since the row holds them. All
 * fields in one order: objects that are put together differently are slow to read from.
 */
export function inst<R>(op: MInst<R>['op'], fields: Partial<MInst<R>>, pos: Pos): MInst<R> {
  return {
    op,
    dst: fields.dst ?? null,
    src: fields.src ?? null,
    off: fields.off ?? 0,
    imm: fields.imm ?? 0n,
    frame: fields.frame ?? null,
    sym: fields.sym ?? null,
    target: fields.target ?? null,
    uses: fields.uses ?? none,
    defs: fields.defs ?? none,
    pos,
  };
}

/** A two-operand instruction; a bigint operand needs an `_imm` row, a register a `_reg` row. One-operand rows take 0n. */
export function alu<R extends number>(
  op: IsaName,
  dst: R,
  operand: R | bigint | FrameRef,
  pos: Pos,
): MInst<R> {
  if (typeof operand === 'bigint') return inst<R>(op, { dst, imm: operand }, pos);
  if (typeof operand === 'object') return inst<R>(op, { dst, frame: operand }, pos);
  return inst<R>(op, { dst, src: operand }, pos);
}

/** `neg64`, `le16`, `bswap32`, …: dst = op dst. */
export function unary<R extends number>(op: IsaName, dst: R, pos: Pos): MInst<R> {
  return inst<R>(op, { dst }, pos);
}

export function move<R extends number>(dst: R, value: R | bigint, pos: Pos, width: 32 | 64 = 64): MInst<R> {
  if (typeof value === 'bigint')
    return inst<R>(width === 64 ? 'mov64_imm' : 'mov32_imm', { dst, imm: value }, pos);
  return inst<R>(width === 64 ? 'mov64_reg' : 'mov32_reg', { dst, src: value }, pos);
}

/** `off` a number of bytes, or a frame reference with `base` being R10. */
export function load<R extends number>(
  op: IsaName,
  dst: R,
  base: R,
  off: number | FrameRef,
  pos: Pos,
): MInst<R> {
  return typeof off === 'number'
    ? inst<R>(op, { dst, src: base, off }, pos)
    : inst<R>(op, { dst, src: base, frame: off }, pos);
}

/** `st_N` takes a bigint, `stx_N`, the atomics and `store_release_N` a register. */
export function store<R extends number>(
  op: IsaName,
  base: R,
  off: number | FrameRef,
  value: R | bigint,
  pos: Pos,
): MInst<R> {
  const place = typeof off === 'number' ? { off } : { frame: off };
  return typeof value === 'bigint'
    ? inst<R>(op, { dst: base, imm: value, ...place }, pos)
    : inst<R>(op, { dst: base, src: value, ...place }, pos);
}

/** Compare `base + off` with `expected` (in R0), store `value` if equal; `old` (in R0) is what was there. */
export function compareExchange<R extends number>(
  op: 'atomic_cmpxchg_32' | 'atomic_cmpxchg_64',
  old: R,
  base: R,
  off: number | FrameRef,
  expected: R,
  value: R,
  pos: Pos,
): MInst<R> {
  return copyInst(store(op, base, off, value, pos), { uses: [expected], defs: [old] });
}

export function jump<R extends number>(target: number, pos: Pos): MInst<R> {
  return inst<R>('ja', { target }, pos);
}

/** `if dst op operand goto target`. */
export function branch<R extends number>(
  op: IsaName,
  dst: R,
  operand: R | bigint,
  target: number,
  pos: Pos,
): MInst<R> {
  return typeof operand === 'bigint'
    ? inst<R>(op, { dst, imm: operand, target }, pos)
    : inst<R>(op, { dst, src: operand, target }, pos);
}

export function callHelper<R extends number>(
  id: number,
  args: readonly (R | bigint)[],
  result: R | null,
  pos: Pos,
): MInst<R> {
  return inst<R>('call_helper', { imm: BigInt(id), uses: args, defs: result === null ? [] : [result] }, pos);
}

/** A function of this object, or (`call_kfunc`) of the kernel. */
export function callSymbol<R extends number>(
  op: 'call_func' | 'call_kfunc',
  sym: SymRef,
  args: readonly (R | bigint)[],
  result: R | null,
  pos: Pos,
): MInst<R> {
  return inst<R>(op, { sym, uses: args, defs: result === null ? [] : [result] }, pos);
}

export function exit<R extends number>(value: R | null, pos: Pos): MInst<R> {
  return inst<R>('exit', { uses: value === null ? [] : [value] }, pos);
}

export function loadImm64<R extends number>(dst: R, imm: bigint, pos: Pos): MInst<R> {
  return inst<R>('ld_imm64', { dst, imm: BigInt.asIntN(64, imm) }, pos);
}

/** The address of a map (`ld_map_fd`), of data (`ld_map_value`: values, globals, strings) or of a function (`ld_func`). */
export function loadSymbol<R extends number>(dst: R, sym: SymRef, pos: Pos): MInst<R> {
  return inst<R>(symbolLoad(sym.kind), { dst, sym }, pos);
}

export function parallelCopy<R extends number>(
  defs: readonly R[],
  uses: readonly (R | bigint)[],
  pos: Pos,
): MInst<R> {
  return inst<R>('parcopy', { uses, defs }, pos);
}

/** Kinds of operand an immediate field takes, decided by its row: does `value` fit op's immediate? */
export function fitsImmediate(op: IsaName, value: bigint): boolean {
  const row = isaRow(op);
  if (row.imm === 's32') return BigInt.asIntN(32, value) === value;
  if (row.imm === 'count') return value >= 0n && value < BigInt(row.width);
  return typeof row.imm !== 'number' && BigInt.asIntN(64, value) === value;
}
