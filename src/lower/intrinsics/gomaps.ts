/**
 * Go's own map syntax on kernel maps.
 *
 *     hits[k]++   →   p = lookup(hits, k);  old = p == nil ? 0 : *p;  update(hits, k, old + 1) or abort
 *
 * Reading a missing key gives the zero value; a failed insertion aborts. `hits[k]++` is not atomic.
 */

import type { TExpr, TMap, TMapRef } from '../../ast/typed.ts';
import type { MapType, Type } from '../../ast/types.ts';
import { must, unreachable } from '../../base/assert.ts';
import { under } from '../../check/types.ts';
import type { ValueId } from '../../ir/ir.ts';
import { at, type Context } from '../context.ts';
import {
  abortIf,
  assume,
  branch,
  choose,
  clearMemory,
  compare,
  constant,
  copyMemory,
  enter,
  int,
  jump,
  loadScalar,
} from '../emit.ts';
import { expression } from '../expressions.ts';
import { scalarOf, shapeOf } from '../shapes.ts';
import { memory, scalar, type Value } from '../values.ts';
import { detach, newMemory } from '../variables.ts';
import { deleteElement, lookupElement, updateElement } from './maps.ts';
import { argType, type IntrinsicRow, tuple } from './table.ts';

type MapIndex = TExpr & { kind: 'index' };

function mapOf(x: TExpr): TMap {
  const ref: TMapRef | null = x.kind === 'mapref' ? x : null;
  return must(ref, 'an index of no map variable').map;
}

function mapTypeOf(x: TExpr): MapType {
  const u = under(x.type);
  return u.kind === 'map' ? u : unreachable('no map');
}

/** `m[k]`, or `v, ok := m[k]` where the type is a tuple. */
export function goMapIndex(cx: Context, x: MapIndex): Value {
  const { value, found } = lookup(cx, x, expression(cx, x.i));
  return x.type.kind === 'tuple' ? tuple(value, scalar(found)) : value;
}

export function goMapLookup(cx: Context, x: MapIndex): Value {
  const { value, found } = lookup(cx, x, expression(cx, x.i));
  return tuple(value, scalar(found));
}

function lookup(cx: Context, x: MapIndex, key: Value): { readonly value: Value; readonly found: ValueId } {
  const type = mapTypeOf(x.x);
  at(cx, x.span);
  const pointer = lookupElement(cx, mapOf(x.x), key, type.key);
  const found = compare(cx, 'icmp.ne', pointer, constant(cx, 'ptr', 0n));
  return { value: valueAt(cx, pointer, found, type.value), found };
}

/** What the pointer points to, or zero. */
function valueAt(cx: Context, pointer: ValueId, found: ValueId, type: Type): Value {
  const addr = { kind: 'pointer', base: pointer, offset: 0 } as const;
  if (shapeOf(type) === 'scalar') {
    const held = scalarOf(type);
    return scalar(
      choose(
        cx,
        held.ir,
        found,
        () => loadScalar(cx, addr, held),
        () => constant(cx, held.ir, 0n),
      ),
    );
  }
  const copy = newMemory(cx, type);
  const there = cx.b.newBlock();
  const missing = cx.b.newBlock();
  const done = cx.b.newBlock();
  branch(cx, found, there, missing);
  enter(cx, there);
  assume(cx, pointer);
  copyMemory(cx, copy, addr, type);
  jump(cx, done);
  enter(cx, missing);
  clearMemory(cx, copy, type);
  jump(cx, done);
  enter(cx, done);
  return memory(copy);
}

export interface GoMapAssign {
  (value: Value): void;
  /** The value under the key, for `m[k] op= v`. */
  readonly old: () => Value;
}

/** `m[k] = v`: the key now, the store when called. */
export function goMapAssign(cx: Context, x: MapIndex): GoMapAssign {
  const type = mapTypeOf(x.x);
  const map = mapOf(x.x);
  const key = detach(cx, expression(cx, x.i), type.key);
  const assign = (value: Value): void => {
    at(cx, x.span);
    const failed = updateElement(cx, map, key, type.key, value, type.value);
    abortIf(cx, compare(cx, 'icmp.ne', failed, int(cx, 0)));
  };
  return Object.assign(assign, { old: () => lookup(cx, x, key).value });
}

export const goMapRows = {
  'builtin.delete': (cx, call, args) => {
    const map = args[0];
    if (map?.kind !== 'map') return unreachable('delete from no map');
    return deleteElement(cx, map.map, must(args[1], 'key'), argType(call, 1));
  },
} as const satisfies Record<string, IntrinsicRow>;
