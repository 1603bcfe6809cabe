/**
 * What an expression lowers to (Value), where memory is (Addr), and what a variable is bound to (Binding).
 *
 *     x + 1       →  { kind: 'scalar', id: v7 }
 *     key (struct) →  { kind: 'memory', addr: slot s2 + 0 }
 *     buf[2:n]    →  { kind: 'slice', region: array of 16 bytes, base: v3, low: v4, len: v5, cap: v6 }
 *
 * A memory value is an alias of its place until it is copied; whoever keeps one across a write copies it first.
 */

import type { TFunc, TFuncLit, TMap, TVar } from '../ast/typed.ts';
import type { NamedType } from '../ast/types.ts';
import type { Span } from '../base/source.ts';
import type { ContextField } from '../bpf/contexts.ts';
import type { SlotId, ValueId } from '../ir/ir.ts';
import type { Frame } from './context.ts';

/** An address: a base plus constant bytes. */
export type Addr =
  | { readonly kind: 'slot'; readonly slot: SlotId; readonly offset: number }
  | { readonly kind: 'pointer'; readonly base: ValueId; readonly offset: number }
  | { readonly kind: 'global'; readonly name: string; readonly offset: number };

export function shift(addr: Addr, bytes: number): Addr {
  return bytes === 0 ? addr : { ...addr, offset: addr.offset + bytes };
}

/** The object that a slice views. */
export type Region =
  /** An array of `size` bytes. */
  | { readonly kind: 'array'; readonly size: number }
  /** Bytes between two pointers of the function's context, of an SDK context type. */
  | { readonly kind: 'packet'; readonly context: string; readonly part: PacketPart };

/** The packet itself, the metadata before it, or the value of a socket option. */
export type PacketPart = 'packet' | 'meta' | 'optval';

export interface SliceValue {
  readonly kind: 'slice';
  /** null: the nil slice, which goes with every region. */
  readonly region: Region | null;
  /** Address of the region's start. */
  readonly base: ValueId;
  /** Byte offset of element 0 in the region, i64. */
  readonly low: ValueId;
  /** In elements, i64. */
  readonly len: ValueId;
  readonly cap: ValueId;
}

export interface StringValue {
  readonly kind: 'string';
  readonly ptr: ValueId;
  /** In bytes, i64. */
  readonly len: ValueId;
  /** The bytes as char codes, where known. */
  readonly text: string | null;
}

/** A function known at compile time. */
export type Callable =
  | { readonly kind: 'func'; readonly func: TFunc }
  | { readonly kind: 'literal'; readonly literal: TFuncLit; readonly frame: Frame }
  /** The body of a `range` over a function, called as yield. */
  | { readonly kind: 'yield'; readonly call: (args: readonly Value[]) => Value };

export interface FuncValue {
  readonly kind: 'func';
  /** null: nil. */
  readonly callable: Callable | null;
  /** i32, 0 where the variable may still be nil; null: known. */
  readonly set: ValueId | null;
}

/** A pointer to something that is not in memory (a struct with slices): known at compile time. */
export interface RefValue {
  readonly kind: 'ref';
  /** null: nil. */
  readonly binding: Binding | null;
  readonly set: ValueId | null;
}

export type Value =
  | { readonly kind: 'scalar'; readonly id: ValueId }
  | { readonly kind: 'memory'; readonly addr: Addr }
  | SliceValue
  | StringValue
  | FuncValue
  | RefValue
  | { readonly kind: 'record'; readonly fields: readonly Value[] }
  | { readonly kind: 'map'; readonly map: TMap }
  | { readonly kind: 'tuple'; readonly values: readonly Value[] };

/** What a variable, or a part of one, is held in. */
export type Binding =
  /** Never assigned again: the value itself. */
  | { readonly kind: 'value'; readonly value: Value }
  /** In memory. `exact`: as Go lays it out; otherwise a scalar in a slot of its register's width. */
  | { readonly kind: 'memory'; readonly addr: Addr; readonly exact: boolean }
  | {
      readonly kind: 'slice';
      /** The variable that facts about the region are kept for. */
      readonly key: TVar | null;
      region: Region | null;
      readonly base: SlotId;
      readonly low: SlotId;
      readonly len: SlotId;
      readonly cap: SlotId;
    }
  | { readonly kind: 'string'; readonly ptr: SlotId; readonly len: SlotId }
  /** Functions and refs: one value in all; `set` is a slot that says whether it was assigned. */
  | {
      readonly kind: 'fixed';
      value: FuncValue | RefValue | null;
      readonly set: SlotId;
      /** It was read before a value was known: a later assignment would have to change what was emitted. */
      readAsNil: boolean;
    }
  | { readonly kind: 'record'; readonly fields: readonly Binding[] }
  /** A part of a kernel object, whose offset a relocation gives; read-only. */
  | {
      readonly kind: 'kernel';
      readonly base: ValueId;
      /** The partial struct that the pointer points to, and the path of field and element indexes in it. */
      readonly root: NamedType;
      readonly access: readonly number[];
      /** Where the object is named, for errors. */
      readonly span: Span;
    }
  /** A field of a program's context, or one of its elements: accessed at the kernel's width. */
  | {
      readonly kind: 'context';
      readonly base: ValueId;
      /** Name of the SDK's struct. */
      readonly context: string;
      readonly path: string;
      readonly field: ContextField;
      /** Where the field is named, for errors. */
      readonly span: Span;
      readonly index: number;
    };

export const scalar = (id: ValueId): Value => ({ kind: 'scalar', id });
export const memory = (addr: Addr): Value => ({ kind: 'memory', addr });
export const none: Value = { kind: 'tuple', values: [] };
