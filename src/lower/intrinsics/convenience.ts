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
import { address, arith, clearMemory, compare, constant, int, narrow } from '../emit.ts';
import { memory, scalar, type Value } from '../values.ts';
import { usdtCookie } from '../usdt.ts';
import { newMemory, read } from '../variables.ts';
import { bitLength, reverseBytes } from './bits.ts';
import { buffer, helperResult } from './helpers.ts';
import { argType, type IntrinsicRow, scalarArg, tuple } from './table.ts';

export const convenienceRows: Readonly<Record<string, IntrinsicRow>> = {
  'bpf.CurrentPidTgid': (cx) => halves(cx, 'get_current_pid_tgid'),
  'bpf.CurrentUidGid': (cx) => halves(cx, 'get_current_uid_gid'),
  'bpf.CurrentComm': (cx, call) => {
    const addr = newMemory(cx, call.type);
    clearMemory(cx, addr, call.type);
    cx.b.invoke('helper', 'get_current_comm', [address(cx, addr), int(cx, sizeof(call.type))], null);
    return memory(addr);
  },
  'bpf.Log2': (cx, _call, args) => {
    // The length of v|1, less one: 0 and 1 give 0.
    const filled = arith(cx, 'or', scalarArg(args, 0), int(cx, 1));
    return scalar(narrow(cx, arith(cx, 'sub', bitLength(cx, filled, 64), int(cx, 1))));
  },
  'bpf.IP4': (cx, _call, args) => {
    const [a, b, c, d] = [0, 1, 2, 3].map((i) =>
      arith(cx, 'shl', scalarArg(args, i), constant(cx, 'i32', BigInt(24 - 8 * i))),
    );
    const host = arith(cx, 'or', arith(cx, 'or', a!, b!), arith(cx, 'or', c!, d!));
    return scalar(cx.module.target.endian === 'big' ? host : reverseBytes(cx, host, 32));
  },
  'bpf.ReadKernel': (cx, call, args) => probed(cx, call, args, 'probe_read_kernel'),
  'bpf.ReadUser': (cx, call, args) => probed(cx, call, args, 'probe_read_user'),
  'bpf.ReadKernelStr': (cx, call, args) => probedString(cx, call, args, 'probe_read_kernel_str'),
  'bpf.ReadUserStr': (cx, call, args) => probedString(cx, call, args, 'probe_read_user_str'),
  ...contextQuestions(),
  'bpf.HToN16': (cx, call, args) => swapped(cx, call, args, 16),
  'bpf.HToN32': (cx, call, args) => swapped(cx, call, args, 32),
  'bpf.HToN64': (cx, call, args) => swapped(cx, call, args, 64),
  'bpf.Be16.Host': (cx, call, args) => swapped(cx, call, args, 16),
  'bpf.Be32.Host': (cx, call, args) => swapped(cx, call, args, 32),
  'bpf.Be64.Host': (cx, call, args) => swapped(cx, call, args, 64),
};

/** Methods of contexts that are one helper. */
function contextQuestions(): Record<string, IntrinsicRow> {
  const contexts = ['Kprobe', 'Kretprobe', 'Uprobe', 'Uretprobe', 'Fentry', 'Fexit', 'FmodRet'];
  const ask =
    (helper: HelperName): IntrinsicRow =>
    (cx, call, args) =>
      helperResult(cx, helper, [scalarArg(args, 0)], call.type);
  const cookies = [...contexts, 'LSM', 'RawTracepoint', 'TpBTF', 'Tracepoint'];
  return {
    ...Object.fromEntries(contexts.map((name) => [`bpf.${name}.FuncIP`, ask('get_func_ip')])),
    ...Object.fromEntries(cookies.map((name) => [`bpf.${name}.Cookie`, ask('get_attach_cookie')])),
    'bpf.USDT.Cookie': (cx, call, args) => scalar(usdtCookie(cx, scalarArg(args, 0), call.span)),
  };
}

/** A value read from an address, zero where that fails, and whether it did not. */
function probed(cx: Context, call: TIntrinsic, args: readonly Value[], helper: HelperName): Value {
  const type = must(call.typeArgs[0], 'a type');
  const addr = newMemory(cx, type);
  clearMemory(cx, addr, type);
  const passed = [address(cx, addr), int(cx, sizeof(type)), scalarArg(args, 0)];
  const failed = must(cx.b.invoke('helper', helper, passed, 'i64'), 'result');
  const value = read(cx, { kind: 'memory', addr, exact: true }, type);
  return tuple(value, scalar(compare(cx, 'icmp.eq', failed, int(cx, 0))));
}

function probedString(cx: Context, call: TIntrinsic, args: readonly Value[], helper: HelperName): Value {
  const [pointer, size] = buffer(cx, must(args[0], 'a buffer'), argType(call, 0), call.span);
  return helperResult(cx, helper, [pointer, size, scalarArg(args, 1)], call.type);
}

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
