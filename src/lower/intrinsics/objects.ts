/**
 * Objects of the kernel that programs hold or are given: dynptrs, timers, kernel pointers in map values, the file of an
 * iterator's reader, netfilter's packet.
 *
 *     d.Read(&header, 4)   →   v5: i64 = helper dynptr_read &header, 8, d, 4, 0
 */

import type { TIntrinsic } from '../../ast/typed.ts';
import { must, unreachable } from '../../base/assert.ts';
import { sizeof } from '../../check/layout.ts';
import type { ValueId } from '../../ir/ir.ts';
import type { Context } from '../context.ts';
import { checkNil, int, nonNil, widen } from '../emit.ts';
import { elemOf } from '../shapes.ts';
import { scalar, type Value } from '../values.ts';
import { buffer, helperResult } from './helpers.ts';
import { iterator, iteratorMeta, sequence } from './iterators.ts';
import { mapPointer } from './maps.ts';
import { argType, type IntrinsicRow, scalarArg } from './table.ts';

/** struct bpf_nf_ctx. */
const netfilter = { state: 0, skb: 8 } as const;

export const objectRows: Readonly<Record<string, IntrinsicRow>> = {
  'bpf.Dynptr.Read': (cx, call, args) => {
    const [pointer, size] = bufferArg(cx, call, args, 1);
    const off = widen(cx, scalarArg(args, 2), false);
    return helperResult(cx, 'dynptr_read', [pointer, size, object(cx, args), off, int(cx, 0)], call.type);
  },
  'bpf.Dynptr.Write': (cx, call, args) => {
    const [pointer, size] = bufferArg(cx, call, args, 2);
    const off = widen(cx, scalarArg(args, 1), false);
    return helperResult(cx, 'dynptr_write', [object(cx, args), off, pointer, size, int(cx, 0)], call.type);
  },
  'bpf.DynptrAt': (cx, call, args) => {
    const size = int(cx, sizeof(elemOf(call.type)));
    const off = widen(cx, scalarArg(args, 1), false);
    return helperResult(cx, 'dynptr_data', [object(cx, args), off, size], call.type);
  },
  'bpf.Timer.Init': (cx, call, args) =>
    helperResult(cx, 'timer_init', [object(cx, args), mapArg(cx, args[1]), scalarArg(args, 2)], call.type),
  'bpf.Timer.Start': (cx, call, args) =>
    helperResult(cx, 'timer_start', [object(cx, args), scalarArg(args, 1), scalarArg(args, 2)], call.type),
  'bpf.Timer.Cancel': (cx, call, args) => helperResult(cx, 'timer_cancel', [object(cx, args)], call.type),
  'bpf.Kptr.Load': (cx, _call, args) => scalar(cx.b.load('ptr', 64, object(cx, args), 0)),
  'bpf.Kptr.Xchg': (cx, call, args) =>
    helperResult(cx, 'kptr_xchg', [object(cx, args), scalarArg(args, 1)], call.type),
  'bpf.Iter.SessionID': (cx, _call, args) =>
    scalar(cx.b.load('i64', 64, iteratorMeta(cx, scalarArg(args, 0)), iterator.session)),
  'bpf.Iter.SeqNum': (cx, _call, args) =>
    scalar(cx.b.load('i64', 64, iteratorMeta(cx, scalarArg(args, 0)), iterator.number)),
  'bpf.Iter.Write': (cx, call, args) =>
    helperResult(
      cx,
      'seq_write',
      [sequence(cx, scalarArg(args, 0)), ...bufferArg(cx, call, args, 1)],
      call.type,
    ),
  'bpf.NetfilterSKB': (cx, _call, args) =>
    scalar(trusted(cx, cx.b.load('ptr', 64, scalarArg(args, 0), netfilter.skb))),
  'bpf.NetfilterState': (cx, _call, args) =>
    scalar(trusted(cx, cx.b.load('ptr', 64, scalarArg(args, 0), netfilter.state))),
};

/** A pointer of the kernel's, never nil. */
function trusted(cx: Context, id: ValueId): ValueId {
  cx.trusted.add(id);
  return nonNil(cx, id);
}

/** The receiver or first argument, a pointer. */
function object(cx: Context, args: readonly Value[]): ValueId {
  const pointer = scalarArg(args, 0);
  checkNil(cx, pointer);
  return pointer;
}

function bufferArg(
  cx: Context,
  call: TIntrinsic,
  args: readonly Value[],
  n: number,
): readonly [ValueId, ValueId] {
  return buffer(cx, must(args[n], 'a buffer'), argType(call, n), call.span);
}

function mapArg(cx: Context, value: Value | undefined): ValueId {
  return value?.kind === 'map' || value?.kind === 'scalar' ? mapPointer(cx, value) : unreachable('no map');
}
