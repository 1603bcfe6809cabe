/**
 * Loads, stores and atomics: constant offsets and frame addresses are folded into the access, constants into the store.
 *
 *     v2 = slotaddr s0 + 4; store.32 v2 + 0, v1 (const 7)      *(u32 *)(r10 + s0+4) = 7
 *
 * Invariant: one IR access is one machine access of the same width; a context is read through its own register.
 */

import { unreachable } from '../../src/base/assert.ts';
import { alu, load, move, store } from '../../src/bpf/build.ts';
import { fitsS32, loadConstant } from '../../src/bpf/constants.ts';
import type { IsaName } from '../../src/bpf/isa.ts';
import { type FrameRef, framePointer, type MInst, type SymRef, type VReg } from '../../src/bpf/minst.ts';
import type { Instr, ValueId } from '../../src/ir/ir.ts';
import {
  emit,
  fieldOffset,
  frameRef,
  fresh,
  offsetImm,
  operand,
  reg,
  register,
  root,
  type State,
  signedConstant,
  slotImm,
} from './state.ts';

interface Address {
  readonly base: VReg;
  readonly off: number | FrameRef;
  /** A field's place, which the loader writes over the displacement. */
  readonly sym: SymRef | null;
}

const at = (base: VReg, off: number | FrameRef, sym: SymRef | null = null): Address => ({ base, off, sym });

/** The access with the relocation of its displacement. */
const relocated = (access: MInst<VReg>, { sym }: Address): MInst<VReg> =>
  sym === null ? access : { ...access, sym };

const fitsOffset = (off: number): boolean => off >= -32768 && off <= 32767;

/** The base register and displacement of an access at `v + off`. */
function address(s: State, v: ValueId, off: number): Address {
  let place = v;
  let sum = off;
  for (;;) {
    const def = s.definitions[place];
    if (def?.op === 'slotaddr') {
      const ref = slotImm(def);
      return at(framePointer, frameRef(ref.slot, ref.offset + sum));
    }
    const field = sum === 0 && def?.op === 'ptradd' ? fieldOffset(s, def.args[1]!) : null;
    if (def !== undefined && field !== null) return at(reg(s, def.args[0]!), 0, field);
    const step =
      def?.op === 'ptroff' ? (def.imm as number) : def?.op === 'ptradd' ? constantStep(s, def) : null;
    // At a negative distance the access goes with a cursor (the pass cursors), which is there already.
    if (def === undefined || step === null || sum < 0 || !fitsOffset(sum + step)) break;
    place = def.args[0]!;
    sum += step;
  }
  return at(reg(s, place), sum);
}

function constantStep(s: State, def: Instr): number | null {
  const c = signedConstant(s, def.args[1]!);
  return c !== null && c >= -32768n && c <= 32767n ? Number(c) : null;
}

const accessBits = (op: Instr['op']): 8 | 16 | 32 | 64 => {
  const bits = Number(/\d+$/.exec(op)?.[0]);
  return bits === 8 || bits === 16 || bits === 32 || bits === 64 ? bits : unreachable(`width of ${op}`);
};

export function selectLoad(s: State, i: Instr, dst: VReg): void {
  const bits = accessBits(i.op);
  const where = address(s, i.args[0]!, offsetImm(i));
  const signed = i.op.startsWith('load.s') && !(bits === 32 && i.type === 'i32');
  if (signed && s.isa.v4) {
    emit(s, relocated(load(`ldx_s${bits}` as IsaName, dst, where.base, where.off, s.pos), where));
    return;
  }
  emit(s, relocated(load(`ldx_u${bits}` as IsaName, dst, where.base, where.off, s.pos), where));
  if (!signed) return;
  const width = i.type === 'i32' && s.isa.alu32 ? 32 : 64;
  const shift = BigInt(width - bits);
  emit(s, alu(`lsh${width}_imm`, dst, shift, s.pos), alu(`arsh${width}_imm`, dst, shift, s.pos));
}

/** Drops what does not change the low `bits` of a stored value. */
function stored(s: State, v: ValueId, bits: number): ValueId {
  let at = root(s, v);
  for (;;) {
    const def = s.definitions[at];
    if (def === undefined) return at;
    const mask = def.op === 'and' ? signedConstant(s, def.args[1]!) : null;
    const low = (1n << BigInt(bits)) - 1n;
    const useless =
      ((def.op === 'zext' || def.op === 'sext') && bits <= 32) ||
      (def.op === 'sext8' && bits === 8) ||
      (def.op === 'sext16' && bits <= 16) ||
      (mask !== null && (mask & low) === low);
    if (!useless) return at;
    at = root(s, def.args[0]!);
  }
}

export function selectStore(s: State, i: Instr): void {
  const bits = accessBits(i.op);
  const value = stored(s, i.args[1]!, bits);
  const constant = signedConstant(s, value);
  const immediate = constant === null ? null : BigInt.asIntN(bits, constant);
  const takesConstant = s.contexts === null || s.contexts[i.args[0]!] === 0;
  const source = takesConstant && immediate !== null && fitsS32(immediate) ? immediate : reg(s, value);
  const where = address(s, i.args[0]!, offsetImm(i));
  emit(
    s,
    store<VReg>(`${typeof source === 'bigint' ? 'st' : 'stx'}_${bits}`, where.base, where.off, source, s.pos),
  );
}

const rmw = { add: 'add', and: 'and', or: 'or', xor: 'xor' } as const;
type Rmw = keyof typeof rmw;
const isRmw = (what: string): what is Rmw => Object.hasOwn(rmw, what);

/** The result is fetched only when something reads it. */
export function selectAtomic(s: State, i: Instr, wanted: boolean): void {
  const [, what = ''] = i.op.split('.');
  const bits = accessBits(i.op) === 32 ? 32 : 64;
  const result = wanted && i.result !== null ? register(s, i.result) : null;
  const pointer = i.args[0]!;
  if (what === 'load') {
    const where = address(s, pointer, offsetImm(i));
    emit(s, load<VReg>(`ldx_u${bits}`, result ?? fresh(s), where.base, where.off, s.pos));
  } else if (what === 'store') selectStore(s, i);
  else if (what === 'cmpxchg') {
    const expected = operand(s, i.args[1]!);
    const value = reg(s, i.args[2]!);
    const where = address(s, pointer, offsetImm(i));
    const access = store<VReg>(`atomic_cmpxchg_${bits}`, where.base, where.off, value, s.pos);
    emit(s, { ...access, uses: [expected], defs: result === null ? [] : [result] });
  } else if (isRmw(what) && result === null) {
    const value = reg(s, i.args[1]!);
    const where = address(s, pointer, offsetImm(i));
    emit(s, store<VReg>(`atomic_${what}_${bits}`, where.base, where.off, value, s.pos));
  } else {
    const old = result ?? fresh(s);
    const value = operand(s, i.args[1]!);
    const where = address(s, pointer, offsetImm(i));
    const name = (isRmw(what) ? `atomic_fetch_${what}_${bits}` : `atomic_xchg_${bits}`) as IsaName;
    const first =
      typeof value === 'bigint' ? loadConstant(old, value, s.isa.alu32, s.pos) : move(old, value, s.pos);
    emit(s, first, store<VReg>(name, where.base, where.off, old, s.pos));
  }
}
