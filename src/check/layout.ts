/**
 * Sizes, alignments and field offsets: Go's on a 64-bit machine, which are C's for these types.
 *
 *     struct{ a uint8; b uint32 }  →  size 8, align 4, offsets [0, 4]
 *
 * A type that contains itself by value has been refused before anything asks for its size.
 */

import type { BasicName, StructType, Type } from '../ast/types.ts';
import { under } from './types.ts';

const basicSizes: Readonly<Record<BasicName, number>> = {
  bool: 1,
  int: 8,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  uintptr: 8,
  string: 16,
  'unsafe.Pointer': 8,
  'untyped bool': 1,
  'untyped int': 8,
  'untyped rune': 4,
  'untyped float': 8,
  'untyped string': 16,
  'untyped nil': 8,
  float32: 4,
  float64: 8,
  complex64: 8,
  complex128: 16,
  invalid: 0,
};

export interface StructLayout {
  readonly size: number;
  readonly align: number;
  /** Byte offset per field. */
  readonly offsets: readonly number[];
}

const structLayouts = new WeakMap<StructType, StructLayout>();

function roundUp(offset: number, align: number): number {
  return Math.ceil(offset / align) * align;
}

export function structLayout(type: StructType): StructLayout {
  const known = structLayouts.get(type);
  if (known !== undefined) return known;
  const offsets: number[] = [];
  let end = 0;
  let align = 1;
  for (const [i, field] of type.fields.entries()) {
    const fieldAlign = alignof(field.type);
    const fieldSize = sizeof(field.type);
    align = Math.max(align, fieldAlign);
    offsets.push(roundUp(end, fieldAlign));
    end = roundUp(end, fieldAlign) + fieldSize;
    // Go keeps a pointer to a trailing zero-size field inside the object.
    if (i === type.fields.length - 1 && fieldSize === 0 && end > 0) end++;
  }
  const layout = { size: roundUp(end, align), align, offsets };
  structLayouts.set(type, layout);
  return layout;
}

/** Size in bytes. */
export function sizeof(type: Type): number {
  const u = under(type);
  switch (u.kind) {
    case 'basic':
      return basicSizes[u.name];
    case 'pointer':
    case 'func':
    case 'map':
      return 8;
    case 'slice':
      return 24;
    case 'interface':
      return 16;
    case 'array':
      return u.length * sizeof(u.elem);
    case 'struct':
      return structLayout(u).size;
    case 'tuple':
    case 'named':
    case 'typeparam':
      return 0;
    default:
      return u satisfies never;
  }
}

/** Alignment in bytes, at least 1. */
export function alignof(type: Type): number {
  const u = under(type);
  switch (u.kind) {
    case 'basic':
      return u.name === 'string' || u.name === 'complex128'
        ? 8
        : u.name === 'complex64'
          ? 4
          : Math.max(1, basicSizes[u.name]);
    case 'array':
      return alignof(u.elem);
    case 'struct':
      return structLayout(u).align;
    case 'tuple':
      return 1;
    case 'pointer':
    case 'func':
    case 'map':
    case 'slice':
    case 'interface':
    case 'named':
    case 'typeparam':
      return 8;
    default:
      return u satisfies never;
  }
}

/** Byte offset of a field. */
export function offsetof(type: StructType, index: number): number {
  return structLayout(type).offsets[index] ?? 0;
}
