/**
 * Emission with what lowering knows: constants, greatest values, and facts about pointers per block.
 *
 *     abortUnless(cx, v7)   →   branch v7, b4, b9     (b9 runs the pending defers and aborts)
 *                             b4:
 *
 * Facts hold at the end of the block under construction. A block starts with the facts that hold on all edges
 * emitted before it is entered; what a loop learns is about values of the loop, so back edges take nothing away.
 */

import type { Type } from '../ast/types.ts';
import { alignof, sizeof } from '../check/layout.ts';
import type { AccessBits, ArithOp, CompareOp } from '../ir/builder.ts';
import type { BlockId, IrType, SlotId, ValueId } from '../ir/ir.ts';
import type { Context, Facts } from './context.ts';
import { abortTarget } from './defers.ts';
import type { ScalarType } from './shapes.ts';
import type { Addr } from './values.ts';

// ---------------------------------------------------------------- constants and ranges

export function constant(cx: Context, type: IrType, value: bigint): ValueId {
  const id = cx.b.constant(type, value);
  cx.constants.set(id, BigInt.asIntN(type === 'i32' ? 32 : 64, value));
  return id;
}

export function int(cx: Context, value: number | bigint): ValueId {
  return constant(cx, 'i64', BigInt(value));
}

/** The value as a signed number, where it is a constant. */
export function known(cx: Context, id: ValueId): bigint | null {
  return cx.constants.get(id) ?? null;
}

/** Greatest unsigned value that the verifier knows too (it knows nothing of quotients and remainders), or null. */
export function maximum(cx: Context, id: ValueId): bigint | null {
  const value = known(cx, id);
  if (value !== null) return value >= 0n ? value : null;
  return cx.maxima.get(id) ?? null;
}

export function bounded(cx: Context, id: ValueId, max: bigint): ValueId {
  const before = maximum(cx, id);
  if (before === null || max < before) cx.maxima.set(id, max);
  return id;
}

/** Arithmetic that folds constants, so that constant offsets and lengths stay known. */
export function arith(cx: Context, op: ArithOp, x: ValueId, y: ValueId): ValueId {
  const a = known(cx, x);
  const b = known(cx, y);
  const type = cx.b.typeOf(x);
  if (a !== null && b !== null) {
    if (op === 'add') return constant(cx, type, a + b);
    if (op === 'sub') return constant(cx, type, a - b);
    if (op === 'mul') return constant(cx, type, a * b);
    if (op === 'and') return constant(cx, type, a & b);
  }
  if (
    b === 0n &&
    (op === 'add' || op === 'sub' || op === 'or' || op === 'xor' || op === 'shl' || op === 'lshr')
  )
    return x;
  if (a === 0n && op === 'add') return y;
  if (b === 1n && op === 'mul') return x;
  const result = cx.b.arith(op, x, y);
  if (op === 'and') {
    for (const limit of [maximum(cx, x), maximum(cx, y)]) if (limit !== null) bounded(cx, result, limit);
  }
  const max = maximum(cx, x);
  if (max !== null && op === 'lshr' && b !== null && b >= 0n) cx.maxima.set(result, max >> b);
  return result;
}

const foldCompare: Readonly<Partial<Record<CompareOp, (a: bigint, b: bigint) => boolean>>> = {
  'icmp.eq': (a, b) => a === b,
  'icmp.ne': (a, b) => a !== b,
  'icmp.slt': (a, b) => a < b,
  'icmp.sle': (a, b) => a <= b,
  'icmp.sgt': (a, b) => a > b,
  'icmp.sge': (a, b) => a >= b,
  'icmp.ult': (a, b) => BigInt.asUintN(64, a) < BigInt.asUintN(64, b),
  'icmp.ule': (a, b) => BigInt.asUintN(64, a) <= BigInt.asUintN(64, b),
  'icmp.ugt': (a, b) => BigInt.asUintN(64, a) > BigInt.asUintN(64, b),
  'icmp.uge': (a, b) => BigInt.asUintN(64, a) >= BigInt.asUintN(64, b),
};

export function compare(cx: Context, op: CompareOp, x: ValueId, y: ValueId): ValueId {
  const a = known(cx, x);
  const b = known(cx, y);
  const fold = foldCompare[op];
  if (a !== null && b !== null && fold !== undefined) return constant(cx, 'i32', fold(a, b) ? 1n : 0n);
  return bounded(cx, cx.b.compare(op, x, y), 1n);
}

/** An i32 as an i64. */
export function widen(cx: Context, id: ValueId, signed: boolean): ValueId {
  if (cx.b.typeOf(id) !== 'i32') return id;
  const value = known(cx, id);
  if (value !== null) return int(cx, signed ? value : BigInt.asUintN(32, value));
  const result = cx.b.emit(signed ? 'sext' : 'zext', 'i64', [id]);
  const max = maximum(cx, id);
  if (max !== null && (!signed || max < 1n << 31n)) cx.maxima.set(result, max);
  else if (!signed) cx.maxima.set(result, 0xffffffffn);
  return result;
}

export function narrow(cx: Context, id: ValueId): ValueId {
  if (cx.b.typeOf(id) !== 'i64') return id;
  const value = known(cx, id);
  if (value !== null) return constant(cx, 'i32', value);
  const result = cx.b.emit('trunc', 'i32', [id]);
  const max = maximum(cx, id);
  if (max !== null && max < 1n << 32n) cx.maxima.set(result, max);
  return result;
}

/** Brings an i32 back into the range of a type of 8 or 16 bits. */
export function normalise(cx: Context, id: ValueId, type: ScalarType): ValueId {
  if (type.bits >= 32 || type.bool) return id;
  const value = known(cx, id);
  if (value !== null)
    return constant(
      cx,
      'i32',
      type.signed ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value),
    );
  if (type.signed) return cx.b.emit(type.bits === 8 ? 'sext8' : 'sext16', 'i32', [id]);
  const mask = type.bits === 8 ? 0xffn : 0xffffn;
  const max = maximum(cx, id);
  return max !== null && max <= mask ? id : arith(cx, 'and', id, constant(cx, 'i32', mask));
}

// ---------------------------------------------------------------- memory

export function address(cx: Context, addr: Addr): ValueId {
  switch (addr.kind) {
    case 'slot':
      return nonNil(cx, cx.b.slotAddr(addr.slot, addr.offset));
    case 'global':
      return nonNil(cx, cx.b.symbol('globaladdr', addr.name, addr.offset));
    case 'pointer':
      return addr.offset === 0 ? assume(cx, addr.base) : nonNil(cx, cx.b.offset(addr.base, addr.offset));
    default:
      return addr satisfies never;
  }
}

/** Pointer and constant offset for a load or store. */
function access(cx: Context, addr: Addr): readonly [ValueId, number] {
  return addr.kind === 'pointer'
    ? [addr.base, addr.offset]
    : [address(cx, { ...addr, offset: 0 }), addr.offset];
}

export function slotAddr(slot: SlotId): Addr {
  return { kind: 'slot', slot, offset: 0 };
}

/** A scalar as Go lays it out; a bool is 1 for every byte but 0. */
export function loadScalar(cx: Context, addr: Addr, type: ScalarType): ValueId {
  const [pointer, offset] = access(cx, addr);
  const id = cx.b.load(type.ir, type.bits, pointer, offset, type.signed);
  if (type.bool) return compare(cx, 'icmp.ne', id, constant(cx, 'i32', 0n));
  if (!type.signed && type.bits < 64) cx.maxima.set(id, (1n << BigInt(type.bits)) - 1n);
  return id;
}

export function storeScalar(cx: Context, addr: Addr, type: ScalarType, value: ValueId): void {
  const [pointer, offset] = access(cx, addr);
  cx.b.store(type.bits, pointer, offset, value);
}

function alignment(type: Type): 1 | 2 | 4 | 8 {
  const align = alignof(type);
  return align >= 8 ? 8 : align >= 4 ? 4 : align >= 2 ? 2 : 1;
}

/** Clears memory of the type. */
export function clearMemory(cx: Context, addr: Addr, type: Type): void {
  cx.b.zero(address(cx, addr), sizeof(type), alignment(type));
}

export function copyMemory(cx: Context, to: Addr, from: Addr, type: Type): void {
  if (to.kind === 'slot' && from.kind === 'slot' && to.slot === from.slot && to.offset === from.offset)
    return;
  cx.b.copy(address(cx, to), address(cx, from), sizeof(type), alignment(type));
}

const registerBits = (type: IrType): AccessBits => (type === 'i32' ? 32 : 64);

/** A slot as wide as the register: what mem2reg turns into a value. */
export function newCell(cx: Context, type: IrType, name = ''): SlotId {
  const bytes = registerBits(type) / 8;
  return cx.b.newSlot(bytes, bytes, name);
}

export function loadCell(cx: Context, slot: SlotId, type: IrType): ValueId {
  return cx.b.load(type, registerBits(type), cx.b.slotAddr(slot), 0);
}

export function storeCell(cx: Context, slot: SlotId, value: ValueId): void {
  cx.b.store(registerBits(cx.b.typeOf(value)), cx.b.slotAddr(slot), 0, value);
}

// ---------------------------------------------------------------- control flow

export function assume(cx: Context, pointer: ValueId): ValueId {
  if (!isNonNil(cx, pointer))
    cx.facts = { value: pointer, rest: cx.facts, depth: (cx.facts?.depth ?? 0) + 1 };
  return pointer;
}

/** A pointer that is not nil wherever it is defined. */
export function nonNil(cx: Context, pointer: ValueId): ValueId {
  cx.objects.add(pointer);
  return pointer;
}

export function isNonNil(cx: Context, pointer: ValueId): boolean {
  if (cx.objects.has(pointer)) return true;
  for (let f = cx.facts; f !== null; f = f.rest) if (f.value === pointer) return true;
  return false;
}

/** Facts that both lists share. */
function common(a: Facts | null, b: Facts | null): Facts | null {
  let x = a;
  let y = b;
  while (x !== y) {
    if ((x?.depth ?? 0) >= (y?.depth ?? 0)) x = x?.rest ?? null;
    else y = y?.rest ?? null;
  }
  return x;
}

function edge(cx: Context, block: BlockId, facts: Facts | null): void {
  const before = cx.blockFacts.get(block);
  cx.blockFacts.set(block, before === undefined ? facts : common(before, facts));
}

export function jump(cx: Context, block: BlockId, args: readonly ValueId[] = []): void {
  if (cx.b.current !== null) edge(cx, block, cx.facts);
  cx.b.jump(block, args);
}

export function branch(cx: Context, cond: ValueId, then: BlockId, otherwise: BlockId): void {
  const value = known(cx, cond);
  if (value !== null) {
    jump(cx, value !== 0n ? then : otherwise);
    return;
  }
  edge(cx, then, cx.facts);
  edge(cx, otherwise, cx.facts);
  cx.b.branch(cond, then, otherwise);
}

export function enter(cx: Context, block: BlockId): void {
  cx.b.switchTo(block);
  cx.facts = cx.blockFacts.get(block) ?? null;
}

/** A block that jumps may reach from anywhere: nothing is known there. */
export function enterLabel(cx: Context, block: BlockId): void {
  cx.b.switchTo(block);
  cx.facts = null;
}

/** Go panics if `cond` holds. */
export function abortIf(cx: Context, cond: ValueId): void {
  const value = known(cx, cond);
  if (value === 0n) return;
  if (value !== null) {
    abort(cx);
    return;
  }
  const next = cx.b.newBlock();
  branch(cx, cond, abortTarget(cx), next);
  enter(cx, next);
}

export function abortUnless(cx: Context, cond: ValueId): void {
  const value = known(cx, cond);
  if (value === 0n) {
    abort(cx);
    return;
  }
  if (value !== null) return;
  const next = cx.b.newBlock();
  branch(cx, cond, next, abortTarget(cx));
  enter(cx, next);
}

/** Go panics here; what follows is unreachable. */
export function abort(cx: Context): void {
  jump(cx, abortTarget(cx));
}

export function checkNil(cx: Context, pointer: ValueId): void {
  if (isNonNil(cx, pointer)) return;
  abortIf(cx, cx.b.compare('icmp.eq', pointer, cx.b.constant('ptr', 0n)));
  assume(cx, pointer);
}

/** A value that is `then()` where cond holds and `otherwise()` elsewhere. */
export function choose(
  cx: Context,
  type: IrType,
  cond: ValueId,
  then: () => ValueId,
  otherwise: () => ValueId,
): ValueId {
  const value = known(cx, cond);
  if (value !== null) return value !== 0n ? then() : otherwise();
  const yes = cx.b.newBlock();
  const no = cx.b.newBlock();
  const join = cx.b.newBlock([type]);
  branch(cx, cond, yes, no);
  enter(cx, yes);
  jump(cx, join, [then()]);
  enter(cx, no);
  jump(cx, join, [otherwise()]);
  enter(cx, join);
  return cx.b.param(join, 0);
}
