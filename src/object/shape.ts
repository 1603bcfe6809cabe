/**
 * Values in memory as JSON and back, by their shape.
 *
 *     struct { PID uint32; Comm [16]byte }   7b000000 6361 7400…   ↔   { "PID": 123, "Comm": "cat" }
 *
 * Integers that a double cannot hold exactly are decimal strings; both are read. Byte arrays that hold a NUL-padded
 * printable text are strings, others arrays of numbers; both are read. Missing fields are zero when read.
 */

import type { BtfType } from './btf.ts';
import { type Btf, sizeOfType, skipModifiers } from './btf-read.ts';

export type Shape =
  | { readonly kind: 'int'; readonly size: number; readonly signed: boolean; readonly bool: boolean }
  | { readonly kind: 'array'; readonly size: number; readonly element: Shape; readonly count: number }
  | { readonly kind: 'struct'; readonly size: number; readonly fields: readonly ShapeField[] }
  /** Without a type: hexadecimal digits. */
  | { readonly kind: 'bytes'; readonly size: number };

export interface ShapeField {
  readonly name: string;
  readonly offset: number;
  readonly shape: Shape;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A value that does not have its shape; `path` says where. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

const isByte = (shape: Shape): boolean => shape.kind === 'int' && shape.size === 1 && !shape.bool;

function readInt(bytes: Uint8Array, size: number, signed: boolean, little: boolean): bigint {
  let value = 0n;
  for (let i = 0; i < size; i++) value = (value << 8n) | BigInt(bytes[little ? size - 1 - i : i] ?? 0);
  return signed ? BigInt.asIntN(size * 8, value) : value;
}

const numberOrText = (value: bigint): Json =>
  BigInt(Number.MIN_SAFE_INTEGER) <= value && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : String(value);

/** A NUL-padded text of printable ASCII, or null. */
function textOf(bytes: Uint8Array): string | null {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  const padded = end < 0 || bytes.subarray(end).every((b) => b === 0);
  const printable = text.every((b) => b >= 32 && b < 127);
  return padded && printable && text.length > 0 ? String.fromCharCode(...text) : null;
}

export function toJson(shape: Shape, bytes: Uint8Array, little = true): Json {
  switch (shape.kind) {
    case 'int': {
      const value = readInt(bytes, shape.size, shape.signed, little);
      return shape.bool ? value !== 0n : numberOrText(value);
    }
    case 'array': {
      if (isByte(shape.element))
        return textOf(bytes.subarray(0, shape.size)) ?? [...bytes.subarray(0, shape.size)];
      const { size } = shape.element;
      return Array.from({ length: shape.count }, (_, i) =>
        toJson(shape.element, bytes.subarray(i * size, (i + 1) * size), little),
      );
    }
    case 'struct':
      return Object.fromEntries(
        shape.fields.map((f) => [
          f.name,
          toJson(f.shape, bytes.subarray(f.offset, f.offset + f.shape.size), little),
        ]),
      );
    case 'bytes':
      return toHex(bytes.subarray(0, shape.size));
    default:
      return shape satisfies never;
  }
}

function integer(value: Json, path: string): bigint {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?(?:\d+|0x[0-9a-fA-F]+)$/.test(value))
    return value.startsWith('-') ? -BigInt(value.slice(1)) : BigInt(value);
  throw new ShapeError(`${path} must be an integer, not ${JSON.stringify(value)}`);
}

function writeInt(
  out: Uint8Array,
  shape: Extract<Shape, { kind: 'int' }>,
  value: Json,
  path: string,
  little: boolean,
): void {
  const { size, signed } = shape;
  const number = integer(value, path);
  const low = signed ? -(1n << BigInt(size * 8 - 1)) : 0n;
  const high = signed ? (1n << BigInt(size * 8 - 1)) - 1n : (1n << BigInt(size * 8)) - 1n;
  if (number < low || number > high)
    throw new ShapeError(`${path}: ${number} is not within ${low} to ${high}`);
  let rest = BigInt.asUintN(size * 8, number);
  for (let i = 0; i < size; i++) {
    out[little ? i : size - 1 - i] = Number(rest & 255n);
    rest >>= 8n;
  }
}

function hexBytes(value: Json, size: number, path: string): Uint8Array {
  if (typeof value !== 'string' || !/^([0-9a-fA-F]{2})*$/.test(value) || value.length > size * 2)
    throw new ShapeError(`${path} must be at most ${size} bytes as hexadecimal digits`);
  return Uint8Array.from(value.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function writeArray(
  out: Uint8Array,
  shape: Extract<Shape, { kind: 'array' }>,
  value: Json,
  path: string,
  little: boolean,
): void {
  if (typeof value === 'string' && isByte(shape.element)) {
    const text = new TextEncoder().encode(value);
    if (text.length > shape.count)
      throw new ShapeError(`${path}: the text has more than ${shape.count} bytes`);
    out.set(text);
    return;
  }
  if (!Array.isArray(value) || value.length > shape.count)
    throw new ShapeError(`${path} must be an array of at most ${shape.count}`);
  const { size } = shape.element;
  value.forEach((item: Json, i) => {
    write(out.subarray(i * size, (i + 1) * size), shape.element, item, `${path}[${i}]`, little);
  });
}

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function write(out: Uint8Array, shape: Shape, value: Json, path: string, little: boolean): void {
  switch (shape.kind) {
    case 'int':
      writeInt(out, shape, value, path, little);
      return;
    case 'array':
      writeArray(out, shape, value, path, little);
      return;
    case 'struct':
      if (!isObject(value))
        throw new ShapeError(`${path} must be an object with ${shape.fields.map((f) => f.name).join(', ')}`);
      for (const [name, item] of Object.entries(value)) {
        const field = shape.fields.find((f) => f.name === name);
        if (field === undefined)
          throw new ShapeError(
            `${path} has no field ${name}; it has ${shape.fields.map((f) => f.name).join(', ')}`,
          );
        write(
          out.subarray(field.offset, field.offset + field.shape.size),
          field.shape,
          item,
          `${path}.${name}`,
          little,
        );
      }
      return;
    case 'bytes':
      out.set(hexBytes(value, shape.size, path));
      return;
    default:
      shape satisfies never;
  }
}

/** The bytes of a value; throws a ShapeError that begins with `path`. */
export function fromJson(shape: Shape, value: Json, path: string, little = true): Uint8Array {
  const out = new Uint8Array(shape.size);
  write(out, shape, value, path, little);
  return out;
}

/** The shape of a BTF type; `size` is what it must have, else it is bytes. */
export function shapeOfBtf(btf: Btf, id: number, size = sizeOfType(btf, id)): Shape {
  const type: BtfType | null = skipModifiers(btf, id);
  const bytes: Shape = { kind: 'bytes', size };
  if (type === null || sizeOfType(btf, id) !== size) return bytes;
  switch (type.kind) {
    case 'int':
      return { kind: 'int', size, signed: type.encoding === 'signed', bool: type.encoding === 'bool' };
    case 'enum':
    case 'enum64':
      return { kind: 'int', size, signed: type.signed, bool: false };
    case 'ptr':
      return { kind: 'int', size, signed: false, bool: false };
    case 'array':
      return { kind: 'array', size, element: shapeOfBtf(btf, type.element), count: type.count };
    case 'struct':
    case 'union': {
      if (type.members.some((m) => m.bitSize !== 0)) return bytes;
      const fields = type.members
        .filter((m) => m.name !== '')
        .map((m) => ({ name: m.name, offset: m.bitOffset / 8, shape: shapeOfBtf(btf, m.type) }));
      return { kind: 'struct', size, fields };
    }
    default:
      return bytes;
  }
}
