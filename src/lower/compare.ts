/**
 * Comparisons of every kind of value.
 *
 *     a == b   (struct{ x uint8; _ uint8; y uint32 })   →   a.x == b.x && a.y == b.y
 *
 * Structs and arrays are compared part by part, so that padding and blank fields do not matter; a long array of
 * scalars is compared in a loop.
 */

import type { TCompare } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import { unreachable } from '../base/assert.ts';
import type { Span } from '../base/source.ts';
import { sizeof } from '../check/layout.ts';
import { under } from '../check/types.ts';
import type { BlockId, ValueId } from '../ir/ir.ts';
import type { Context } from './context.ts';
import { arith, branch, compare, constant, enter, int, isNonNil, jump, known, loadScalar } from './emit.ts';
import { order } from './integers.ts';
import { indexed } from './places.ts';
import { scalarOf, shapeOf } from './shapes.ts';
import { isNilSlice } from './slices.ts';
import { compareStrings } from './strings.ts';
import { type Addr, type FuncValue, type RefValue, shift, type Value } from './values.ts';
import { partOffset } from './variables.ts';

/** An i32, 0 or 1. Both operands have type `type`. */
export function comparison(
  cx: Context,
  op: TCompare['op'],
  x: Value,
  y: Value,
  type: Type,
  span: Span,
): ValueId {
  if (x.kind === 'scalar' && y.kind === 'scalar') return compareScalars(cx, op, x.id, y.id, type);
  if (x.kind === 'string' && y.kind === 'string') return compareStrings(cx, op, x, y);
  return flip(cx, op, equality(cx, x, y, type, span));
}

function flip(cx: Context, op: TCompare['op'], equal: ValueId): ValueId {
  return op === '!=' ? compare(cx, 'icmp.eq', equal, constant(cx, 'i32', 0n)) : equal;
}

function compareScalars(cx: Context, op: TCompare['op'], x: ValueId, y: ValueId, type: Type): ValueId {
  const held = scalarOf(type);
  if (held.ir === 'ptr') {
    // An address is not nil: `&x == nil` folds.
    const nil = (id: ValueId): boolean => known(cx, id) === 0n;
    if ((nil(x) && isNonNil(cx, y)) || (nil(y) && isNonNil(cx, x)))
      return constant(cx, 'i32', op === '!=' ? 1n : 0n);
  }
  return order(cx, op, x, y, held.signed);
}

function equality(cx: Context, x: Value, y: Value, type: Type, span: Span): ValueId {
  if (x.kind === 'memory' && y.kind === 'memory') return equalMemory(cx, x.addr, y.addr, type);
  if (x.kind === 'slice' && y.kind === 'slice') return isNilSlice(cx, x.region === null ? y : x);
  if ((x.kind === 'func' || x.kind === 'ref') && y.kind === x.kind) return equalFixed(cx, x, y);
  if (x.kind === 'record' && y.kind === 'record') return equalRecords(cx, x.fields, y.fields, type, span);
  return unreachable(`a ${x.kind} is not comparable with a ${y.kind}`);
}

const isNilFixed = (v: FuncValue | RefValue): boolean =>
  (v.kind === 'func' ? v.callable : v.binding) === null;

/** Functions compare with nil only; refs by the variable they point to. */
function equalFixed(cx: Context, x: FuncValue | RefValue, y: FuncValue | RefValue): ValueId {
  const bool = (b: boolean): ValueId => constant(cx, 'i32', b ? 1n : 0n);
  const set = (v: FuncValue | RefValue): ValueId => (isNilFixed(v) ? bool(false) : (v.set ?? bool(true)));
  const bothSet = compare(cx, 'icmp.eq', set(x), set(y));
  if (x.kind !== 'ref' || y.kind !== 'ref' || isNilFixed(x) || isNilFixed(y) || x.binding === y.binding)
    return bothSet;
  return arith(cx, 'and', bothSet, compare(cx, 'icmp.eq', set(x), bool(false)));
}

/** Emits `test` for each part: all must hold. */
function all(cx: Context, tests: (differ: BlockId) => void): ValueId {
  const differ = cx.b.newBlock();
  const join = cx.b.newBlock(['i32']);
  tests(differ);
  jump(cx, join, [constant(cx, 'i32', 1n)]);
  enter(cx, differ);
  jump(cx, join, [constant(cx, 'i32', 0n)]);
  enter(cx, join);
  return cx.b.param(join, 0);
}

function need(cx: Context, equal: ValueId, differ: BlockId): void {
  const next = cx.b.newBlock();
  branch(cx, equal, next, differ);
  enter(cx, next);
}

function equalRecords(
  cx: Context,
  x: readonly Value[],
  y: readonly Value[],
  type: Type,
  span: Span,
): ValueId {
  const u = under(type);
  return all(cx, (differ) => {
    x.forEach((part, i) => {
      const field = u.kind === 'struct' ? u.fields[i] : null;
      if (field?.name === '_') return;
      const partType = field?.type ?? (u.kind === 'array' ? u.elem : type);
      need(cx, comparison(cx, '==', part, y[i]!, partType, span), differ);
    });
  });
}

function equalMemory(cx: Context, x: Addr, y: Addr, type: Type): ValueId {
  return all(cx, (differ) => memoryTests(cx, x, y, type, differ));
}

const unrolled = 16;

function memoryTests(cx: Context, x: Addr, y: Addr, type: Type, differ: BlockId): void {
  const u = under(type);
  if (shapeOf(u) === 'scalar') {
    const held = scalarOf(u);
    need(cx, compare(cx, 'icmp.eq', loadScalar(cx, x, held), loadScalar(cx, y, held)), differ);
  } else if (u.kind === 'struct') {
    u.fields.forEach((field, i) => {
      if (field.name === '_') return;
      const offset = partOffset(u, i);
      memoryTests(cx, shift(x, offset), shift(y, offset), field.type, differ);
    });
  } else if (u.kind === 'array') {
    const size = sizeof(u.elem);
    if (u.length <= unrolled) {
      for (let i = 0; i < u.length; i++)
        memoryTests(cx, shift(x, i * size), shift(y, i * size), u.elem, differ);
    } else
      counted(cx, u.length, (i) =>
        memoryTests(cx, indexed(cx, x, i, size), indexed(cx, y, i, size), u.elem, differ),
      );
  } else unreachable(`memory of type ${u.kind} is not comparable`);
}

/** A loop of `n` rounds. */
export function counted(cx: Context, n: number, round: (i: ValueId) => void): void {
  const head = cx.b.newBlock(['i64']);
  const body = cx.b.newBlock();
  const done = cx.b.newBlock();
  jump(cx, head, [int(cx, 0)]);
  enter(cx, head);
  const i = cx.b.param(head, 0);
  branch(cx, compare(cx, 'icmp.ult', i, int(cx, n)), body, done);
  enter(cx, body);
  round(i);
  jump(cx, head, [arith(cx, 'add', i, int(cx, 1))]);
  enter(cx, done);
}
