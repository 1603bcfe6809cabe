/**
 * Callbacks: functions of their own that the kernel calls for a closure or function. What a closure captures it finds
 * through a struct of 8-byte words in its maker's frame, whose address the kernel passes on.
 *
 *     bpf.Loop(n, func(i uint32) bool { sum += uint64(i); return true })
 *       →  words = { &sum };  helper loop n, @Main_callback, words, 0
 *          func @Main_callback(v0: i32, v1: ptr) -> i64 { v2 = load v1 + 0; … }
 *
 * Variables are captured by address, those that are never assigned again by value. A callback never ends in `abort`: it
 * sets a word and stops the iteration, and its maker aborts once the kernel has returned.
 */

import type { TFuncLit, TVar } from '../ast/typed.ts';
import { must, unreachable } from '../base/assert.ts';
import type { Span } from '../base/source.ts';
import { FuncBuilder } from '../ir/builder.ts';
import type { IrType, SlotId, ValueId } from '../ir/ir.ts';
import { invoke } from './calls.ts';
import { type Context, type Frame, freshSymbol, lookup, report } from './context.ts';
import {
  abortIf,
  address,
  arith,
  compare,
  constant,
  enter,
  int,
  isNonNil,
  known,
  nonNil,
  widen,
} from './emit.ts';
import { expand } from './frames.ts';
import { newContext } from './instances.ts';
import { contextName } from './intrinsics/contexts.ts';
import type { Addr, Binding, FuncValue, Value } from './values.ts';

/** A parameter that the kernel passes: how it is held, and whether the Go function gets it. */
export interface CallbackParam {
  readonly type: IrType;
  /** `words`: the address that the maker gave; `skip`: not seen by the Go function. */
  readonly role: 'value' | 'pointer' | 'words' | 'skip';
}

export interface Callback {
  /** Address of the function. */
  readonly func: ValueId;
  /** What the helper passes on: nil when there is nothing. */
  readonly words: ValueId;
  /** To be emitted after the call of the helper: a panic in the callback is one here. */
  readonly finish: () => void;
}

/** A word of the struct: stored by the maker, bound by the callback. */
interface Word {
  readonly id: ValueId;
  readonly bind: (inner: Context, loaded: ValueId) => void;
}

/** Makes the function for a callback whose Go function has a bool result (`true` continues) or none. */
export function callback(
  cx: Context,
  value: FuncValue,
  params: readonly CallbackParam[],
  span: Span,
): Callback {
  const { callable } = value;
  if (callable === null || callable.kind === 'yield') {
    report(cx, 'callback-unknown', span, {});
    return nowhere(cx);
  }
  const vars = new Map<TVar, Binding>();
  const words = callable.kind === 'literal' ? captured(cx, callable.literal, callable.frame, vars) : [];
  const takesWords = params.some((p) => p.role === 'words');
  if (words !== null && words.length > 0 && !takesWords) report(cx, 'callback-captures', span, {});
  if (words === null || (words.length > 0 && !takesWords)) return nowhere(cx);
  const name = freshSymbol(cx.module, `${cx.b.name}_callback`);
  const b = new FuncBuilder({
    name,
    params: params.map((p) => p.type),
    result: 'i64',
    noinline: true,
    pos: cx.b.pos,
  });
  const inner = newContext(cx.module, b, cx.regions, cx.program);

  const at = params.findIndex((p) => p.role === 'words');
  const base = b.params[at];
  words.forEach(({ id, bind }, i) => {
    if (base === undefined) return;
    const type = cx.b.typeOf(id);
    bind(inner, b.load(type, type === 'i32' ? 32 : 64, base, 8 * i));
  });
  const args = params.flatMap((p, i): readonly Value[] => {
    if (p.role !== 'value' && p.role !== 'pointer') return [];
    const id = must(b.params[i], 'a parameter');
    return [{ kind: 'scalar', id: p.role === 'pointer' ? nonNil(inner, id) : id }];
  });
  const frame: Frame = { ...inner.frame, vars };
  const result =
    callable.kind === 'literal'
      ? expand(inner, callable.literal, args, frame, span)
      : invoke(inner, callable.func, args, span);
  leave(inner, result, base ?? null, 8 * words.length);
  cx.lateRegion ||= inner.lateRegion;
  cx.callbacks.push(...inner.callbacks, b.finish());
  return passed(cx, name, words, inner.mayAbort && takesWords);
}

/** After an error. */
function nowhere(cx: Context): Callback {
  return { func: constant(cx, 'ptr', 0n), words: constant(cx, 'ptr', 0n), finish: () => {} };
}

/** `true` goes on, which the kernel calls 0; a panic stops. */
function leave(inner: Context, result: Value, base: ValueId | null, flag: number): void {
  const stop =
    result.kind === 'scalar'
      ? arith(inner, 'xor', widen(inner, result.id, false), int(inner, 1))
      : int(inner, 0);
  inner.b.ret(stop);
  if (inner.abortBlock === null) return;
  enter(inner, inner.abortBlock);
  if (base !== null) inner.b.store(64, base, flag, int(inner, 1));
  inner.b.ret(int(inner, base === null ? 0 : 1));
}

/** The maker's side: the words, and what follows the call. */
function passed(cx: Context, name: string, words: readonly Word[], mayAbort: boolean): Callback {
  const func = cx.b.symbol('funcaddr', name);
  const size = words.length + (mayAbort ? 1 : 0);
  if (size === 0) return { func, words: constant(cx, 'ptr', 0n), finish: () => {} };
  const slot: SlotId = cx.b.newSlot(8 * size, 8, 'captures');
  words.forEach(({ id }, i) => {
    cx.b.store(cx.b.typeOf(id) === 'i32' ? 32 : 64, cx.b.slotAddr(slot), 8 * i, id);
  });
  const flag = 8 * words.length;
  if (mayAbort) cx.b.store(64, cx.b.slotAddr(slot), flag, int(cx, 0));
  return {
    func,
    words: cx.b.slotAddr(slot),
    finish: () => {
      if (!mayAbort) return;
      const aborted = cx.b.load('i64', 64, cx.b.slotAddr(slot), flag);
      abortIf(cx, compare(cx, 'icmp.ne', aborted, int(cx, 0)));
    },
  };
}

/** The words for what a closure captures, and its bindings in the callback; null after an error. */
function captured(
  cx: Context,
  literal: TFuncLit,
  frame: Frame,
  vars: Map<TVar, Binding>,
): readonly Word[] | null {
  const words: Word[] = [];
  let complete = true;
  for (const variable of literal.captures) {
    const binding = lookup(frame, variable);
    const made = wordsOf(cx, variable, binding, vars);
    if (made !== null) words.push(...made);
    else {
      complete = false;
      report(cx, 'callback-capture', literal.span, { name: variable.name });
    }
  }
  const packets = literal.captures.some(
    (v) => lookup(frame, v).kind === 'slice' || isSlice(lookup(frame, v)),
  );
  if (packets && cx.contextParam !== null)
    words.push({
      id: cx.contextParam,
      bind: (inner, loaded) => {
        inner.contextParam = nonNil(inner, loaded);
      },
    });
  return complete ? words : null;
}

const isSlice = (binding: Binding): boolean => binding.kind === 'value' && binding.value.kind === 'slice';

function wordsOf(
  cx: Context,
  variable: TVar,
  binding: Binding,
  vars: Map<TVar, Binding>,
): readonly Word[] | null {
  switch (binding.kind) {
    case 'memory':
      return [byAddress(cx, variable, binding.addr, (addr) => ({ ...binding, addr }), vars)].flat();
    case 'value':
      return valueWords(cx, variable, binding.value, vars);
    case 'slice':
    case 'string': {
      // Assigned again, it would have to be captured part by part.
      if (variable.assigned) return null;
      const slots =
        binding.kind === 'slice'
          ? [binding.base, binding.low, binding.len, binding.cap]
          : [binding.ptr, binding.len];
      const [pointer, ...numbers] = slots;
      const ids = [
        cx.b.load('ptr', 64, cx.b.slotAddr(must(pointer, 'a pointer')), 0),
        ...numbers.map((slot) => cx.b.load('i64', 64, cx.b.slotAddr(slot), 0)),
      ];
      const value: Value =
        binding.kind === 'string'
          ? { kind: 'string', ptr: ids[0]!, len: ids[1]!, text: null }
          : {
              kind: 'slice',
              region: binding.region,
              base: ids[0]!,
              low: ids[1]!,
              len: ids[2]!,
              cap: ids[3]!,
            };
      return valueWords(cx, variable, value, vars);
    }
    case 'fixed':
    case 'record':
    case 'context':
    case 'kernel':
      return null;
    default:
      return binding satisfies never;
  }
}

function byAddress(
  cx: Context,
  variable: TVar,
  addr: Addr,
  bound: (addr: Addr) => Binding,
  vars: Map<TVar, Binding>,
): readonly Word[] {
  if (addr.kind === 'global') {
    vars.set(variable, bound(addr));
    return [];
  }
  const bind = (inner: Context, loaded: ValueId): void => {
    vars.set(variable, bound({ kind: 'pointer', base: nonNil(inner, loaded), offset: 0 }));
  };
  return [{ id: address(cx, addr), bind }];
}

function valueWords(
  cx: Context,
  variable: TVar,
  value: Value,
  vars: Map<TVar, Binding>,
): readonly Word[] | null {
  const bindValue = (bound: Value): void => {
    vars.set(variable, { kind: 'value', value: bound });
  };
  switch (value.kind) {
    case 'scalar':
      return [
        {
          id: value.id,
          bind: (inner, loaded) => {
            const constantValue = known(cx, value.id);
            const id =
              constantValue === null ? loaded : constant(inner, cx.b.typeOf(value.id), constantValue);
            if (isNonNil(cx, value.id)) nonNil(inner, id);
            if (contextName(variable.type) !== null || value.id === cx.contextParam)
              inner.contextParam ??= id;
            bindValue({ kind: 'scalar', id });
          },
        },
      ];
    case 'memory':
      return byAddress(
        cx,
        variable,
        value.addr,
        (addr) => ({ kind: 'value', value: { kind: 'memory', addr } }),
        vars,
      );
    case 'slice':
    case 'string': {
      const ids =
        value.kind === 'slice' ? [value.base, value.low, value.len, value.cap] : [value.ptr, value.len];
      const loaded: ValueId[] = [];
      return ids.map((id, i) => ({
        id,
        bind: (inner, word): void => {
          const n = known(cx, id);
          loaded.push(n === null ? word : constant(inner, cx.b.typeOf(id), n));
          if (i < ids.length - 1) return;
          const [a, b, c, d] = loaded;
          bindValue(
            value.kind === 'string'
              ? { ...value, ptr: a!, len: b! }
              : { ...value, base: a!, low: b!, len: c!, cap: d! },
          );
        },
      }));
    }
    case 'map':
      bindValue(value);
      return [];
    case 'func':
      if (value.callable?.kind !== 'func' || value.set !== null) return null;
      bindValue(value);
      return [];
    case 'ref':
    case 'record':
    case 'tuple':
      return null;
    default:
      return value satisfies never;
  }
}

/** The function value that a row gets as argument n. */
export function functionArg(args: readonly Value[], n: number): FuncValue {
  const value = args[n];
  return value?.kind === 'func' ? value : unreachable('no function');
}
