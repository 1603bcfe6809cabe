/**
 * The types that random programs use: integers, bools, arrays, structs, named and generic ones; their sizes, their
 * literals and which type lies inside which.
 */

import type { Random } from './random.ts';

export interface IntType {
  readonly kind: 'int';
  /** As Go spells it; of a named type, its name. */
  readonly name: string;
  readonly bits: 8 | 16 | 32 | 64;
  readonly signed: boolean;
  /** A type parameter: literals must fit every integer type. */
  readonly parameter: boolean;
}

export interface BoolType {
  readonly kind: 'bool';
  readonly name: string;
}

export interface ArrayType {
  readonly kind: 'array';
  readonly name: string;
  readonly element: GoType;
  readonly length: number;
}

export interface Field {
  readonly name: string;
  readonly type: GoType;
  readonly embedded: boolean;
}

export interface StructType {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: readonly Field[];
}

export type GoType = IntType | BoolType | ArrayType | StructType;

const int = (name: string, bits: IntType['bits'], signed: boolean): IntType => ({
  kind: 'int',
  name,
  bits,
  signed,
  parameter: false,
});

export const integers: readonly IntType[] = [
  int('int8', 8, true),
  int('uint8', 8, false),
  int('byte', 8, false),
  int('int16', 16, true),
  int('uint16', 16, false),
  int('int32', 32, true),
  int('rune', 32, true),
  int('uint32', 32, false),
  int('int64', 64, true),
  int('uint64', 64, false),
  int('int', 64, true),
  int('uint', 64, false),
  int('uintptr', 64, false),
];

export const uint8 = int('uint8', 8, false);
export const uint32 = int('uint32', 32, false);
export const uint64 = int('uint64', 64, false);
export const int32 = int('int32', 32, true);
export const goInt = int('int', 64, true);
export const bool: BoolType = { kind: 'bool', name: 'bool' };

export const unsignedOf = (bits: IntType['bits']): IntType => int(`uint${bits}`, bits, false);
export const namedInt = (name: string, of: IntType): IntType => ({ ...of, name });
export const typeParameter: IntType = { ...int('T', 8, true), parameter: true };
export const arrayOf = (element: GoType, length: number): ArrayType => ({
  kind: 'array',
  name: `[${length}]${element.name}`,
  element,
  length,
});

export function alignOf(type: GoType): number {
  switch (type.kind) {
    case 'bool':
      return 1;
    case 'int':
      return type.bits / 8;
    case 'array':
      return alignOf(type.element);
    case 'struct':
      return Math.max(1, ...type.fields.map((field) => alignOf(field.type)));
    default:
      return type satisfies never;
  }
}

export function sizeOfType(type: GoType): number {
  switch (type.kind) {
    case 'bool':
      return 1;
    case 'int':
      return type.bits / 8;
    case 'array':
      return type.length * sizeOfType(type.element);
    case 'struct': {
      const up = (size: number, align: number): number => Math.ceil(size / align) * align;
      const end = type.fields.reduce((at, f) => up(at, alignOf(f.type)) + sizeOfType(f.type), 0);
      return up(end, alignOf(type));
    }
    default:
      return type satisfies never;
  }
}

export const isSame = (a: GoType, b: GoType): boolean => a.name === b.name;

/** Is there a value of type `inner` in one of type `outer`, or is it one? */
export function contains(outer: GoType, inner: GoType): boolean {
  if (isSame(outer, inner)) return true;
  if (outer.kind === 'array') return contains(outer.element, inner);
  return outer.kind === 'struct' && outer.fields.some((field) => contains(field.type, inner));
}

/** Every scalar of a value, as paths: `.F0`, `[1].F2`. */
export function scalarPaths(type: GoType): readonly { readonly path: string; readonly type: GoType }[] {
  switch (type.kind) {
    case 'int':
    case 'bool':
      return [{ path: '', type }];
    case 'array':
      return Array.from({ length: type.length }, (_, i) =>
        scalarPaths(type.element).map((s) => ({ path: `[${i}]${s.path}`, type: s.type })),
      ).flat();
    case 'struct':
      return type.fields.flatMap((f) =>
        scalarPaths(f.type).map((s) => ({ path: `.${f.name}${s.path}`, type: s.type })),
      );
    default:
      return type satisfies never;
  }
}

export function range(type: IntType): { readonly low: bigint; readonly high: bigint } {
  if (type.parameter) return { low: 0n, high: 100n };
  const bits = BigInt(type.bits);
  return type.signed
    ? { low: -(1n << (bits - 1n)), high: (1n << (bits - 1n)) - 1n }
    : { low: 0n, high: (1n << bits) - 1n };
}

/** A value that is often at an edge, within the type. */
export function literalValue(random: Random, type: IntType): bigint {
  const { low, high } = range(type);
  const around = (value: bigint): bigint => value + BigInt(random.below(5) - 2);
  const candidate = ((): bigint => {
    switch (random.below(6)) {
      case 0:
        return around(low);
      case 1:
        return around(high);
      case 2:
        return around(1n << BigInt(random.below(type.bits)));
      case 3:
        return (BigInt(random.next()) << 32n) | BigInt(random.next());
      default:
        return BigInt(random.below(type.signed && !type.parameter ? 40 : 20)) - (type.signed ? 10n : 0n);
    }
  })();
  if (candidate >= low && candidate <= high) return candidate;
  const width = high - low + 1n;
  return low + ((((candidate - low) % width) + width) % width);
}

/** The zero value as an expression. */
export function zeroText(type: GoType): string {
  switch (type.kind) {
    case 'bool':
      return 'false';
    case 'int':
      return `${type.name}(0)`;
    case 'array':
    case 'struct':
      return `(${type.name}{})`;
    default:
      return type satisfies never;
  }
}

/** Short stand-ins for the shrinker. */
export function standIns(type: GoType): readonly string[] {
  switch (type.kind) {
    case 'bool':
      return ['true', 'false'];
    case 'int':
      return [`${type.name}(0)`, `${type.name}(1)`];
    case 'array':
    case 'struct':
      return [zeroText(type)];
    default:
      return type satisfies never;
  }
}
