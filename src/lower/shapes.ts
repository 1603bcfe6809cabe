/**
 * How a Go type is held while lowering.
 *
 *     uint16, bool, *T  → scalar: one SSA value
 *     [6]byte, struct   → memory: an address
 *     []T               → slice: base, low, length, capacity, and a region known at compile time
 *     string            → string: pointer and length
 *     func, *Parser     → fixed: known at compile time (Parser holds slices or functions)
 *     struct{ b []byte} → record: one holding per field, never in memory
 *
 * Invariant: only scalars and memory have a layout in bytes that a helper, a map or an event can see.
 */

import type { Type } from '../ast/types.ts';
import { unreachable } from '../base/assert.ts';
import { sizeof } from '../check/layout.ts';
import { isSigned, under } from '../check/types.ts';
import type { AccessBits } from '../ir/builder.ts';
import type { IrType } from '../ir/ir.ts';

export type Shape = 'scalar' | 'memory' | 'slice' | 'string' | 'fixed' | 'record' | 'map' | 'tuple';

export interface ScalarType {
  readonly ir: IrType;
  /** Width in memory and of the arithmetic. */
  readonly bits: AccessBits;
  readonly signed: boolean;
  readonly bool: boolean;
}

export function shapeOf(type: Type): Shape {
  const u = under(type);
  switch (u.kind) {
    case 'basic':
      return u.name === 'string' ? 'string' : 'scalar';
    case 'pointer':
      return isPlain(u.elem) ? 'scalar' : 'fixed';
    case 'array':
    case 'struct':
      return isPlain(u) ? 'memory' : 'record';
    case 'slice':
      return 'slice';
    case 'func':
      return 'fixed';
    case 'map':
      return 'map';
    case 'tuple':
      return 'tuple';
    default:
      return unreachable(`no shape for a type of kind ${u.kind}`);
  }
}

const plain = new WeakMap<Type, boolean>();

/** Does the type have a layout in memory (no slice, string, function or pointer to such a thing in it)? */
export function isPlain(type: Type): boolean {
  const u = under(type);
  const known = plain.get(u);
  if (known !== undefined) return known;
  // A recursive type (`type Node struct { next *Node }`) is plain unless something else in it is not.
  plain.set(u, true);
  const result = plainPart(u);
  plain.set(u, result);
  return result;
}

function plainPart(u: Type): boolean {
  switch (u.kind) {
    case 'basic':
      return u.name !== 'string';
    case 'pointer':
    case 'array':
      return isPlain(u.elem);
    case 'struct':
      return u.fields.every((field) => isPlain(field.type));
    default:
      return false;
  }
}

/** The scalar that a type of shape `scalar` is. */
export function scalarOf(type: Type): ScalarType {
  const u = under(type);
  if (u.kind === 'pointer') return pointerScalar;
  if (u.kind !== 'basic') return unreachable(`a ${u.kind} is no scalar`);
  if (u.name === 'unsafe.Pointer') return pointerScalar;
  const bits = bitsOf(sizeof(u));
  return { ir: bits === 64 ? 'i64' : 'i32', bits, signed: isSigned(u), bool: u.name === 'bool' };
}

export const pointerScalar: ScalarType = { ir: 'ptr', bits: 64, signed: false, bool: false };
export const byteScalar: ScalarType = { ir: 'i32', bits: 8, signed: false, bool: false };

function bitsOf(size: number): AccessBits {
  switch (size) {
    case 1:
      return 8;
    case 2:
      return 16;
    case 4:
      return 32;
    case 8:
      return 64;
    default:
      return unreachable(`no scalar has ${size} bytes`);
  }
}

/** Types of the parts of a struct or array, in order. */
export function partsOf(type: Type): readonly Type[] {
  const u = under(type);
  if (u.kind === 'struct') return u.fields.map((field) => field.type);
  if (u.kind === 'array') return Array.from({ length: u.length }, () => u.elem);
  return unreachable(`a ${u.kind} has no parts`);
}

export function elemOf(type: Type): Type {
  const u = under(type);
  if (u.kind === 'array' || u.kind === 'slice' || u.kind === 'pointer') return u.elem;
  return unreachable(`a ${u.kind} has no elements`);
}

/** The array type behind an array or a pointer to one. */
export function arrayLength(type: Type): number {
  const u = under(type);
  if (u.kind === 'pointer') return arrayLength(u.elem);
  return u.kind === 'array' ? u.length : unreachable(`a ${u.kind} has no constant length`);
}
