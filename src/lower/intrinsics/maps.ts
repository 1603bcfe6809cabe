/**
 * Methods of the SDK's map types: which helper, and where receiver and arguments go.
 *
 *     hits.Update(k, 1, bpf.Any)   →   v6: i64 = helper map_update_elem hits, byref k, byref 1, 0
 *
 * Keys and values are passed by value in Go and by address to the kernel.
 */

import type { TIntrinsic, TMap } from '../../ast/typed.ts';
import type { Type } from '../../ast/types.ts';
import { must, unreachable } from '../../base/assert.ts';
import type { Span } from '../../base/source.ts';
import type { HelperName } from '../../bpf/helpers.ts';
import { sizeof } from '../../check/layout.ts';
import type { ValueId } from '../../ir/ir.ts';
import type { Context } from '../context.ts';
import { address, branch, checkNil, clearMemory, compare, constant, enter, int, jump } from '../emit.ts';
import { mapSymbol } from '../maps.ts';
import { elemOf } from '../shapes.ts';
import { none, scalar, type Value } from '../values.ts';
import { newMemory, read } from '../variables.ts';
import { buffer, byReference, helperResult, pointerTo, register } from './helpers.ts';
import { argType, type IntrinsicRow, scalarArg, tuple } from './table.ts';

/** How an argument of the helper is made: the map, or argument n of the method. */
type Source =
  | 'map'
  /** By address. */
  | { readonly byRef: number }
  /** In the register. */
  | { readonly scalar: number }
  /** Address and size. */
  | { readonly buffer: number }
  | { readonly constant: bigint };

const map = 'map';
const byRef = (n: number): Source => ({ byRef: n });
const reg = (n: number): Source => ({ scalar: n });
const buf = (n: number): Source => ({ buffer: n });

/** A method that is one helper call whose result is the method's. */
function direct(helper: HelperName, ...sources: readonly Source[]): IntrinsicRow {
  return (cx, call, args) => helperResult(cx, helper, sourceValues(cx, call, args, sources), call.type);
}

function sourceValues(
  cx: Context,
  call: TIntrinsic,
  args: readonly Value[],
  sources: readonly Source[],
): readonly ValueId[] {
  return sources.flatMap((source): readonly ValueId[] => {
    if (source === 'map') return [mapPointer(cx, args[0])];
    if ('constant' in source) return [int(cx, source.constant)];
    if ('scalar' in source) {
      const value = must(args[source.scalar], 'argument');
      return [
        value.kind === 'scalar'
          ? register(cx, value.id, argType(call, source.scalar))
          : unreachable('no scalar'),
      ];
    }
    if ('byRef' in source)
      return [reference(cx, must(args[source.byRef], 'argument'), argType(call, source.byRef))];
    return valueBuffer(cx, must(args[source.buffer], 'argument'), argType(call, source.buffer), call.span);
  });
}

export function mapPointer(cx: Context, value: Value | undefined): ValueId {
  if (value?.kind === 'map') return cx.b.symbol('mapaddr', mapSymbol(cx.module, value.map));
  if (value?.kind !== 'scalar') return unreachable('no map');
  // An inner map, which its lookup may not have found.
  checkNil(cx, value.id);
  return value.id;
}

/** A key or value by address: a pointer among them is a value too. */
export function reference(cx: Context, value: Value, type: Type): ValueId {
  return value.kind === 'scalar' ? byReference(cx, value.id, type) : pointerTo(cx, value, type);
}

function valueBuffer(cx: Context, value: Value, type: Type, span: Span): readonly ValueId[] {
  return value.kind === 'scalar'
    ? [byReference(cx, value.id, type), int(cx, sizeof(type))]
    : buffer(cx, value, type, span);
}

/** `v, ok := m.Pop()`: the helper writes the value; a failure leaves it zero. */
function taken(helper: HelperName): IntrinsicRow {
  return (cx, call, args) => {
    const type = must(call.type.kind === 'tuple' ? call.type.types[0] : null, 'a value');
    const addr = newMemory(cx, type);
    clearMemory(cx, addr, type);
    const failed = must(
      cx.b.invoke('helper', helper, [mapPointer(cx, args[0]), address(cx, addr)], 'i64'),
      'result',
    );
    const value = read(cx, { kind: 'memory', addr, exact: true }, type);
    return tuple(value, scalar(compare(cx, 'icmp.eq', failed, int(cx, 0))));
  };
}

const noExist = 1;

/** Lookup; a missing key gets the value, unless another CPU was faster. */
const lookupOrInit: IntrinsicRow = (cx, call, args) => {
  const key = (): ValueId => reference(cx, must(args[1], 'key'), argType(call, 1));
  const lookup = (): ValueId =>
    must(cx.b.invoke('helper', 'map_lookup_elem', [mapPointer(cx, args[0]), key()], 'ptr'), 'pointer');
  const missing = cx.b.newBlock();
  const join = cx.b.newBlock(['ptr']);
  const found = cx.b.newBlock();
  const first = lookup();
  branch(cx, compare(cx, 'icmp.eq', first, constant(cx, 'ptr', 0n)), missing, found);
  enter(cx, found);
  jump(cx, join, [first]);
  enter(cx, missing);
  const value = reference(cx, must(args[2], 'value'), argType(call, 2));
  cx.b.invoke('helper', 'map_update_elem', [mapPointer(cx, args[0]), key(), value, int(cx, noExist)], null);
  jump(cx, join, [lookup()]);
  enter(cx, join);
  return scalar(cx.b.param(join, 0));
};

const lookup = direct('map_lookup_elem', map, byRef(1));
const update = direct('map_update_elem', map, byRef(1), byRef(2), reg(3));
const remove = direct('map_delete_elem', map, byRef(1));
const redirect = direct('redirect_map', map, reg(1), reg(2));
const lookupPerCpu = direct('map_lookup_percpu_elem', map, byRef(1), reg(2));

/** Methods by the SDK type's name. */
const methods: Readonly<Record<string, Readonly<Record<string, IntrinsicRow>>>> = {
  HashMap: { Lookup: lookup, Update: update, Delete: remove, LookupOrInit: lookupOrInit },
  LRUHashMap: { Lookup: lookup, Update: update, Delete: remove, LookupOrInit: lookupOrInit },
  PerCPUHashMap: {
    Lookup: lookup,
    Update: update,
    Delete: remove,
    LookupOrInit: lookupOrInit,
    LookupPerCPU: lookupPerCpu,
  },
  LRUPerCPUHashMap: {
    Lookup: lookup,
    Update: update,
    Delete: remove,
    LookupOrInit: lookupOrInit,
    LookupPerCPU: lookupPerCpu,
  },
  Array: { Lookup: lookup, Update: update },
  PerCPUArray: { Lookup: lookup, Update: update, LookupPerCPU: lookupPerCpu },
  // The value of a map of maps is the inner map, as helpers take it.
  ArrayOfMaps: { Lookup: lookup },
  HashOfMaps: { Lookup: lookup },
  LPMTrie: { Lookup: lookup, Update: update, Delete: remove },
  DevMap: { Redirect: redirect, Lookup: lookup },
  DevMapHash: { Redirect: redirect, Lookup: lookup },
  CPUMap: { Redirect: redirect },
  XSKMap: { Redirect: redirect, Has: (cx, call, args) => scalar(isFound(cx, call, args)) },
  SockMap: {
    RedirectSKB: direct('sk_redirect_map', reg(1), map, reg(2), reg(3)),
    RedirectMsg: direct('msg_redirect_map', reg(1), map, reg(2), reg(3)),
    Add: direct('sock_map_update', reg(1), map, byRef(2), reg(3)),
    Lookup: lookup,
    Delete: remove,
    SelectReuseport: direct('sk_select_reuseport', reg(1), map, byRef(2), reg(3)),
  },
  SockHash: {
    RedirectSKB: direct('sk_redirect_hash', reg(1), map, byRef(2), reg(3)),
    RedirectMsg: direct('msg_redirect_hash', reg(1), map, byRef(2), reg(3)),
    Add: direct('sock_hash_update', reg(1), map, byRef(2), reg(3)),
    Lookup: lookup,
    Delete: remove,
    SelectReuseport: direct('sk_select_reuseport', reg(1), map, byRef(2), reg(3)),
  },
  ReuseportSockArray: { Select: direct('sk_select_reuseport', reg(1), map, byRef(2), reg(3)) },
  ProgArray: { TailCall: direct('tail_call', reg(1), map, reg(2)) },
  PerfEventArray: {
    Output: direct('perf_event_output', reg(1), map, { constant: 0xffffffffn }, buf(2)),
    OutputFlags: direct('perf_event_output', reg(1), map, reg(3), buf(2)),
    Read: direct('perf_event_read', map, reg(1)),
  },
  StackTrace: { ID: direct('get_stackid', reg(1), map, reg(2)) },
  CgroupArray: {
    CurrentUnder: direct('current_task_under_cgroup', map, reg(1)),
    SKBUnder: direct('skb_under_cgroup', reg(1), map, reg(2)),
  },
  Queue: {
    Push: direct('map_push_elem', map, byRef(1), reg(2)),
    Pop: taken('map_pop_elem'),
    Peek: taken('map_peek_elem'),
  },
  Stack: {
    Push: direct('map_push_elem', map, byRef(1), reg(2)),
    Pop: taken('map_pop_elem'),
    Peek: taken('map_peek_elem'),
  },
  BloomFilter: {
    Push: direct('map_push_elem', map, byRef(1), reg(2)),
    Contains: (cx, call, args) => {
      const value = reference(cx, must(args[1], 'value'), argType(call, 1));
      const failed = must(
        cx.b.invoke('helper', 'map_peek_elem', [mapPointer(cx, args[0]), value], 'i64'),
        'result',
      );
      return scalar(compare(cx, 'icmp.eq', failed, int(cx, 0)));
    },
  },
  RingBuf: {
    Reserve: (cx, call, args) => scalar(reserve(cx, call, args)),
    ReserveZeroed: (cx, call, args) => {
      const record = reserve(cx, call, args);
      // Where the pointer may still be nil: the pass zero-records moves it to where it is not, since older kernels
      // take no second check of a record.
      cx.b.zero(record, sizeof(elemOf(call.type)));
      return scalar(record);
    },
    Submit: notNil(1, direct('ringbuf_submit', reg(1), { constant: 0n })),
    SubmitFlags: notNil(1, direct('ringbuf_submit', reg(1), reg(2))),
    Discard: notNil(1, direct('ringbuf_discard', reg(1), { constant: 0n })),
    Output: direct('ringbuf_output', map, buf(1), reg(2)),
    Query: direct('ringbuf_query', map, reg(1)),
  },
  SkStorage: storage('sk'),
  InodeStorage: storage('inode'),
  TaskStorage: storage('task'),
  CgroupLocalStorage: storage('cgrp'),
  CgroupStorage: { Get: direct('get_local_storage', map, { constant: 0n }) },
  PerCPUCgroupStorage: { Get: direct('get_local_storage', map, { constant: 0n }) },
};

/** A method that panics for a nil argument n. */
function notNil(n: number, row: IntrinsicRow): IntrinsicRow {
  return (cx, call, args) => {
    checkNil(cx, scalarArg(args, n));
    return row(cx, call, args);
  };
}

function storage(of: 'sk' | 'inode' | 'task' | 'cgrp'): Readonly<Record<string, IntrinsicRow>> {
  const create = 1n;
  return {
    Get: direct(`${of}_storage_get`, map, reg(1), { constant: 0n }, { constant: 0n }),
    GetOrCreate: direct(`${of}_storage_get`, map, reg(1), { constant: 0n }, { constant: create }),
    Delete: direct(`${of}_storage_delete`, map, reg(1)),
  };
}

function reserve(cx: Context, call: TIntrinsic, args: readonly Value[]): ValueId {
  const passed = [mapPointer(cx, args[0]), int(cx, sizeof(elemOf(call.type))), int(cx, 0)];
  return must(cx.b.invoke('helper', 'ringbuf_reserve', passed, 'ptr'), 'record');
}

function isFound(cx: Context, call: TIntrinsic, args: readonly Value[]): ValueId {
  const key = reference(cx, must(args[1], 'key'), argType(call, 1));
  const found = must(
    cx.b.invoke('helper', 'map_lookup_elem', [mapPointer(cx, args[0]), key], 'ptr'),
    'pointer',
  );
  return compare(cx, 'icmp.ne', found, constant(cx, 'ptr', 0n));
}

function rows(): Record<string, IntrinsicRow> {
  const made: Record<string, IntrinsicRow> = {};
  made['bpf.SpinLock.Lock'] = notNil(0, direct('spin_lock', reg(0)));
  made['bpf.SpinLock.Unlock'] = notNil(0, direct('spin_unlock', reg(0)));
  for (const [type, own] of Object.entries(methods))
    for (const [name, row] of Object.entries(own)) made[`bpf.${type}.${name}`] = row;
  return made;
}

export const mapRows: Readonly<Record<string, IntrinsicRow>> = rows();

// ---------------------------------------------------------------- for Go's own map syntax

/** The address of the value under a key, or nil. */
export function lookupElement(cx: Context, m: TMap, key: Value, keyType: Type): ValueId {
  const args = [mapPointer(cx, { kind: 'map', map: m }), reference(cx, key, keyType)];
  return must(cx.b.invoke('helper', 'map_lookup_elem', args, 'ptr'), 'pointer');
}

/** Stores a value under a key; gives the helper's result. */
export function updateElement(
  cx: Context,
  m: TMap,
  key: Value,
  keyType: Type,
  value: Value,
  type: Type,
): ValueId {
  const args = [
    mapPointer(cx, { kind: 'map', map: m }),
    reference(cx, key, keyType),
    reference(cx, value, type),
    int(cx, 0),
  ];
  return must(cx.b.invoke('helper', 'map_update_elem', args, 'i64'), 'result');
}

export function deleteElement(cx: Context, m: TMap, key: Value, keyType: Type): Value {
  const args = [mapPointer(cx, { kind: 'map', map: m }), reference(cx, key, keyType)];
  cx.b.invoke('helper', 'map_delete_elem', args, null);
  return none;
}
