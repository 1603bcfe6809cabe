/**
 * Composite literals and conversions to arrays.
 *
 *     Key{Port: 80}   →   zero s2, 8;  store.16 s2 + 4, 80
 *
 * Memory is cleared first where an element or padding is not written.
 */

import type { TComposite, TExpr } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import { unreachable } from '../base/assert.ts';
import { sizeof } from '../check/layout.ts';
import { under } from '../check/types.ts';
import { at, type Context } from './context.ts';
import { abortUnless, address, clearMemory, compare, copyMemory, int, nonNil, storeScalar } from './emit.ts';
import { expression } from './expressions.ts';
import { arrayLength, partsOf, scalarOf, shapeOf } from './shapes.ts';
import { arraySlice, bytesAddr } from './slices.ts';
import { type Addr, memory, type SliceValue, shift, type Value } from './values.ts';
import { newMemory, partOffset, zeroValue } from './variables.ts';

export function composite(cx: Context, x: TComposite): Value {
  const u = under(x.type);
  if (u.kind === 'slice') return sliceLiteral(cx, x, u.elem);
  if (shapeOf(x.type) === 'record') return recordLiteral(cx, x);
  const addr = newMemory(cx, x.type);
  fill(cx, x, addr);
  return memory(addr);
}

/** `[]T{…}` views an array of its own. */
function sliceLiteral(cx: Context, x: TComposite, elem: Type): Value {
  const length = x.elements.reduce((n, e) => Math.max(n, e.index + 1), 0);
  const array: Type = { kind: 'array', length, elem };
  const addr = newMemory(cx, array);
  fill(cx, { ...x, type: array }, addr);
  return arraySlice(cx, addr, array);
}

function recordLiteral(cx: Context, x: TComposite): Value {
  const parts = partsOf(x.type);
  const fields: (Value | undefined)[] = parts.map(() => undefined);
  for (const { index, value } of x.elements) fields[index] = expression(cx, value);
  return { kind: 'record', fields: parts.map((type, i) => fields[i] ?? zeroValue(cx, type)) };
}

/** Evaluates a literal into memory that nothing refers to. */
export function fill(cx: Context, x: TComposite, addr: Addr): void {
  at(cx, x.span);
  if (!covers(x)) clearMemory(cx, addr, x.type);
  for (const { index, value } of x.elements) into(cx, value, shift(addr, partOffset(x.type, index)));
}

/** Does the literal write every byte of its type? */
function covers(x: TComposite): boolean {
  let bytes = 0;
  for (const { value } of x.elements) {
    if (value.kind === 'composite' && under(value.type).kind !== 'slice' && !covers(value)) return false;
    bytes += sizeof(value.type);
  }
  return bytes === sizeof(x.type);
}

/** Evaluates an expression into memory that nothing refers to. */
export function into(cx: Context, x: TExpr, addr: Addr): void {
  if (x.kind === 'composite') {
    fill(cx, x, addr);
    return;
  }
  const value = expression(cx, x);
  at(cx, x.span);
  if (value.kind === 'scalar') storeScalar(cx, addr, scalarOf(x.type), value.id);
  else if (value.kind === 'memory') copyMemory(cx, addr, value.addr, x.type);
  else unreachable(`a ${value.kind} has no bytes`);
}

/** `[4]byte(s)` and `(*[4]byte)(s)`: the slice must have that many elements. */
export function arrayFromSlice(cx: Context, slice: SliceValue, type: Type): Value {
  const u = under(type);
  const array = u.kind === 'pointer' ? u.elem : type;
  abortUnless(cx, compare(cx, 'icmp.uge', slice.len, int(cx, arrayLength(array))));
  const addr = bytesAddr(cx, slice, int(cx, 0), sizeof(array));
  return u.kind === 'pointer' ? { kind: 'scalar', id: nonNil(cx, address(cx, addr)) } : memory(addr);
}
