/**
 * Expressions: a typed expression to a value, operands from left to right.
 *
 *     p.count + uint64(n)   →   v4 = load.u64 v2 + 8;  v5 = zext v3;  v6 = add v4, v5
 *
 * Left-deep chains (`a + b + …`) are lowered in a loop, so that their depth needs no stack.
 */

import type { TArith, TCompare, TConvert, TExpr, TFieldSel, TIndex, TShift } from '../ast/typed.ts';
import { must, unreachable } from '../base/assert.ts';
import { sizeof } from '../check/layout.ts';
import { typeString, under } from '../check/types.ts';
import type { ValueId } from '../ir/ir.ts';
import { closureCall, functionCall } from './calls.ts';
import { comparison } from './compare.ts';
import { arrayFromSlice, composite } from './composites.ts';
import { conditionValue } from './conditions.ts';
import { at, type Context, report } from './context.ts';
import { constant } from './emit.ts';
import { binary, convert, shiftBy, unary } from './integers.ts';
import { goMapIndex } from './intrinsics/gomaps.ts';
import { intrinsic } from './intrinsics/table.ts';
import { elementBehind, movesPointer } from './intrinsics/unsafe.ts';
import { addressOf, indexValue, inContext, place } from './places.ts';
import { pointerScalar, type ScalarType, scalarOf, shapeOf } from './shapes.ts';
import { sliceExpression } from './slices.ts';
import { constantString, stringByte } from './strings.ts';
import { scalar, type Value } from './values.ts';
import { detach, newBinding, read, temporary, write, zeroValue } from './variables.ts';

/** The value of a scalar expression. */
export function scalarValue(cx: Context, x: TExpr): ValueId {
  const value = expression(cx, x);
  return value.kind === 'scalar' ? value.id : unreachable(`a ${value.kind} where a scalar is wanted`);
}

export function expression(cx: Context, x: TExpr): Value {
  switch (x.kind) {
    case 'const':
      at(cx, x.span);
      return constantValue(cx, x);
    case 'nil':
      return zeroValue(cx, x.type);
    case 'varref':
    case 'globalref':
    case 'deref':
      return readPlace(cx, x);
    case 'field':
      return fieldValue(cx, x);
    case 'index':
      return indexExpression(cx, x);
    case 'mapref':
      return { kind: 'map', map: x.map };
    case 'funcref':
      return { kind: 'func', callable: { kind: 'func', func: x.func }, set: null };
    case 'funclit':
      return { kind: 'func', callable: { kind: 'literal', literal: x, frame: cx.frame }, set: null };
    case 'unary': {
      const operand = scalarValue(cx, x.x);
      at(cx, x.span);
      return scalar(unary(cx, x.op, operand, scalarOf(x.type)));
    }
    case 'arith':
    case 'shift':
      return scalar(chain(cx, x));
    case 'compare':
      return scalar(compareValue(cx, x));
    case 'logical':
      return scalar(conditionValue(cx, x));
    case 'convert':
      return conversion(cx, x);
    case 'addr':
      return addressValue(cx, x.x);
    case 'slice':
      return sliceExpression(cx, x);
    case 'call':
      return functionCall(cx, x.func, x.args, x.span);
    case 'closurecall':
      return closureCall(cx, x.fn, x.args, x.span);
    case 'intrinsic':
      return intrinsic(cx, x);
    case 'composite':
      return composite(cx, x);
    default:
      return x satisfies never;
  }
}

function constantValue(cx: Context, x: TExpr & { kind: 'const' }): Value {
  const { value } = x;
  switch (value.kind) {
    case 'bool':
      return scalar(constant(cx, 'i32', value.value ? 1n : 0n));
    case 'int':
      return scalar(constant(cx, scalarOf(x.type).ir, value.value));
    case 'string':
      return constantString(cx, value.value);
    case 'rational':
      return unreachable('a constant of a float type');
    default:
      return value satisfies never;
  }
}

function readPlace(cx: Context, x: TExpr): Value {
  const binding = place(cx, x)();
  at(cx, x.span);
  return read(cx, binding, x.type);
}

function fieldValue(cx: Context, x: TFieldSel): Value {
  // A field of a value that is no place (`f().x`) is read from its temporary.
  return readPlace(cx, x);
}

function indexExpression(cx: Context, x: TIndex): Value {
  const u = under(x.x.type);
  if (u.kind === 'map') return goMapIndex(cx, x);
  if (u.kind === 'basic') {
    const s = expression(cx, x.x);
    const index = indexValue(cx, x.i);
    at(cx, x.span);
    return s.kind === 'string' ? scalar(stringByte(cx, s, index)) : unreachable('an index of no string');
  }
  return readPlace(cx, x);
}

/** `&x`: of a composite literal, of new memory. */
function addressValue(cx: Context, x: TExpr): Value {
  if (x.kind === 'composite') {
    const value = composite(cx, x);
    if (value.kind === 'memory')
      return addressOf(cx, { kind: 'memory', addr: value.addr, exact: true }, x.type);
    const binding = newBinding(cx, x.type, { ...temporary, exact: true });
    write(cx, binding, x.type, value, x.span);
    return addressOf(cx, binding, x.type);
  }
  if (inContext(cx, x)) {
    report(cx, 'context-address', x.span, {});
    return zeroValue(cx, { kind: 'pointer', elem: x.type });
  }
  const binding = place(cx, x)();
  at(cx, x.span);
  const pointer = addressOf(cx, binding, x.type);
  const rest = restOfArray(x);
  if (pointer.kind === 'scalar' && rest !== null) cx.extents.set(pointer.id, rest);
  return pointer;
}

/** Bytes from an element with a constant index to the end of its array. */
function restOfArray(x: TExpr): number | null {
  if (x.kind !== 'index' || x.i.kind !== 'const' || x.i.value.kind !== 'int') return null;
  const u = under(x.x.type);
  return u.kind === 'array' ? sizeof(u) - Number(x.i.value.value) * sizeof(u.elem) : null;
}

/** Arithmetic and shifts along the left spine. */
function chain(cx: Context, root: TArith | TShift): ValueId {
  const spine: (TArith | TShift)[] = [];
  let x: TExpr = root;
  while (x.kind === 'arith' || x.kind === 'shift') {
    spine.push(x);
    x = x.x;
  }
  let value = scalarValue(cx, x);
  for (let i = spine.length - 1; i >= 0; i--) {
    const node = must(spine[i], 'spine');
    const right = scalarValue(cx, node.y);
    at(cx, node.opSpan);
    const type = scalarOf(node.type);
    value =
      node.kind === 'arith'
        ? binary(cx, node.op, value, right, type)
        : shiftBy(cx, node.op, value, type, right, scalarOf(node.y.type));
  }
  return value;
}

function compareValue(cx: Context, x: TCompare): ValueId {
  const left = expression(cx, x.x);
  const right = expression(cx, x.y);
  at(cx, x.opSpan);
  return comparison(cx, x.op, left, right, x.x.type, x.span);
}

function conversion(cx: Context, x: TConvert): Value {
  const pointer = under(x.type);
  if (pointer.kind === 'pointer' && shapeOf(x.type) === 'scalar' && movesPointer(x.x)) {
    const moved = elementBehind(cx, x.x, pointer.elem);
    cx.extents.set(moved, sizeof(pointer.elem));
    return scalar(moved);
  }
  const value = expression(cx, x.x);
  at(cx, x.span);
  if (value.kind === 'slice' && shapeOf(x.type) !== 'slice') return arrayFromSlice(cx, value, x.type);
  if (value.kind !== 'scalar') return value;
  if (shapeOf(x.type) !== 'scalar') {
    report(cx, 'run-time-string', x.span, { from: typeString(x.x.type), to: typeString(x.type) });
    return zeroValue(cx, x.type);
  }
  const from = scalarOf(x.x.type);
  const to = scalarOf(x.type);
  return scalar(convertScalar(cx, x, value.id, from, to));
}

function convertScalar(cx: Context, x: TConvert, id: ValueId, from: ScalarType, to: ScalarType): ValueId {
  if (from.bool) return id;
  if (from.ir !== 'ptr' && to.ir !== 'ptr') return convert(cx, id, from, to);
  if (from.ir === 'ptr' && to.ir === 'ptr') return castPointer(cx, x, id);
  if (from.ir === 'ptr') return cx.b.emit('ptrtoint', 'i64', [id]);
  report(cx, 'pointer-from-number', x.span, {});
  return constant(cx, pointerScalar.ir, 0n);
}

/** Through unsafe.Pointer: what is read must fit in the rest of the object. */
function castPointer(cx: Context, x: TConvert, id: ValueId): ValueId {
  const from = under(x.x.type);
  const to = under(x.type);
  if (from.kind === 'pointer' && !cx.extents.has(id)) cx.extents.set(id, sizeof(from.elem));
  const room = cx.extents.get(id);
  if (to.kind === 'pointer' && room !== undefined && sizeof(to.elem) > room)
    report(cx, 'unsafe-cast', x.span, { size: sizeof(to.elem), room });
  return id;
}

/** An operand that is kept while others are evaluated: places that could change are copied. */
export function operand(cx: Context, x: TExpr): Value {
  const value = expression(cx, x);
  return isPlace(x) ? detach(cx, value, x.type) : value;
}

export function isPlace(x: TExpr): boolean {
  if (x.kind === 'convert') return isPlace(x.x);
  if (x.kind === 'field') return true;
  if (x.kind === 'index') return under(x.x.type).kind !== 'map';
  return x.kind === 'varref' || x.kind === 'globalref' || x.kind === 'deref';
}
