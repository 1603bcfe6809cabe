/**
 * Places: where an addressable expression lives, for reading parts, assigning and taking addresses.
 *
 *     a[i].f = g()   →  operands first (a, i), then g(), then the check i < len(a), then the store
 *
 * `place` evaluates the operands and returns a function that emits the checks and yields the binding; Go evaluates
 * the operands of an assignment's left side before its right side, and panics of the left side come last.
 */

import type { TExpr, TGlobal } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import { unreachable } from '../base/assert.ts';
import type { Span } from '../base/source.ts';
import { sizeof } from '../check/layout.ts';
import { under } from '../check/types.ts';
import type { ValueId } from '../ir/ir.ts';
import { at, type Context, lookup, report } from './context.ts';
import { abort, abortUnless, address, arith, checkNil, compare, int, known, maximum, widen } from './emit.ts';
import { expression, scalarValue } from './expressions.ts';
import { globalPlace } from './globals.ts';
import { contextName, fieldPlace } from './intrinsics/contexts.ts';
import { kernelAddress, kernelObject, kernelType } from './kernel.ts';
import { arrayLength, elemOf, scalarOf, shapeOf } from './shapes.ts';
import { elementAddr } from './slices.ts';
import { type Addr, type Binding, shift, type Value } from './values.ts';
import { newBinding, partBinding, temporary, write, zeroValue } from './variables.ts';

/** Evaluates the operands; the result emits the checks and gives the place. */
export type Place = () => Binding;

const inMemory = (addr: Addr): Binding => ({ kind: 'memory', addr, exact: true });

export function place(cx: Context, x: TExpr): Place {
  switch (x.kind) {
    case 'varref': {
      const binding = lookup(cx.frame, x.var);
      return () => binding;
    }
    case 'globalref': {
      const { global } = x;
      return () => globalBinding(cx, global, x.span);
    }
    case 'field': {
      const known = fieldPlace(cx, x);
      if (known !== null) return known;
      const inner = place(cx, x.x);
      return () => partBinding(inner(), x.x.type, x.index);
    }
    case 'deref':
      return derefPlace(cx, x.x, x.span);
    case 'index':
      if (under(x.x.type).kind === 'map') break;
      return indexPlace(cx, x.x, x.i, x.span);
    case 'convert': {
      // A conversion between types of the same underlying type keeps the place.
      return place(cx, x.x);
    }
    default:
      break;
  }
  const value = expression(cx, x);
  return () => valueBinding(cx, value, x.type, x.span);
}

/** A binding for a value that is not addressable: its own memory, or a temporary. */
function valueBinding(cx: Context, value: Value, type: Type, span: Span): Binding {
  if (value.kind === 'memory') return inMemory(value.addr);
  if (value.kind === 'record') return { kind: 'value', value };
  const binding = newBinding(cx, type, { ...temporary, exact: true });
  write(cx, binding, type, value, span);
  return binding;
}

function globalBinding(cx: Context, global: TGlobal, span: Span): Binding {
  return globalPlace(cx, global, span);
}

function derefPlace(cx: Context, pointer: TExpr, span: Span): Place {
  // `*&x` is x.
  if (pointer.kind === 'addr') return place(cx, pointer.x);
  const value = expression(cx, pointer);
  return () => {
    at(cx, span);
    return dereference(cx, value, elemOf(pointer.type), span);
  };
}

/** What a pointer value points to, after the nil check. */
export function dereference(cx: Context, value: Value, type: Type, span: Span): Binding {
  if (value.kind === 'scalar') {
    // The kernel reads nil as zero.
    const kernel = kernelType(type);
    if (kernel !== null) return kernelObject(value.id, kernel, span);
    checkNil(cx, value.id);
    return inMemory({ kind: 'pointer', base: value.id, offset: 0 });
  }
  if (value.kind !== 'ref') return unreachable(`a ${value.kind} is no pointer`);
  if (value.set !== null) abortUnless(cx, value.set);
  if (value.binding !== null) return value.binding;
  abort(cx);
  return valueBinding(cx, zeroValue(cx, type), type, span);
}

function indexPlace(cx: Context, x: TExpr, i: TExpr, span: Span): Place {
  const u = under(x.type);
  if (u.kind === 'slice') {
    const value = expression(cx, x);
    const index = indexValue(cx, i);
    return () => {
      at(cx, span);
      if (value.kind !== 'slice') return unreachable('a slice of another kind');
      return inMemory(elementAddr(cx, value, index, u.elem));
    };
  }
  const inner = place(cx, x);
  const index = indexValue(cx, i);
  return () => {
    const whole = inner();
    at(cx, span);
    return arrayElement(cx, whole, x.type, index, span);
  };
}

/** An index or length as an i64; the check against a length is unsigned, so that negative ones fail it too. */
export function indexValue(cx: Context, i: TExpr): ValueId {
  const type = scalarOf(i.type);
  const id = scalarValue(cx, i);
  return type.bits === 64 ? id : widen(cx, id, type.signed);
}

/** `index < length`, unless it is certain. */
export function checkIndex(cx: Context, index: ValueId, length: ValueId): void {
  const n = known(cx, length);
  const max = maximum(cx, index);
  const isCertain = n !== null && max !== null && max < n;
  if (isCertain && !cx.module.choices.allChecks) return;
  abortUnless(cx, compare(cx, 'icmp.ult', index, length));
}

function arrayElement(cx: Context, whole: Binding, type: Type, index: ValueId, span: Span): Binding {
  const length = arrayLength(type);
  const constantIndex = known(cx, index);
  if (constantIndex !== null && constantIndex >= 0n && constantIndex < BigInt(length))
    return partBinding(whole, type, Number(constantIndex));
  checkIndex(cx, index, int(cx, length));
  const elem = elemOf(type);
  if (whole.kind === 'memory') {
    if (whole.addr.kind === 'pointer' && whole.addr.base === cx.contextParam)
      report(cx, 'context-index', span, {});
    return inMemory(indexed(cx, whole.addr, index, sizeof(elem)));
  }
  if (whole.kind === 'value' && whole.value.kind === 'memory')
    return inMemory(indexed(cx, whole.value.addr, index, sizeof(elem)));
  report(cx, whole.kind === 'kernel' ? 'kernel-index' : 'variable-index', span, {});
  return valueBinding(cx, zeroValue(cx, elem), elem, span);
}

/** `addr + index * size`. */
export function indexed(cx: Context, addr: Addr, index: ValueId, size: number): Addr {
  const n = known(cx, index);
  if (n !== null) return shift(addr, Number(n) * size);
  const bytes = arith(cx, 'mul', index, int(cx, size));
  const base = address(cx, addr);
  return { kind: 'pointer', base: cx.b.emit('ptradd', 'ptr', [base, bytes]), offset: 0 };
}

/** Is this a part of the program's context? The kernel takes its pointer as it gave it, at constant offsets. */
export function inContext(cx: Context, x: TExpr): boolean {
  let of = x;
  while (of.kind === 'field' || of.kind === 'index' || of.kind === 'convert') of = of.x;
  if (of === x || of.kind !== 'deref') return false;
  const pointer = of.x;
  if (contextName(pointer.type) !== null) return true;
  if (pointer.kind !== 'varref' || shapeOf(pointer.type) !== 'scalar') return false;
  const binding = lookup(cx.frame, pointer.var);
  return binding.kind === 'value' && binding.value.kind === 'scalar' && binding.value.id === cx.contextParam;
}

/** The address of a place, as a pointer value. */
export function addressOf(cx: Context, binding: Binding, type: Type): Value {
  if (shapeOf(type) === 'scalar' || shapeOf(type) === 'memory') {
    if (binding.kind === 'memory') return { kind: 'scalar', id: address(cx, binding.addr) };
    if (binding.kind === 'value' && binding.value.kind === 'memory')
      return { kind: 'scalar', id: address(cx, binding.value.addr) };
    if (binding.kind === 'kernel') return { kind: 'scalar', id: kernelAddress(cx, binding) };
    return unreachable('the address of a register');
  }
  return { kind: 'ref', binding, set: null };
}
