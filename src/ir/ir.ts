/**
 * The SSA form: types of modules, functions, blocks and instructions. The ops are rows of ops.ts.
 *
 *     func @main(v0: ptr) -> i32 {
 *       slot s0 16 align 8 "key"
 *     b0:
 *       v1: i32 = const 5                        !6:10
 *       v2: ptr = slotaddr s0 + 8                !6:10
 *       store.32 v2 + 0, v1                      !6:10
 *       v3: i64 = load.u64 v0 + 16               !7:3
 *       v4: i32 = icmp.ult v3, v3                !7:3
 *       branch v4, b1(v1), b2                    !7:3
 *     b1(v5: i32):
 *       return v5                                !8:2
 *     …
 *
 * Values are `i32`, `i64` or `ptr`. A Go integer narrower than 32 bits is an i32 that holds the value zero- or
 * sign-extended by its Go type; a bool is an i32, 0 or 1. Block parameters instead of phis. Everything is
 * immutable: a pass that changes nothing returns its input by reference.
 *
 * Division and shifts mean what eBPF means: x/0 = 0, x%0 = x, MIN/-1 = MIN, MIN%-1 = 0, counts taken modulo the
 * width. Lowering emits Go's checks and extra cases around them.
 */

import type { NamedType } from '../ast/types.ts';
import type { Pos } from '../base/source.ts';
import type { MapDecl } from '../bpf/maps.ts';
import type { OpName } from './ops.ts';

export type { MapDecl };

export type ValueId = number & { readonly __brand?: 'ValueId' };
export type BlockId = number & { readonly __brand?: 'BlockId' };
export type SlotId = number & { readonly __brand?: 'SlotId' };

export type IrType = 'i32' | 'i64' | 'ptr';

/** Width in bits of a value. */
export const widthOf = (type: IrType): 32 | 64 => (type === 'i32' ? 32 : 64);

/**
 * What an op's immediate is, by the op's row: nothing, an integer (constants), a byte offset or size (memory ops),
 * a slot with an offset, or a symbol (function, helper, map, global, string) with an offset.
 * Constants are canonical: signed, within the width of their type.
 */
export type Imm = null | bigint | number | SlotRef | SymbolRef;

export interface SlotRef {
  readonly kind: 'slot';
  readonly slot: SlotId;
  readonly offset: number;
}

export interface SymbolRef {
  readonly kind: 'symbol';
  /** Name without `@`; for strings the key in Module.strings. */
  readonly name: string;
  readonly offset: number;
}

export interface Instr {
  readonly op: OpName;
  /** null: the op has no result, or nobody names it. */
  readonly result: ValueId | null;
  /** Type of the result; i64, without meaning, when result is null. */
  readonly type: IrType;
  readonly args: readonly ValueId[];
  readonly imm: Imm;
  readonly pos: Pos;
}

export interface Target {
  readonly block: BlockId;
  readonly args: readonly ValueId[];
}

export type Terminator =
  | { readonly kind: 'jump'; readonly target: Target; readonly pos: Pos }
  /** To `then` if cond (i32) is not zero. */
  | {
      readonly kind: 'branch';
      readonly cond: ValueId;
      readonly then: Target;
      readonly else: Target;
      readonly pos: Pos;
    }
  | { readonly kind: 'return'; readonly value: ValueId | null; readonly pos: Pos }
  /** Ends the function because of a Go panic; the caller sees it with the op `aborted`. */
  | { readonly kind: 'abort'; readonly pos: Pos }
  /** Control never gets here (after a call that does not return, a tail call excepted). */
  | { readonly kind: 'unreachable'; readonly pos: Pos };

export interface Param {
  readonly id: ValueId;
  readonly type: IrType;
}

export interface Block {
  readonly id: BlockId;
  readonly params: readonly Param[];
  readonly body: readonly Instr[];
  readonly end: Terminator;
}

/** A piece of the stack frame. Its contents are undefined until stored. */
export interface Slot {
  readonly id: SlotId;
  /** Bytes, at least 1. */
  readonly size: number;
  /** 1, 2, 4 or 8. */
  readonly align: number;
  /** The Go variable, for dumps and the stack-too-large error; '' for temporaries. */
  readonly name: string;
  readonly pos: Pos;
}

export interface Func {
  readonly name: string;
  /** The first block's parameters are the function's; blocks[0] is the entry and has no predecessors. */
  readonly blocks: readonly Block[];
  readonly result: IrType | null;
  readonly slots: readonly Slot[];
  readonly noinline: boolean;
  /** For an entry point: the index of its row in Module.programs; null for subprograms. */
  readonly program: string | null;
  readonly pos: Pos;
  /** Next free ids; greater than any id in use. */
  readonly nextValue: number;
  readonly nextBlock: number;
  readonly nextSlot: number;
}

/** A program: an entry function and what the loader must know of it. */
export interface Program {
  /** Symbol, also the function's name. */
  readonly name: string;
  /** Section name in libbpf's spelling: `xdp`, `tracepoint/syscalls/sys_enter_openat`. */
  readonly section: string;
  /** Returned on abort. */
  readonly abortValue: bigint;
}

/** A package variable in .data, .bss or .rodata, or a value that the loader finds in the kernel's configuration. */
export interface Global {
  readonly name: string;
  readonly section: '.data' | '.bss' | '.rodata' | '.kconfig';
  readonly size: number;
  readonly align: number;
  /** Initial bytes in the target's byte order, `size` of them; empty for .bss and .kconfig. */
  readonly init: Uint8Array;
  /** Of the configuration: zero where the kernel has no such value. */
  readonly weak?: boolean;
}

export interface Module {
  readonly funcs: readonly Func[];
  readonly programs: readonly Program[];
  readonly maps: readonly MapDecl[];
  readonly globals: readonly Global[];
  /** Constant strings by symbol name: bytes as char codes 0–255, without the terminating NUL. */
  readonly strings: ReadonlyMap<string, string>;
  readonly license: string;
  /** Partial kernel structs that `core` refers to, by the first part of its symbol. */
  readonly coreTypes?: ReadonlyMap<string, NamedType>;
}
