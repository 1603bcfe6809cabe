/**
 * Go types and constant values, as the checker computes them and lowering reads them.
 *
 * Types are compared with `identical` (src/check/types.ts), never with `===`, except `Named` and `TypeParam`,
 * which have identity. Layout (size, alignment, field offsets) is src/check/layout.ts's: Go's on a 64-bit machine.
 */

export type BasicName =
  | 'bool'
  | 'int'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'uintptr'
  | 'string'
  | 'unsafe.Pointer'
  | 'untyped bool'
  | 'untyped int'
  | 'untyped rune'
  | 'untyped float'
  | 'untyped string'
  | 'untyped nil'
  // outside the subset, known so that they can be refused by name
  | 'float32'
  | 'float64'
  | 'complex64'
  | 'complex128'
  /** The type of an erroneous expression: silences follow-up errors. */
  | 'invalid';

export type Type =
  | BasicType
  | PointerType
  | ArrayType
  | SliceType
  | StructType
  | MapType
  | FuncType
  | InterfaceType
  | TupleType
  | NamedType
  | TypeParam;

export interface BasicType {
  readonly kind: 'basic';
  readonly name: BasicName;
}

export interface PointerType {
  readonly kind: 'pointer';
  readonly elem: Type;
}

export interface ArrayType {
  readonly kind: 'array';
  readonly length: number;
  readonly elem: Type;
}

export interface SliceType {
  readonly kind: 'slice';
  readonly elem: Type;
}

export interface StructField {
  readonly name: string;
  readonly type: Type;
  readonly embedded: boolean;
  readonly tag: string | null;
}

export interface StructType {
  readonly kind: 'struct';
  readonly fields: readonly StructField[];
}

export interface MapType {
  readonly kind: 'map';
  readonly key: Type;
  readonly value: Type;
}

export interface FuncType {
  readonly kind: 'func';
  readonly params: readonly Type[];
  readonly results: readonly Type[];
  /** The last parameter is `...T` (SDK functions only); its type is the slice. */
  readonly variadic: boolean;
}

/** Only `any`, `comparable` and constraints exist in the subset. */
export interface InterfaceType {
  readonly kind: 'interface';
  /** The type set as terms; null: every type. */
  readonly terms: readonly { readonly tilde: boolean; readonly type: Type }[] | null;
  readonly comparable: boolean;
  readonly methods: readonly { readonly name: string; readonly type: FuncType }[];
}

/** The "type" of a call with several results, or none. */
export interface TupleType {
  readonly kind: 'tuple';
  readonly types: readonly Type[];
}

/** A declared type; `underlying` is set once its declaration has been resolved. */
export interface NamedType {
  readonly kind: 'named';
  /** Import path of its package; '' for the universe. */
  readonly pkg: string;
  /** Name as declared, without type arguments. */
  readonly name: string;
  /** For instances of a generic type; empty otherwise. */
  readonly typeArgs: readonly Type[];
  /** Never itself a NamedType once resolved. */
  underlying: Type;
  /** `//bpf:core NAME` or `//bpf:tracepoint CAT/NAME` above its declaration, else null. */
  origin: { readonly kind: 'core' | 'tracepoint'; readonly name: string } | null;
}

export interface TypeParam {
  readonly kind: 'typeparam';
  readonly name: string;
  readonly constraint: Type;
}

// ---------------------------------------------------------------- constant values

/** Untyped floats are exact rationals: Go folds `1 << 3.0` and `0.5 * 4` to integers. */
export type ConstValue =
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'rational'; readonly num: bigint; readonly den: bigint }
  /** The bytes of the string, one per char code 0–255. */
  | { readonly kind: 'string'; readonly value: string };
