/**
 * What the generator knows while it writes a program: visible variables, functions, loops around, and how much work
 * the program already does.
 */

import type { Random } from './random.ts';
import type { Construct } from './constructs.ts';
import type { GoType, StructType } from './types.ts';

export interface Variable {
  readonly name: string;
  /** Of a pointer what it points to, of a slice its elements. */
  readonly type: GoType;
  readonly form: 'value' | 'pointer' | 'slice';
  /** Of a slice: so many elements at least. */
  readonly length: number;
  readonly assignable: boolean;
  readonly addressable: boolean;
  /** Package variables, captured and pointed-to ones: calls may change them. */
  shared: boolean;
  /** Values below this number, known of loop variables; 0: unknown. */
  readonly below: number;
}

export type Passing = 'value' | 'pointer' | 'slice';

export interface Parameter {
  readonly name: string;
  readonly type: GoType;
  readonly form: Passing;
}

export interface Callable {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly results: readonly GoType[];
  /** Changes nothing outside, prints nothing: allowed inside of expressions. */
  readonly pure: boolean;
  /** Statements that a call executes. */
  readonly cost: number;
  /** Frames below it. */
  readonly depth: number;
  readonly receiver: { readonly type: StructType; readonly pointer: boolean } | null;
  /** Takes any integer type in place of the type parameter `T`. */
  readonly generic: boolean;
  readonly construct: Construct;
}

export interface Enclosing {
  readonly label: string;
  used: boolean;
  /** Loops can be continued. */
  readonly loop: boolean;
}

export interface FunctionState {
  /** null: the program itself, whose result is int32. */
  readonly results: readonly GoType[];
  readonly named: boolean;
  readonly pure: boolean;
  readonly context: boolean;
  /** Inside of loops no defer may stand. */
  loops: number;
  closures: number;
  enclosing: readonly Enclosing[];
  bytes: number;
  cost: number;
  depth: number;
}

export type MapKind = 'HashMap' | 'Array' | 'go';

export interface MapVariable {
  readonly name: string;
  readonly kind: MapKind;
  readonly key: GoType;
  readonly value: GoType;
  readonly entries: number;
}

export interface Constant {
  readonly name: string;
  readonly type: GoType | 'string';
  /** Of a string constant. */
  readonly length: number;
}

export interface AtomicVariable {
  readonly name: string;
  readonly type: GoType;
  /** `atomic.Uint32` and its like, or a plain variable. */
  readonly method: boolean;
}

export interface Gen {
  readonly random: Random;
  readonly used: Set<Construct>;
  readonly cpu: 'v1' | 'v2' | 'v3' | 'v4';
  structs: readonly StructType[];
  namedInts: readonly GoType[];
  constants: readonly Constant[];
  globals: readonly Variable[];
  maps: readonly MapVariable[];
  atomics: readonly AtomicVariable[];
  callables: readonly Callable[];
  scope: readonly Variable[];
  func: FunctionState;
  /** Executions of the current statement, the product of the loops around. */
  times: number;
  /**
   * No division by zero: in `x, y = a, b/c` Go's own compiler has assigned x when the division panics, against the
   * specification, which has both operands evaluated first.
   */
  guarded: boolean;
  /** Statements that may still be written in this function. */
  room: number;
  counter: number;
  label: number;
}

export function fresh(g: Gen, stem: string): string {
  g.counter++;
  return `${stem}${g.counter}`;
}

export function freshLabel(g: Gen): string {
  g.label++;
  return `L${g.label}`;
}

/** Variables that a statement here may use. */
export const visible = (g: Gen): readonly Variable[] => [...g.scope, ...g.globals];

/** Runs `make` and forgets the variables that it declares. */
export function inScope<T>(g: Gen, make: () => T): T {
  const before = g.scope;
  const result = make();
  g.scope = before;
  return result;
}

export function repeated<T>(g: Gen, times: number, make: () => T): T {
  g.times *= times;
  g.func.loops++;
  const result = make();
  g.func.loops--;
  g.times /= times;
  return result;
}

export const declared = (name: string, type: GoType, more: Partial<Variable> = {}): Variable => ({
  name,
  type,
  form: 'value',
  length: 0,
  assignable: true,
  addressable: true,
  shared: false,
  below: 0,
  ...more,
});
