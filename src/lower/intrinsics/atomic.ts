/**
 * sync/atomic: functions on pointers, and the types with methods, whose value is their only field.
 *
 *     n := atomic.AddUint64(&hits, 1)   →   v2 = atomic.add.64 v1 + 0, 1;  v3 = add v2, 1
 */

import type { ValueId } from '../../ir/ir.ts';
import type { Context } from '../context.ts';
import { arith, checkNil, compare, constant } from '../emit.ts';
import { none, scalar, type Value } from '../values.ts';
import { type IntrinsicRow, scalarArg } from './table.ts';

type Bits = 32 | 64;

interface Kind {
  /** `Int32`: of functions (`AddInt32`) and of the type. */
  readonly name: string;
  readonly bits: Bits;
  readonly type: 'i32' | 'i64' | 'ptr';
  /** Has it Add, And and Or? */
  readonly number: boolean;
}

const kinds: readonly Kind[] = [
  { name: 'Int32', bits: 32, type: 'i32', number: true },
  { name: 'Uint32', bits: 32, type: 'i32', number: true },
  { name: 'Int64', bits: 64, type: 'i64', number: true },
  { name: 'Uint64', bits: 64, type: 'i64', number: true },
  { name: 'Uintptr', bits: 64, type: 'i64', number: true },
  { name: 'Bool', bits: 32, type: 'i32', number: false },
];

type Operation = (cx: Context, kind: Kind, pointer: ValueId, args: readonly Value[]) => Value;

const operations: Readonly<Record<string, Operation>> = {
  Load: (cx, kind, p) => scalar(truth(cx, kind, cx.b.emit(`atomic.load.${kind.bits}`, kind.type, [p], 0))),
  Store: (cx, kind, p, args) => {
    cx.b.emitVoid(`atomic.store.${kind.bits}`, [p, scalarArg(args, 1)], 0);
    return none;
  },
  Swap: (cx, kind, p, args) =>
    scalar(truth(cx, kind, cx.b.emit(`atomic.xchg.${kind.bits}`, kind.type, [p, scalarArg(args, 1)], 0))),
  CompareAndSwap: (cx, kind, p, args) => {
    const expected = scalarArg(args, 1);
    const old = cx.b.emit(`atomic.cmpxchg.${kind.bits}`, kind.type, [p, expected, scalarArg(args, 2)], 0);
    return scalar(compare(cx, 'icmp.eq', old, expected));
  },
};

const arithmetic: Readonly<Record<string, Operation>> = {
  Add: (cx, kind, p, args) => {
    const delta = scalarArg(args, 1);
    return scalar(arith(cx, 'add', cx.b.emit(`atomic.add.${kind.bits}`, kind.type, [p, delta], 0), delta));
  },
  And: (cx, kind, p, args) =>
    scalar(cx.b.emit(`atomic.and.${kind.bits}`, kind.type, [p, scalarArg(args, 1)], 0)),
  Or: (cx, kind, p, args) =>
    scalar(cx.b.emit(`atomic.or.${kind.bits}`, kind.type, [p, scalarArg(args, 1)], 0)),
};

/** A bool is kept as a number. */
function truth(cx: Context, kind: Kind, id: ValueId): ValueId {
  return kind.name === 'Bool' ? compare(cx, 'icmp.ne', id, constant(cx, 'i32', 0n)) : id;
}

function rows(): Record<string, IntrinsicRow> {
  const made: Record<string, IntrinsicRow> = {};
  for (const kind of kinds) {
    for (const [name, operation] of Object.entries({ ...operations, ...(kind.number ? arithmetic : {}) })) {
      const row: IntrinsicRow = (cx, _call, args) => {
        const pointer = scalarArg(args, 0);
        checkNil(cx, pointer);
        return operation(cx, kind, pointer, args);
      };
      made[`sync/atomic.${kind.name}.${name}`] = row;
      if (kind.name !== 'Bool') made[`sync/atomic.${name}${kind.name}`] = row;
    }
  }
  return made;
}

export const atomicRows: Readonly<Record<string, IntrinsicRow>> = rows();
