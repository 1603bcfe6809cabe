/**
 * Arithmetic: two-address instructions after a copy of the left operand, immediates where they fit.
 *
 *     v3: i64 = add v1, v2      v13 = v11; v13 += v12
 *     v4: i32 = shl v1, 3       w14 = w11; w14 <<= 3        (cpu v1, v2: on 64 bits)
 *
 * 32-bit operations on cpu v1 and v2 run 64 bits wide; operands that reach down from the upper half (right shifts,
 * division) are extended first.
 */

import { unreachable } from '../../src/base/assert.ts';
import { alu, inst, move, unary } from '../../src/bpf/build.ts';
import { fitsS32, loadConstant } from '../../src/bpf/constants.ts';
import type { IsaName } from '../../src/bpf/isa.ts';
import type { VReg } from '../../src/bpf/minst.ts';
import type { Instr, ValueId } from '../../src/ir/ir.ts';
import {
  constantOf,
  emit,
  emitSignExtension,
  emitZeroExtension,
  fieldOffset,
  fresh,
  isWanted,
  reg,
  type State,
  signedConstant,
  signExtended,
  zeroExtended,
} from './state.ts';

/** Machine names of the binary ops, without width and operand kind. */
const machine = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  udiv: 'div',
  urem: 'mod',
  sdiv: 'sdiv',
  srem: 'smod',
  and: 'and',
  or: 'or',
  xor: 'xor',
  shl: 'lsh',
  lshr: 'rsh',
  ashr: 'arsh',
} as const;

type BinaryOp = keyof typeof machine;

export const isBinary = (op: Instr['op']): op is BinaryOp => Object.hasOwn(machine, op);

/** The width at which an operation on a type runs. */
const widthOf = (s: State, i: Instr): 32 | 64 => (i.type === 'i32' && s.isa.alu32 ? 32 : 64);

/** A copy of the left operand in a new register, or the register itself extended as the operation needs it. */
function left(s: State, i: Instr, v: ValueId, dst: VReg): void {
  const narrow = i.type === 'i32' && !s.isa.alu32;
  const constant = narrow ? signedConstant(s, v) : constantOf(s, v);
  if (constant !== null) {
    const value = narrow && isUnsigned(i.op) ? BigInt.asUintN(32, constant) : constant;
    emit(s, loadConstant(dst, value, s.isa.alu32, s.pos));
  } else if (narrow && isUnsigned(i.op) && s.zeroUpper[v] === 0) emitZeroExtension(s, dst, reg(s, v));
  else if (narrow && isSigned(i.op)) emitSignExtension(s, dst, reg(s, v));
  else emit(s, move(dst, reg(s, v), s.pos));
}

const isUnsigned = (op: Instr['op']): boolean => op === 'lshr' || op === 'udiv' || op === 'urem';
const isSigned = (op: Instr['op']): boolean => op === 'ashr' || op === 'sdiv' || op === 'srem';
const isShift = (op: Instr['op']): boolean => op === 'shl' || op === 'lshr' || op === 'ashr';
const isDivision = (op: Instr['op']): boolean =>
  op === 'udiv' || op === 'urem' || op === 'sdiv' || op === 'srem';

/** The right operand of a register form, extended as the operation needs it. */
function right(s: State, i: Instr, v: ValueId): VReg {
  if (i.type !== 'i32' || s.isa.alu32) return reg(s, v);
  if (isSigned(i.op) && !isShift(i.op)) return signExtended(s, v);
  if (isDivision(i.op)) return zeroExtended(s, v);
  if (!isShift(i.op)) return reg(s, v);
  const count = fresh(s);
  emit(s, move(count, reg(s, v), s.pos), alu('and64_imm', count, 31n, s.pos));
  return count;
}

const name = (op: string, width: 32 | 64, kind: 'reg' | 'imm'): IsaName => `${op}${width}_${kind}` as IsaName;

/** The operand itself is the result; 32-bit results have zeros above them nonetheless. */
function copyOnly(s: State, i: Instr, a: ValueId, dst: VReg): void {
  if (i.type === 'i32' && s.isa.alu32) emit(s, move(dst, reg(s, a), s.pos, 32));
  else left(s, i, a, dst);
}

/** With a constant on the right. False: it does not fit. */
function withConstant(s: State, i: Instr, a: ValueId, c: bigint, dst: VReg): boolean {
  const width = widthOf(s, i);
  const bits = i.type === 'i32' ? 32n : 64n;
  if (isShift(i.op)) {
    const count = c & (bits - 1n);
    if (count === 0n) {
      copyOnly(s, i, a, dst);
      return true;
    }
    left(s, i, a, dst);
    emit(s, alu(name(machine[i.op as BinaryOp], width, 'imm'), dst, count, s.pos));
    return true;
  }
  if (isDivision(i.op) && c === 0n) {
    if (i.op === 'udiv' || i.op === 'sdiv') emit(s, move(dst, 0n, s.pos));
    else copyOnly(s, i, a, dst);
    return true;
  }
  if (i.op === 'and' && i.type === 'i64' && c === 0xffff_ffffn && s.isa.alu32) {
    emit(s, move(dst, reg(s, a), s.pos, 32));
    return true;
  }
  const value = isUnsigned(i.op) && i.type === 'i32' && width === 64 ? BigInt.asUintN(32, c) : c;
  const [op, operand] =
    i.op === 'sub' && fitsS32(-value) ? (['add', -value] as const) : [machine[i.op as BinaryOp], value];
  if (!fitsS32(operand)) return false;
  left(s, i, a, dst);
  emit(s, alu(name(op, width, 'imm'), dst, operand, s.pos));
  return true;
}

export function selectBinary(s: State, i: Instr, dst: VReg): void {
  let [a, b] = [i.args[0]!, i.args[1]!];
  const commutes = i.op === 'add' || i.op === 'mul' || i.op === 'and' || i.op === 'or' || i.op === 'xor';
  // A left operand that is read later again would need a copy: take the other one if it ends here.
  if (
    commutes &&
    (constantOf(s, a) !== null || (isWanted(s, a) && !isWanted(s, b) && constantOf(s, b) === null))
  )
    [a, b] = [b, a];
  if ((i.op === 'sdiv' || i.op === 'srem') && !s.isa.v4) {
    expandSignedDivision(s, i, a, b, dst);
    return;
  }
  const c = signedConstant(s, b);
  if (c !== null && withConstant(s, i, a, c, dst)) return;
  if (i.op === 'sub' && signedConstant(s, a) === 0n) {
    emit(s, move(dst, reg(s, b), s.pos), unary(`neg${widthOf(s, i)}`, dst, s.pos));
    return;
  }
  const operand = right(s, i, b);
  left(s, i, a, dst);
  emit(s, alu(name(machine[i.op as BinaryOp], widthOf(s, i), 'reg'), dst, operand, s.pos));
}

/**
 * Signed division without the v4 instruction: divide magnitudes, then give the sign back. With m = x >> 63 (all
 * ones for a negative x), |x| = (x ^ m) - m. Zero divisors come out as the kernel defines them.
 */
function expandSignedDivision(s: State, i: Instr, a: ValueId, b: ValueId, dst: VReg): void {
  const wide = i.type === 'i64';
  const load = (v: ValueId): VReg => {
    if (!wide) return signExtended(s, v);
    const t = fresh(s);
    emit(s, move(t, reg(s, v), s.pos));
    return t;
  };
  const mask = (x: VReg): VReg => {
    const m = fresh(s);
    emit(s, move(m, x, s.pos), alu('arsh64_imm', m, 63n, s.pos));
    return m;
  };
  const applySign = (x: VReg, m: VReg): void =>
    emit(s, alu('xor64_reg', x, m, s.pos), alu('sub64_reg', x, m, s.pos));
  const x = load(a);
  const y = load(b);
  const signX = mask(x);
  const signY = mask(y);
  applySign(x, signX);
  applySign(y, signY);
  emit(s, alu(i.op === 'sdiv' ? 'div64_reg' : 'mod64_reg', x, y, s.pos));
  if (i.op === 'sdiv') emit(s, alu('xor64_reg', signX, signY, s.pos));
  applySign(x, signX);
  if (wide || !s.isa.alu32) emit(s, move(dst, x, s.pos));
  else emit(s, move(dst, x, s.pos, 32));
}

/** Sign extension of the low `bits` within a type. */
function signExtend(s: State, i: Instr, bits: 8 | 16, dst: VReg): void {
  const width = widthOf(s, i);
  const src = reg(s, i.args[0]!);
  if (s.isa.v4) {
    emit(s, inst<VReg>(`movsx${bits}_${width}`, { dst, src }, s.pos));
    return;
  }
  const shift = BigInt(width - bits);
  emit(
    s,
    move(dst, src, s.pos),
    alu(name('lsh', width, 'imm'), dst, shift, s.pos),
    alu(name('arsh', width, 'imm'), dst, shift, s.pos),
  );
}

function byteSwap(s: State, i: Instr, bits: 16 | 32 | 64, dst: VReg): void {
  const op: IsaName = s.isa.v4 ? `bswap${bits}` : s.isa.little ? `be${bits}` : `le${bits}`;
  emit(s, move(dst, reg(s, i.args[0]!), s.pos), unary(op, dst, s.pos));
}

/** Ops of one operand. */
export function selectUnary(s: State, i: Instr, dst: VReg): void {
  const arg = i.args[0]!;
  if (i.op === 'neg') emit(s, move(dst, reg(s, arg), s.pos), unary(`neg${widthOf(s, i)}`, dst, s.pos));
  else if (i.op === 'zext') emitZeroExtension(s, dst, reg(s, arg));
  else if (i.op === 'sext') emitSignExtension(s, dst, reg(s, arg));
  else if (i.op === 'sext8' || i.op === 'sext16') signExtend(s, i, i.op === 'sext8' ? 8 : 16, dst);
  else if (i.op === 'bswap16' || i.op === 'bswap32' || i.op === 'bswap64') {
    byteSwap(s, i, i.op === 'bswap16' ? 16 : i.op === 'bswap32' ? 32 : 64, dst);
  } else unreachable(`selection of ${i.op}`);
}

/** Pointer arithmetic is always 64 bits wide, on a copy of the pointer. */
export function selectPointer(s: State, i: Instr, dst: VReg): void {
  const base = reg(s, i.args[0]!);
  if (i.op === 'ptroff') {
    emit(s, move(dst, base, s.pos), alu('add64_imm', dst, BigInt(i.imm as number), s.pos));
    return;
  }
  const c = signedConstant(s, i.args[1]!);
  if (i.op === 'ptradd' && c !== null && fitsS32(c)) {
    emit(s, move(dst, base, s.pos), alu('add64_imm', dst, c, s.pos));
    return;
  }
  const field = i.op === 'ptradd' ? fieldOffset(s, i.args[1]!) : null;
  if (field !== null) {
    emit(s, move(dst, base, s.pos), { ...alu<VReg>('add64_imm', dst, 0n, s.pos), sym: field });
    return;
  }
  const other = reg(s, i.args[1]!);
  emit(s, move(dst, base, s.pos), alu(i.op === 'ptrdiff' ? 'sub64_reg' : 'add64_reg', dst, other, s.pos));
}
