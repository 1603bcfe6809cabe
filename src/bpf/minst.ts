/**
 * Machine code as data: one `MInst` per eBPF instruction, over virtual or physical registers.
 *
 * `MInst<VReg>` comes out of selection, `MInst<PReg>` out of the register allocator; `encode` takes only the latter,
 * so unallocated code cannot be encoded. The text form (`.mir`, and `.s` once laid out) is the kernel's assembly
 * notation: `r1 = *(u32 *)(r10 - 4)`, `w2 += w3`, `if r1 > 7 goto b3`, with `v12`/`w12` for virtual registers from 11 up,
 * `s0+8` for a slot relative to the frame pointer (`*(u32 *)(r10 + s0+8)`, `r2 += s0+8`) and blocks `b3:`.
 *
 * A function is a list of blocks. Before layout every block ends in a jump, conditional jump followed by a jump,
 * or exit. After layout a block may fall through to the next.
 */

import type { Pos } from '../base/source.ts';
import type { IsaName } from './isa.ts';

/** R0–R10. */
export type PReg = number & { readonly __phase: 'physical' };
/** A physical register (0–10) or a virtual one (11 and up). */
export type VReg = number & { readonly __phase?: 'physical' | 'virtual' };

export const firstVirtual = 11;
export const framePointer = 10 as PReg;

/**
 * Ops are rows of isa.ts, and one pseudo-instruction: `parcopy r1, r2 = v20, 7`, a parallel copy
 * (block arguments on an edge, arguments of a call); the register allocator resolves it into moves.
 */
export type MOp = IsaName | 'parcopy';

/** A stack slot used as displacement of a memory access or as addend; the pass `frame` turns it into a number. */
export interface FrameRef {
  readonly kind: 'frame';
  readonly slot: number;
  readonly offset: number;
}

/** What a relocation or a call refers to. */
export interface SymRef {
  readonly kind: 'map' | 'mapvalue' | 'global' | 'func' | 'kfunc' | 'string' | 'core';
  readonly name: string;
  readonly offset: number;
}

export interface MInst<R> {
  readonly op: MOp;
  /** The dst field, by the row's operand role; null where the row has none. */
  readonly dst: R | null;
  readonly src: R | null;
  /** The 16-bit offset of memory instructions; 0 elsewhere, the row holding fixed values. Jumps use `target`. */
  readonly off: number;
  /** Immediate, sign-extended; 64 bits for ld_imm64. Helper id of a call. */
  readonly imm: bigint;
  /** Replaces `off` (memory) or `imm` (add) until `frame` has run. */
  readonly frame: FrameRef | null;
  /** Replaces `imm` of loads of addresses and of calls; of kind `core`, also that of an addition, and `off` (memory). */
  readonly sym: SymRef | null;
  /** Block id that a jump goes to. */
  readonly target: number | null;
  /**
   * Operands that no field names; the row's `fixedUses` and `fixedDefs` say where they must be. Calls: the arguments,
   * in R1–R5 in this order. exit: [R0's value] or []. cmpxchg: [the expected value, in R0]. parcopy: the sources.
   */
  readonly uses: readonly (R | bigint)[];
  /** Calls: the result, in R0, or []. cmpxchg: [the old value, in R0]. parcopy: the destinations. */
  readonly defs: readonly R[];
  readonly pos: Pos;
}

export interface MBlock<R> {
  readonly id: number;
  readonly body: readonly MInst<R>[];
}

export interface MSlot {
  readonly id: number;
  readonly size: number;
  readonly align: number;
  readonly name: string;
}

export interface MFunc<R> {
  readonly name: string;
  /** blocks[0] is the entry. */
  readonly blocks: readonly MBlock<R>[];
  /** Number of arguments in R1…; selection copies them into virtual registers at entry. */
  readonly params: number;
  readonly slots: readonly MSlot[];
  /** Bytes of stack, a multiple of 8, once `frame` has run; null before. */
  readonly frameSize: number | null;
  readonly program: string | null;
  readonly nextReg: number;
  readonly nextBlock: number;
  readonly pos: Pos;
}

/** Functions of one object; the rest of the module (maps, globals, programs) stays as the IR had it. */
export interface MCode<R> {
  readonly funcs: readonly MFunc<R>[];
}
