/**
 * Types: constructors, identity, Go's spelling, and the predicates that the checker asks.
 *
 *     typeString(pointer(slice(basic('uint8'))))  →  `*[]uint8`
 *
 * A predicate over a type parameter holds when it holds for every type of its constraint's type set.
 */

import { typeString } from '../ast/type-string.ts';
import type {
  ArrayType,
  BasicName,
  BasicType,
  InterfaceType,
  PointerType,
  SliceType,
  TupleType,
  Type,
} from '../ast/types.ts';

const basicNames = [
  'bool',
  'int',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'uintptr',
  'string',
  'unsafe.Pointer',
  'untyped bool',
  'untyped int',
  'untyped rune',
  'untyped float',
  'untyped string',
  'untyped nil',
  'float32',
  'float64',
  'complex64',
  'complex128',
  'invalid',
] as const satisfies readonly BasicName[];

const basics = new Map<BasicName, BasicType>(basicNames.map((name) => [name, { kind: 'basic', name }]));

/** The one object of a basic type. */
export function basic(name: BasicName): BasicType {
  const type = basics.get(name);
  if (type === undefined) throw new Error(`no basic type ${name}`);
  return type;
}

/** What the SDK's package is called in `NamedType.pkg` and in intrinsic names, whichever path imported it. */
export const sdkPath = 'bpf';

export const invalidType = basic('invalid');
export const boolType = basic('bool');
export const intType = basic('int');
export const uintType = basic('uint');
export const uintptrType = basic('uintptr');
export const byteType = basic('uint8');
export const runeType = basic('int32');
export const stringType = basic('string');
export const anyType: InterfaceType = { kind: 'interface', terms: null, comparable: false, methods: [] };
export const comparableType: InterfaceType = {
  kind: 'interface',
  terms: null,
  comparable: true,
  methods: [],
};
export const noResults: TupleType = { kind: 'tuple', types: [] };

export function pointer(elem: Type): PointerType {
  return { kind: 'pointer', elem };
}

export function slice(elem: Type): SliceType {
  return { kind: 'slice', elem };
}

export function array(length: number, elem: Type): ArrayType {
  return { kind: 'array', length, elem };
}

/** The underlying type; a type parameter's is its constraint. */
export function under(type: Type): Type {
  if (type.kind === 'named') return type.underlying;
  if (type.kind === 'typeparam') return under(type.constraint);
  return type;
}

/** The types of a type parameter's type set; null when it is every type. */
export function typeSet(type: Type): readonly { readonly tilde: boolean; readonly type: Type }[] | null {
  const constraint = under(type);
  return constraint.kind === 'interface' ? constraint.terms : [{ tilde: false, type }];
}

function every(type: Type, holds: (underlying: Type) => boolean): boolean {
  if (type.kind !== 'typeparam') return holds(under(type));
  const terms = typeSet(type);
  // A term of invalid type is left out: an empty set has had its error.
  return terms?.every((term) => every(term.type, holds)) === true;
}

/** The single underlying type of all types in a type parameter's set, else null; the underlying type of others. */
export function coreType(type: Type): Type | null {
  if (type.kind !== 'typeparam') return under(type);
  const terms = typeSet(type);
  const first = terms?.[0];
  if (first === undefined || terms === null) return null;
  const core = coreType(first.type);
  if (core === null) return null;
  return terms.every((term) => {
    const other = coreType(term.type);
    return other !== null && identical(core, other);
  })
    ? core
    : null;
}

const signed: ReadonlySet<BasicName> = new Set([
  'int',
  'int8',
  'int16',
  'int32',
  'int64',
  'untyped int',
  'untyped rune',
]);
const unsigned: ReadonlySet<BasicName> = new Set(['uint', 'uint8', 'uint16', 'uint32', 'uint64', 'uintptr']);
const floats: ReadonlySet<BasicName> = new Set(['float32', 'float64', 'untyped float']);
const complexes: ReadonlySet<BasicName> = new Set(['complex64', 'complex128']);

function named(names: ReadonlySet<BasicName>): (type: Type) => boolean {
  return (type) => every(type, (u) => u.kind === 'basic' && names.has(u.name));
}

export const isSigned = named(signed);
export const isUnsigned = named(unsigned);
export const isInteger = named(new Set([...signed, ...unsigned]));
export const isNumeric = named(new Set([...signed, ...unsigned, ...floats, ...complexes]));
export const isFloat = named(floats);
export const isFloatOrComplex = named(new Set([...floats, ...complexes]));
export const isBoolean = named(new Set<BasicName>(['bool', 'untyped bool']));
export const isString = named(new Set<BasicName>(['string', 'untyped string']));
export const isUnsafePointer = named(new Set<BasicName>(['unsafe.Pointer']));

/** The type of an erroneous expression, a declared type that is one, or a type made of one (structs aside). */
export function isInvalid(type: Type): boolean {
  switch (type.kind) {
    case 'basic':
      return type.name === 'invalid';
    case 'named':
      return type.underlying === invalidType;
    case 'pointer':
    case 'slice':
    case 'array':
      return isInvalid(type.elem);
    case 'func':
      return type.params.some(isInvalid) || type.results.some(isInvalid);
    default:
      return false;
  }
}

export function isUntyped(type: Type): boolean {
  return type.kind === 'basic' && type.name.startsWith('untyped ');
}

export function isOrdered(type: Type): boolean {
  return every(type, (u) => isString(u) || (isNumeric(u) && !(u.kind === 'basic' && complexes.has(u.name))));
}

export function isConstType(type: Type): boolean {
  return type.kind !== 'typeparam' && (isNumeric(type) || isBoolean(type) || isString(type));
}

export function hasNil(type: Type): boolean {
  return every(type, (u) => {
    switch (u.kind) {
      case 'pointer':
      case 'slice':
      case 'map':
      case 'func':
        return true;
      case 'interface':
        return type.kind !== 'typeparam';
      case 'basic':
        return u.name === 'unsafe.Pointer' || u.name === 'untyped nil';
      default:
        return false;
    }
  });
}

/** May values of the type be compared with `==` (struct and array members included)? */
export function isComparable(type: Type): boolean {
  return incomparablePart(type) === null;
}

/** The part of a type that forbids `==`, or null. */
export function incomparablePart(type: Type): Type | null {
  if (type.kind === 'typeparam') {
    const constraint = under(type);
    if (constraint.kind === 'interface' && constraint.comparable) return null;
    const terms = typeSet(type);
    return terms?.every((term) => isComparable(term.type)) ? null : type;
  }
  const u = under(type);
  switch (u.kind) {
    case 'slice':
    case 'map':
    case 'func':
      return type;
    case 'array':
      return incomparablePart(u.elem);
    case 'struct':
      for (const field of u.fields) {
        const part = incomparablePart(field.type);
        if (part !== null) return part;
      }
      return null;
    default:
      return null;
  }
}

/** Does the type mention a type parameter? */
export function isParameterised(type: Type): boolean {
  switch (type.kind) {
    case 'typeparam':
      return true;
    case 'pointer':
    case 'array':
    case 'slice':
      return isParameterised(type.elem);
    case 'map':
      return isParameterised(type.key) || isParameterised(type.value);
    case 'func':
      return type.params.some(isParameterised) || type.results.some(isParameterised);
    case 'tuple':
      return type.types.some(isParameterised);
    case 'struct':
      return type.fields.some((field) => isParameterised(field.type));
    case 'named':
      return type.typeArgs.some(isParameterised);
    case 'interface':
      return (type.terms ?? []).some((term) => isParameterised(term.type));
    case 'basic':
      return false;
    default:
      return type satisfies never;
  }
}

function identicalLists(a: readonly Type[], b: readonly Type[], tags: boolean): boolean {
  return a.length === b.length && a.every((type, i) => identical(type, b[i] ?? invalidType, tags));
}

/** Go's type identity; without `tags`, struct tags do not count. Instances of a generic type are unique per argument list (src/check/instances.ts). */
export function identical(a: Type, b: Type, tags = true): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case 'basic':
      return b.kind === 'basic' && a.name === b.name;
    case 'pointer':
      return b.kind === 'pointer' && identical(a.elem, b.elem, tags);
    case 'slice':
      return b.kind === 'slice' && identical(a.elem, b.elem, tags);
    case 'array':
      return b.kind === 'array' && a.length === b.length && identical(a.elem, b.elem, tags);
    case 'map':
      return b.kind === 'map' && identical(a.key, b.key, tags) && identical(a.value, b.value, tags);
    case 'func':
      return (
        b.kind === 'func' &&
        a.variadic === b.variadic &&
        identicalLists(a.params, b.params, tags) &&
        identicalLists(a.results, b.results, tags)
      );
    case 'tuple':
      return b.kind === 'tuple' && identicalLists(a.types, b.types, tags);
    case 'struct':
      return (
        b.kind === 'struct' &&
        a.fields.length === b.fields.length &&
        a.fields.every((field, i) => {
          const other = b.fields[i];
          return (
            other !== undefined &&
            field.name === other.name &&
            field.embedded === other.embedded &&
            (!tags || (field.tag ?? '') === (other.tag ?? '')) &&
            identical(field.type, other.type, tags)
          );
        })
      );
    case 'interface':
      return b.kind === 'interface' && identicalInterfaces(a, b);
    case 'named':
    case 'typeparam':
      return false;
    default:
      return a satisfies never;
  }
}

function identicalInterfaces(a: InterfaceType, b: InterfaceType): boolean {
  const sameTerms =
    a.terms === null || b.terms === null
      ? a.terms === b.terms
      : a.terms.length === b.terms.length &&
        a.terms.every((term) => b.terms?.some((o) => o.tilde === term.tilde && identical(o.type, term.type)));
  return (
    sameTerms &&
    a.comparable === b.comparable &&
    a.methods.length === b.methods.length &&
    a.methods.every((m) => b.methods.some((o) => o.name === m.name && identical(o.type, m.type)))
  );
}

export { typeString };
