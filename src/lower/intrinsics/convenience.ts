/**
 * Conveniences of the SDK beside the helpers.
 *
 *     pid, tgid := bpf.CurrentPidTgid()   →   v = helper get_current_pid_tgid;  pid = trunc v;  tgid = trunc (v >> 32)
 */

import type { TIntrinsic } from '../../ast/typed.ts';
import { must } from '../../base/assert.ts';
import type { HelperName } from '../../bpf/helpers.ts';
import { sizeof } from '../../check/layout.ts';
import type { ValueId } from '../../ir/ir.ts';
import type { Context } from '../context.ts';
import { address, arith, clearMemory, int, narrow } from '../emit.ts';
import { memory, scalar, type Value } from '../values.ts';
import { newMemory } from '../variables.ts';
import { reverseBytes } from './bits.ts';
import { type IntrinsicRow, scalarArg, tuple } from './table.ts';

export const convenienceRows = {
  'bpf.CurrentPidTgid': (cx) => halves(cx, 'get_current_pid_tgid'),
  'bpf.CurrentUidGid': (cx) => halves(cx, 'get_current_uid_gid'),
  'bpf.CurrentComm': (cx, call) => {
    const addr = newMemory(cx, call.type);
    clearMemory(cx, addr, call.type);
    cx.b.invoke('helper', 'get_current_comm', [address(cx, addr), int(cx, sizeof(call.type))], null);
    return memory(addr);
  },
  'bpf.HToN16': (cx, call, args) => swapped(cx, call, args, 16),
  'bpf.HToN32': (cx, call, args) => swapped(cx, call, args, 32),
  'bpf.HToN64': (cx, call, args) => swapped(cx, call, args, 64),
  'bpf.Be16.Host': (cx, call, args) => swapped(cx, call, args, 16),
  'bpf.Be32.Host': (cx, call, args) => swapped(cx, call, args, 32),
  'bpf.Be64.Host': (cx, call, args) => swapped(cx, call, args, 64),
} as const satisfies Record<string, IntrinsicRow>;

/** The low and the high 32 bits of a helper's result. */
function halves(cx: Context, helper: HelperName): Value {
  const both: ValueId = must(cx.b.invoke('helper', helper, [], 'i64'), 'result');
  return tuple(scalar(narrow(cx, both)), scalar(narrow(cx, arith(cx, 'lshr', both, int(cx, 32)))));
}

/** Between the machine's byte order and the network's. */
function swapped(cx: Context, _call: TIntrinsic, args: readonly Value[], width: 16 | 32 | 64): Value {
  const value = scalarArg(args, 0);
  return scalar(cx.module.target.endian === 'big' ? value : reverseBytes(cx, value, width));
}
