/** The built-in functions: len, cap, min, max, copy, clear, panic, new. */

import type { TIntrinsic } from '../../ast/typed.ts';
import type { Type } from '../../ast/types.ts';
import { must, unreachable } from '../../base/assert.ts';
import { sizeof } from '../../check/layout.ts';
import type { ValueId } from '../../ir/ir.ts';
import type { Context } from '../context.ts';
import {
  abort,
  arith,
  branch,
  choose,
  clearMemory,
  compare,
  constant,
  copyMemory,
  enter,
  int,
  jump,
  known,
  loadScalar,
  storeScalar,
} from '../emit.ts';
import { order } from '../integers.ts';
import { addressOf } from '../places.ts';
import { arrayLength, byteScalar, elemOf, scalarOf, shapeOf } from '../shapes.ts';
import { bytesAddr } from '../slices.ts';
import { none, type SliceValue, type StringValue, scalar, type Value } from '../values.ts';
import { newBinding, temporary, write, zeroValue } from '../variables.ts';
import { argType, type IntrinsicRow, scalarArg } from './table.ts';

export const builtinRows = {
  'builtin.len': (cx, call, args) => lengthOf(cx, call, args, 'len'),
  'builtin.cap': (cx, call, args) => lengthOf(cx, call, args, 'cap'),
  'builtin.min': (cx, call, args) => extreme(cx, call, args, '<'),
  'builtin.max': (cx, call, args) => extreme(cx, call, args, '>'),
  'builtin.copy': (cx, call, args) => scalar(copyElements(cx, elemOf(argType(call, 0)), args)),
  'builtin.clear': (cx, call, args) => {
    const slice = args[0];
    if (slice?.kind !== 'slice') return unreachable('clear of no slice');
    clearElements(cx, slice, elemOf(argType(call, 0)));
    return none;
  },
  'builtin.panic': (cx) => {
    abort(cx);
    return none;
  },
  'builtin.new': (cx, call) => newObject(cx, must(call.typeArgs[0], 'new without type'), call),
} as const satisfies Record<string, IntrinsicRow>;

function lengthOf(cx: Context, call: TIntrinsic, args: readonly Value[], which: 'len' | 'cap'): Value {
  const value = args[0];
  if (value?.kind === 'slice') return scalar(value[which]);
  if (value?.kind === 'string') return scalar(value.len);
  return scalar(int(cx, arrayLength(argType(call, 0))));
}

function extreme(cx: Context, call: TIntrinsic, args: readonly Value[], op: '<' | '>'): Value {
  const held = scalarOf(call.type);
  let best = scalarArg(args, 0);
  for (let i = 1; i < args.length; i++) {
    const before = best;
    const other = scalarArg(args, i);
    const better = order(cx, op, other, before, held.signed);
    best = choose(
      cx,
      held.ir,
      better,
      () => other,
      () => before,
    );
  }
  return scalar(best);
}

function newObject(cx: Context, type: Type, call: TIntrinsic): Value {
  const zero = zeroValue(cx, type);
  if (zero.kind === 'memory') return addressOf(cx, { kind: 'memory', addr: zero.addr, exact: true }, type);
  const binding = newBinding(cx, type, { ...temporary, exact: true });
  write(cx, binding, type, zero, call.span);
  return addressOf(cx, binding, type);
}

// ---------------------------------------------------------------- copy and clear

/** Elements up to which a copy of known length is not a loop. */
const unrolled = 8;

/** Copies min(len(to), len(from)) elements, which may overlap; gives their number. */
function copyElements(cx: Context, elem: Type, args: readonly Value[]): ValueId {
  const [to, from] = args;
  if (to?.kind !== 'slice') return unreachable('copy to no slice');
  if (from?.kind !== 'slice' && from?.kind !== 'string') return unreachable('copy from no slice');
  const n = choose(
    cx,
    'i64',
    compare(cx, 'icmp.slt', to.len, from.len),
    () => to.len,
    () => from.len,
  );
  const move = (i: ValueId): void => copyElement(cx, to, from, i, elem);
  const count = known(cx, n);
  const forwards =
    from.kind === 'string' || (known(cx, to.low) !== null && known(cx, from.low) !== null)
      ? constant(cx, 'i32', from.kind === 'string' || known(cx, to.low)! <= known(cx, from.low)! ? 1n : 0n)
      : compare(cx, 'icmp.ule', to.low, from.low);
  const direction = known(cx, forwards);
  if (count !== null && count <= unrolled && direction !== null) {
    for (let k = 0; k < count; k++) move(int(cx, direction !== 0n ? k : Number(count) - 1 - k));
    return n;
  }
  const up = cx.b.newBlock();
  const down = cx.b.newBlock();
  const done = cx.b.newBlock();
  branch(cx, forwards, up, down);
  enter(cx, up);
  if (direction !== 0n) eachElement(cx, n, move);
  jump(cx, done);
  enter(cx, down);
  if (direction !== 1n) eachElement(cx, n, (i) => move(arith(cx, 'sub', arith(cx, 'sub', n, int(cx, 1)), i)));
  jump(cx, done);
  enter(cx, done);
  return n;
}

function copyElement(
  cx: Context,
  to: SliceValue,
  from: SliceValue | StringValue,
  i: ValueId,
  elem: Type,
): void {
  const size = sizeof(elem);
  const offset = arith(cx, 'mul', i, int(cx, size));
  const target = bytesAddr(cx, to, offset, size);
  if (from.kind === 'string') {
    const at = known(cx, i);
    const byte =
      from.text !== null && at !== null
        ? constant(cx, 'i32', BigInt(from.text.charCodeAt(Number(at))))
        : loadScalar(
            cx,
            { kind: 'pointer', base: cx.b.emit('ptradd', 'ptr', [from.ptr, i]), offset: 0 },
            byteScalar,
          );
    storeScalar(cx, target, byteScalar, byte);
    return;
  }
  const source = bytesAddr(cx, from, offset, size);
  if (shapeOf(elem) === 'scalar') {
    const held = scalarOf(elem);
    storeScalar(cx, target, held, loadScalar(cx, source, held));
  } else copyMemory(cx, target, source, elem);
}

function clearElements(cx: Context, slice: SliceValue, elem: Type): void {
  const size = sizeof(elem);
  const n = known(cx, slice.len);
  if (n === 0n || slice.region === null) return;
  if (n !== null && known(cx, slice.low) !== null) {
    const addr = bytesAddr(cx, slice, int(cx, 0), Number(n) * size);
    clearMemory(cx, addr, { kind: 'array', length: Number(n), elem });
    return;
  }
  eachElement(cx, slice.len, (i) => {
    const addr = bytesAddr(cx, slice, arith(cx, 'mul', i, int(cx, size)), size);
    clearMemory(cx, addr, elem);
  });
}

/** A loop over 0 … n-1. */
export function eachElement(cx: Context, n: ValueId, round: (i: ValueId) => void): void {
  const head = cx.b.newBlock(['i64']);
  const body = cx.b.newBlock();
  const done = cx.b.newBlock();
  jump(cx, head, [int(cx, 0)]);
  enter(cx, head);
  const i = cx.b.param(head, 0);
  branch(cx, compare(cx, 'icmp.ult', i, n), body, done);
  enter(cx, body);
  round(i);
  jump(cx, head, [arith(cx, 'add', i, int(cx, 1))]);
  enter(cx, done);
}
