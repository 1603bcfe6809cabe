/**
 * Functions that the kernel calls back: loops, iteration over maps, timers, records from user space.
 *
 *     n := hits.ForEach(func(k *uint32, v *uint64) bool { … })   →   n = helper for_each_map_elem hits, @f, words, 0
 *
 * `bpf.Loop` is a counted loop around its expanded body where the target has no bpf_loop, the output no types, or the
 * count is small. More rounds than the kernel's cap abort.
 */

import type { TIntrinsic } from '../../ast/typed.ts';
import { must, unreachable } from '../../base/assert.ts';
import type { HelperName } from '../../bpf/helpers.ts';
import type { ValueId } from '../../ir/ir.ts';
import { type CallbackParam, callback, functionArg } from '../callbacks.ts';
import { callValue } from '../calls.ts';
import type { Context } from '../context.ts';
import {
  abortIf,
  address,
  arith,
  branch,
  checkNil,
  clearMemory,
  compare,
  constant,
  enter,
  int,
  jump,
  known,
  widen,
} from '../emit.ts';
import { scalar, type Value } from '../values.ts';
import { newMemory } from '../variables.ts';
import { helperResult, register } from './helpers.ts';
import { mapPointer, reference } from './maps.ts';
import { argType, type IntrinsicRow, scalarArg } from './table.ts';

const maxRounds = 8_388_608n;
/** Rounds up to which a loop costs the verifier little. */
const fewRounds = 32n;
const loopSince = [5, 17] as const;

const pointer: CallbackParam = { type: 'ptr', role: 'pointer' };
const skipped: CallbackParam = { type: 'ptr', role: 'skip' };
const words: CallbackParam = { type: 'ptr', role: 'words' };
const element: readonly CallbackParam[] = [skipped, pointer, pointer, words];

const iterated = [
  'HashMap',
  'LRUHashMap',
  'PerCPUHashMap',
  'LRUPerCPUHashMap',
  'Array',
  'PerCPUArray',
] as const;

export const callbackRows: Readonly<Record<string, IntrinsicRow>> = {
  'bpf.Loop': (cx, call, args) => {
    const limit = scalarArg(args, 0);
    abortIf(cx, compare(cx, 'icmp.ugt', limit, constant(cx, 'i32', maxRounds)));
    return hasLoop(cx, limit) ? kernelLoop(cx, call, args) : countedLoop(cx, call, args);
  },
  ...Object.fromEntries(iterated.map((name) => [`bpf.${name}.ForEach`, forEach])),
  'bpf.ForEachMapElem': forEach,
  'bpf.UserRingBuf.Drain': drain,
  'bpf.UserRingbufDrain': drain,
  'bpf.FindVma': (cx, call, args) =>
    calledBack(cx, call, args, 2, 'find_vma', [skipped, pointer, words], (made) => [
      scalarArg(args, 0),
      scalarArg(args, 1),
      made.func,
      made.words,
      int(cx, 0),
    ]),
  'bpf.TimerSetCallback': (cx, call, args) => {
    const timer = scalarArg(args, 0);
    checkNil(cx, timer);
    return calledBack(cx, call, args, 1, 'timer_set_callback', [skipped, pointer, pointer], (made) => [
      timer,
      made.func,
    ]);
  },
  'bpf.HashMap.Init': initHash,
  'bpf.LRUHashMap.Init': initHash,
  'bpf.Array.Init': (cx, call, args) => {
    const e2big = -7;
    return initialised(cx, call, args, int(cx, e2big));
  },
};

/** A helper with the function of argument n; `passed` gives the helper's arguments. */
function calledBack(
  cx: Context,
  call: TIntrinsic,
  args: readonly Value[],
  n: number,
  helper: HelperName,
  params: readonly CallbackParam[],
  passed: (made: { readonly func: ValueId; readonly words: ValueId }) => readonly ValueId[],
): Value {
  const made = callback(cx, functionArg(args, n), params, call.span);
  const result = helperResult(cx, helper, passed(made), call.type);
  made.finish();
  return result;
}

function forEach(cx: Context, call: TIntrinsic, args: readonly Value[]): Value {
  return calledBack(cx, call, args, 1, 'for_each_map_elem', element, (made) => [
    mapPointer(cx, args[0]),
    made.func,
    made.words,
    int(cx, 0),
  ]);
}

function drain(cx: Context, call: TIntrinsic, args: readonly Value[]): Value {
  return calledBack(cx, call, args, 1, 'user_ringbuf_drain', [pointer, words], (made) => [
    mapPointer(cx, args[0]),
    made.func,
    made.words,
    register(cx, scalarArg(args, 2), argType(call, 2)),
  ]);
}

// ---------------------------------------------------------------- loops

function hasLoop(cx: Context, limit: ValueId): boolean {
  const [major, minor] = cx.module.target.kernel;
  const rounds = known(cx, limit);
  const newer = major > loopSince[0] || (major === loopSince[0] && minor >= loopSince[1]);
  return newer && cx.module.target.sections && (rounds === null || rounds > fewRounds);
}

function kernelLoop(cx: Context, call: TIntrinsic, args: readonly Value[]): Value {
  const index: CallbackParam = { type: 'i32', role: 'value' };
  return calledBack(cx, call, args, 1, 'loop', [index, words], (made) => [
    widen(cx, scalarArg(args, 0), false),
    made.func,
    made.words,
    int(cx, 0),
  ]);
}

/** Gives how often the body ran, as the kernel does. */
function countedLoop(cx: Context, call: TIntrinsic, args: readonly Value[]): Value {
  const limit = scalarArg(args, 0);
  const body = must(args[1], 'a body');
  const head = cx.b.newBlock(['i32']);
  const round = cx.b.newBlock();
  const next = cx.b.newBlock();
  const done = cx.b.newBlock(['i32']);
  jump(cx, head, [constant(cx, 'i32', 0n)]);
  enter(cx, head);
  const i = cx.b.param(head, 0);
  const ended = cx.b.newBlock();
  branch(cx, compare(cx, 'icmp.ult', i, limit), round, ended);
  enter(cx, ended);
  jump(cx, done, [i]);
  enter(cx, round);
  const more = callValue(cx, body, [scalar(i)], argType(call, 1), call.span);
  const stopped = cx.b.newBlock();
  branch(cx, more.kind === 'scalar' ? more.id : unreachable('a body without result'), next, stopped);
  enter(cx, stopped);
  jump(cx, done, [arith(cx, 'add', i, constant(cx, 'i32', 1n))]);
  enter(cx, next);
  jump(cx, head, [arith(cx, 'add', i, constant(cx, 'i32', 1n))]);
  enter(cx, done);
  return scalar(widen(cx, cx.b.param(done, 0), false));
}

// ---------------------------------------------------------------- values with locks and timers

function lookup(cx: Context, call: TIntrinsic, args: readonly Value[]): ValueId {
  const key = reference(cx, must(args[1], 'key'), argType(call, 1));
  return must(cx.b.invoke('helper', 'map_lookup_elem', [mapPointer(cx, args[0]), key], 'ptr'), 'pointer');
}

/** Sets the value that the key has; `failed` is the result where it has none. */
function initialised(cx: Context, call: TIntrinsic, args: readonly Value[], failed: ValueId): Value {
  const value = lookup(cx, call, args);
  const there = cx.b.newBlock();
  const missing = cx.b.newBlock();
  const join = cx.b.newBlock(['i64']);
  branch(cx, compare(cx, 'icmp.ne', value, constant(cx, 'ptr', 0n)), there, missing);
  enter(cx, there);
  checkNil(cx, value);
  callValue(cx, must(args[2], 'a function'), [scalar(value)], argType(call, 2), call.span);
  jump(cx, join, [int(cx, 0)]);
  enter(cx, missing);
  jump(cx, join, [failed]);
  enter(cx, join);
  return scalar(cx.b.param(join, 0));
}

/** A zero value under a new key, then its fields. */
function initHash(cx: Context, call: TIntrinsic, args: readonly Value[]): Value {
  const noExist = 1;
  const type = must(call.typeArgs[1], 'the value’s type');
  const zero = newMemory(cx, type);
  clearMemory(cx, zero, type);
  const key = reference(cx, must(args[1], 'key'), argType(call, 1));
  const update = [mapPointer(cx, args[0]), key, address(cx, zero), int(cx, noExist)];
  const failed = must(cx.b.invoke('helper', 'map_update_elem', update, 'i64'), 'result');
  const created = cx.b.newBlock();
  const refused = cx.b.newBlock();
  const join = cx.b.newBlock(['i64']);
  branch(cx, compare(cx, 'icmp.eq', failed, int(cx, 0)), created, refused);
  enter(cx, created);
  // Another processor may have deleted it meanwhile.
  const enoent = -2;
  const done = initialised(cx, call, args, int(cx, enoent));
  jump(cx, join, [done.kind === 'scalar' ? done.id : unreachable('a result')]);
  enter(cx, refused);
  jump(cx, join, [failed]);
  enter(cx, join);
  return scalar(cx.b.param(join, 0));
}
