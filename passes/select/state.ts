/**
 * What selection of one function shares: definitions and uses of values, the registers demanded so far, and the
 * code being made. Selection walks blocks and instructions backwards and emits only what later code has asked for,
 * so that whatever was folded into its users (addresses, constants, compares) needs no code of its own.
 *
 *     v3 = ptroff v1 + 8; v4 = load.u32 v3 + 4      asks for v1 only: `v12 = *(u32 *)(v11 + 12)`
 *
 * Invariant: a value's register is written once (block parameters: once per edge), before anything that reads it.
 */

import { must, unreachable } from '../../src/base/assert.ts';
import type { Pos } from '../../src/base/source.ts';
import { alu, inst, loadSymbol, move } from '../../src/bpf/build.ts';
import { loadConstant } from '../../src/bpf/constants.ts';
import {
  type FrameRef,
  framePointer,
  type MBlock,
  type MInst,
  type SymRef,
  type VReg,
} from '../../src/bpf/minst.ts';
import type { Func, Instr, IrType, Module, Param, SlotRef, SymbolRef, ValueId } from '../../src/ir/ir.ts';
import type { PassContext } from '../pass.ts';

/** What the target's instruction set allows. */
export interface Isa {
  /** 32-bit arithmetic and jumps. */
  readonly alu32: boolean;
  /** `<` and `<=` jumps. */
  readonly less: boolean;
  /** Signed division, sign extension, byte swaps. */
  readonly v4: boolean;
  readonly little: boolean;
}

export interface State {
  readonly func: Func;
  readonly module: Module;
  readonly context: PassContext;
  readonly isa: Isa;
  readonly definitions: readonly (Instr | undefined)[];
  readonly types: readonly (IrType | undefined)[];
  /** Parameters by block id. */
  readonly paramsOf: ReadonlyMap<number, readonly Param[]>;
  readonly useCounts: Int32Array;
  /** Uses as the address of a load, store or atomic. */
  readonly accessCounts: Int32Array;
  /** i32 values whose register has zeros in its upper half. */
  readonly zeroUpper: Uint8Array;
  /** i32 values that are zero-extended somewhere: comparing them 64 bits wide tells the verifier more. */
  readonly widened: Uint8Array;
  /** Constants that several instructions want in a register: 1 keeps one for all, which -Os asks for. */
  readonly sharedConstants: Uint8Array;
  /** Pointers that take no constant stores (context-pointers.ts), one byte per value; null: all take them. */
  readonly contexts: Uint8Array | null;
  readonly registers: Map<ValueId, VReg>;
  /** Finished blocks, last one first. */
  readonly blocks: MBlock<VReg>[];
  /** Instructions of the block being made, last one first. */
  reversed: MInst<VReg>[];
  /** Instructions of the IR instruction being selected, in order. */
  chunk: MInst<VReg>[];
  pos: Pos;
  nextReg: number;
  nextBlock: number;
}

export function emit(s: State, ...insts: readonly MInst<VReg>[]): void {
  s.chunk.push(...insts);
}

export function fresh(s: State): VReg {
  return s.nextReg++;
}

export function freshBlock(s: State): number {
  return s.nextBlock++;
}

/** Moves the chunk into the block. */
export function flush(s: State): void {
  for (let i = s.chunk.length - 1; i >= 0; i--) s.reversed.push(s.chunk[i]!);
  s.chunk = [];
}

/** Ends the block being made; what is emitted next goes before it. */
export function finishBlock(s: State, id: number): void {
  flush(s);
  s.blocks.push({ id, body: s.reversed.reverse() });
  s.reversed = [];
}

/** The definition of a value with this op; undefined otherwise. */
export function definedBy(s: State, v: ValueId, op: Instr['op']): Instr | undefined {
  const def = s.definitions[v];
  return def?.op === op ? def : undefined;
}

export const typeOf = (s: State, v: ValueId): IrType => must(s.types[v], 'a typed value');

/** A constant's value as it stands in a register: i32 zero-extended where 32-bit instructions make that free. */
export function constantOf(s: State, v: ValueId): bigint | null {
  const def = definedBy(s, v, 'const');
  if (def === undefined) return null;
  const value = def.imm as bigint;
  return def.type === 'i32' && s.isa.alu32 ? BigInt.asUintN(32, value) : value;
}

/** A constant as the signed number of its type. */
export function signedConstant(s: State, v: ValueId): bigint | null {
  const def = definedBy(s, v, 'const');
  if (def === undefined) return null;
  return BigInt.asIntN(def.type === 'i32' ? 32 : 64, def.imm as bigint);
}

export function slotImm(i: Instr): SlotRef {
  const { imm } = i;
  return typeof imm === 'object' && imm?.kind === 'slot' ? imm : unreachable(`${i.op} takes a slot`);
}

export function symbolImm(i: Instr): SymbolRef {
  const { imm } = i;
  return typeof imm === 'object' && imm?.kind === 'symbol' ? imm : unreachable(`${i.op} takes a symbol`);
}

export const offsetImm = (i: Instr): number =>
  typeof i.imm === 'number' ? i.imm : unreachable(`${i.op} takes an offset`);

export const frameRef = (slot: number, offset: number): FrameRef => ({ kind: 'frame', slot, offset });

const symbolKinds = {
  mapaddr: 'map',
  mapvalue: 'mapvalue',
  globaladdr: 'global',
  stringaddr: 'string',
  funcaddr: 'func',
  core: 'core',
} as const satisfies Partial<Record<Instr['op'], SymRef['kind']>>;

const isSymbolOp = (op: Instr['op']): op is keyof typeof symbolKinds => Object.hasOwn(symbolKinds, op);

/** The relocation of a kernel structure's field, for an addition or a load that holds its offset itself. */
export function fieldOffset(s: State, v: ValueId): SymRef | null {
  const def = definedBy(s, v, 'core');
  return def === undefined ? null : { kind: 'core', ...named(symbolImm(def)) };
}

const named = ({ name, offset }: SymbolRef): Pick<SymRef, 'name' | 'offset'> => ({ name, offset });

/** Is the value an address that two instructions (or one of two slots) make anew? */
export function isAddress(def: Instr): boolean {
  return def.op === 'slotaddr' || isSymbolOp(def.op);
}

/** Up to this many uses an address is made anew for each: sharing would cost as much, and a register. */
const sharedFrom = 3;

/** Emits the code of an address into `dst`. */
export function emitAddress(s: State, def: Instr, dst: VReg): void {
  if (def.op === 'slotaddr') {
    const ref = slotImm(def);
    emit(
      s,
      move<VReg>(dst, framePointer, s.pos),
      alu<VReg>('add64_imm', dst, frameRef(ref.slot, ref.offset), s.pos),
    );
    return;
  }
  if (!isSymbolOp(def.op)) unreachable(`${def.op} is no address`);
  const { name, offset } = symbolImm(def);
  const held = offset === 0 || offset < sizeBehind(s.module, def.op, name) ? offset : 0;
  emit(s, loadSymbol<VReg>(dst, { kind: symbolKinds[def.op], name, offset: held }, s.pos));
  if (held !== offset) emit(s, alu<VReg>('add64_imm', dst, BigInt(offset), s.pos));
}

/** Bytes that the address itself may point into: the kernel refuses others, even where no path leads to them. */
function sizeBehind(module: Module, op: keyof typeof symbolKinds, name: string): number {
  switch (op) {
    case 'mapvalue':
      return module.maps.find((m) => m.name === name)?.valueSize ?? 0;
    case 'globaladdr':
      return module.globals.find((g) => g.name === name)?.size ?? 0;
    case 'stringaddr':
      return (module.strings.get(name)?.length ?? 0) + 1;
    case 'mapaddr':
    case 'funcaddr':
    case 'core':
      return Number.POSITIVE_INFINITY;
    default:
      return op satisfies never;
  }
}

/** Values that are other values under another type, as far as registers go. */
function aliasOf(s: State, def: Instr): ValueId | null {
  const arg = def.args[0]!;
  if (def.op === 'trunc' || def.op === 'ptrtoint') return arg;
  if (def.op === 'zext' && s.zeroUpper[arg] === 1) return arg;
  if (def.op === 'ptroff' && def.imm === 0) return arg;
  return null;
}

/** The value whose register holds `v`. */
export function root(s: State, v: ValueId): ValueId {
  let at = v;
  for (;;) {
    const def = s.definitions[at];
    const next = def === undefined ? null : aliasOf(s, def);
    if (next === null) return at;
    at = next;
  }
}

/**
 * Is an address made once and kept? Frame addresses disappear in accesses; addresses of symbols take two slots, so that a
 * second access pays for keeping them.
 */
function isShared(s: State, def: Instr, at: ValueId): boolean {
  const uses = s.useCounts[at]!;
  const accesses = s.accessCounts[at]!;
  if (def.op === 'slotaddr') return uses - accesses >= sharedFrom;
  return uses >= (accesses > 0 ? 2 : sharedFrom);
}

/** The register of a value; constants and cheap addresses are made right here. */
export function reg(s: State, v: ValueId): VReg {
  const at = root(s, v);
  const def = s.definitions[at];
  if (def !== undefined) {
    const constant = constantOf(s, at);
    if (constant !== null && s.sharedConstants[at] === 0) {
      const t = fresh(s);
      emit(s, loadConstant(t, constant, s.isa.alu32, s.pos));
      return t;
    }
    if (isAddress(def) && !isShared(s, def, at)) {
      const t = fresh(s);
      emitAddress(s, def, t);
      return t;
    }
  }
  return register(s, at);
}

/** The value's own register, asked for from now on. */
export function register(s: State, v: ValueId): VReg {
  const known = s.registers.get(v);
  if (known !== undefined) return known;
  const made = fresh(s);
  s.registers.set(v, made);
  return made;
}

/** Will later code read the value? */
export const isWanted = (s: State, v: ValueId): boolean => s.registers.has(root(s, v));

/** The constant, or the register. */
export function operand(s: State, v: ValueId): VReg | bigint {
  return constantOf(s, root(s, v)) ?? reg(s, v);
}

/** A register that holds an i32 value with zeros above it. */
export function zeroExtended(s: State, v: ValueId): VReg {
  if (s.zeroUpper[v] === 1) return reg(s, v);
  const t = fresh(s);
  emitZeroExtension(s, t, reg(s, v));
  return t;
}

export function emitZeroExtension(s: State, dst: VReg, src: VReg): void {
  if (s.isa.alu32) emit(s, move(dst, src, s.pos, 32));
  else emit(s, move(dst, src, s.pos), alu('lsh64_imm', dst, 32n, s.pos), alu('rsh64_imm', dst, 32n, s.pos));
}

export function emitSignExtension(s: State, dst: VReg, src: VReg): void {
  if (s.isa.v4) emit(s, inst<VReg>('movsx32_64', { dst, src }, s.pos));
  else emit(s, move(dst, src, s.pos), alu('lsh64_imm', dst, 32n, s.pos), alu('arsh64_imm', dst, 32n, s.pos));
}

/** A register that holds an i32 value sign-extended. */
export function signExtended(s: State, v: ValueId): VReg {
  const t = fresh(s);
  const constant = signedConstant(s, v);
  if (constant !== null) emit(s, loadConstant(t, constant, s.isa.alu32, s.pos));
  else emitSignExtension(s, t, reg(s, v));
  return t;
}
