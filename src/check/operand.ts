/**
 * Operands: what an expression turned out to be while it is checked.
 *
 *     1 << 3  →  const (untyped int 8)      f  →  func      []int  →  type      p.x  →  value, addressable
 *
 * An operand of kind `invalid` has had its error; whatever meets it stays silent.
 */

import type { TExpr } from '../ast/typed.ts';
import type { ConstValue, Type } from '../ast/types.ts';
import type { Args, Code, Related } from '../base/diagnostic.ts';
import type { Span } from '../base/source.ts';
import type { Env, FuncEntity, TypeEntity } from './scope.ts';
import { basic, invalidType, typeString } from './types.ts';

export type Operand =
  | { readonly mode: 'invalid'; readonly span: Span; readonly type: Type }
  | { readonly mode: 'type'; readonly span: Span; readonly type: Type; readonly parameter: boolean }
  | { readonly mode: 'generictype'; readonly span: Span; readonly type: Type; readonly entity: TypeEntity }
  | { readonly mode: 'builtin'; readonly span: Span; readonly type: Type; readonly name: string }
  | { readonly mode: 'nil'; readonly span: Span; readonly type: Type }
  | ConstOperand
  | FuncOperand
  | ValueOperand;

export interface ConstOperand {
  readonly mode: 'const';
  readonly span: Span;
  readonly type: Type;
  readonly value: ConstValue;
}

/** A declared function or method before it is called. */
export interface FuncOperand {
  readonly mode: 'func';
  readonly span: Span;
  readonly entity: FuncEntity;
  /** Given type arguments: of the function, or of the receiver's type. null: none were given. */
  readonly typeArgs: readonly Type[] | null;
  /** A method's receiver as the first argument. */
  readonly receiver: TExpr | null;
  /** The signature if it has no type parameters left to infer, else invalid. */
  readonly type: Type;
  /** Qualifies an intrinsic whose receiver is a package variable without state: `BigEndian`. */
  readonly owner: string | null;
}

export interface ValueOperand {
  readonly mode: 'value';
  readonly span: Span;
  /** A tuple for calls with no or several results. */
  readonly type: Type;
  readonly x: TExpr;
  readonly addressable: boolean;
  /** May be assigned to though not addressable: a Go map's element. */
  readonly mapElement: boolean;
}

export function invalid(span: Span): Operand {
  return { mode: 'invalid', span, type: invalidType };
}

export function constant(span: Span, type: Type, value: ConstValue): ConstOperand {
  return { mode: 'const', span, type, value };
}

export function value(x: TExpr, addressable = false): ValueOperand {
  return { mode: 'value', span: x.span, type: x.type, x, addressable, mapElement: false };
}

export function typeOperand(span: Span, type: Type, parameter = false): Operand {
  return { mode: 'type', span, type, parameter };
}

export const untypedNil = basic('untyped nil');

// ---------------------------------------------------------------- reports

export function report<C extends Code>(
  env: Env,
  code: C,
  span: Span,
  args: Args<C>,
  related: readonly Related[] = [],
): void {
  env.sink.report(code, span, args, related);
}

/** Report and give the operand that silences what follows. */
export function refuse<C extends Code>(
  env: Env,
  code: C,
  span: Span,
  args: Args<C>,
  related: readonly Related[] = [],
): Operand {
  report(env, code, span, args, related);
  return invalid(span);
}

/** The type's spelling as seen from the package being checked. */
export function show(env: Env, type: Type): string {
  return typeString(type, env.pkg.path);
}

/** Source text of a span, shortened to one line. */
export function textOf(env: Env, span: Span): string {
  const file = env.checker.sources.get(span.file);
  const text = (file?.text.slice(span.start, span.end) ?? '').replace(/\s+/g, ' ').trim();
  return text.length > 40 ? `${text.slice(0, 38)}…` : text;
}

/** `x (variable of type int)`: an operand in a message. */
export function describe(env: Env, op: Operand): string {
  const text = textOf(env, op.span);
  switch (op.mode) {
    case 'const':
      return `${text} (${op.type.kind === 'basic' && op.type.name.startsWith('untyped') ? `${op.type.name} constant` : `constant of type ${show(env, op.type)}`})`;
    case 'nil':
      return 'nil';
    case 'type':
    case 'generictype':
      return `${text} (a type)`;
    case 'func':
      return `${text} (a function)`;
    case 'builtin':
      return `${text} (built-in)`;
    case 'value':
      return op.type.kind === 'tuple'
        ? `${text} (${op.type.types.length === 0 ? 'no value' : `${op.type.types.length} values`})`
        : `${text} (${show(env, op.type)})`;
    case 'invalid':
      return text;
    default:
      return op satisfies never;
  }
}
