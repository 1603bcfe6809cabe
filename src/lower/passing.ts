/**
 * How a value travels to a function of its own: what is known of it when compiling, and words for the rest.
 *
 *     n, &x, key     →  one word: the value, or the address of a copy
 *     ctx            →  known: the context; word: its address
 *     buf[:]         →  known: the whole of an array of 16 bytes; word: its address
 *     buf[i:n]       →  known: a view of an array of 16 bytes; words: address, low, length, capacity
 *     "hello", twice →  known: the text, the function; no words
 *     s              →  known: a string; words: pointer, length
 *
 * Invariant: two calls for which the same is known can share one function.
 */

import type { Type } from '../ast/types.ts';
import { sizeof } from '../check/layout.ts';
import type { ValueId } from '../ir/ir.ts';
import type { Context } from './context.ts';
import { constant, int, known, nonNil } from './emit.ts';
import { elemOf, partsOf } from './shapes.ts';
import { constantString } from './strings.ts';
import type { Addr, FuncValue, Region, SliceValue, Value } from './values.ts';

/** Names, numbers and identities of functions and maps: equal where all of them are. */
export type Known = readonly (string | number | object)[];

export interface Passed {
  readonly known: Known;
  readonly words: readonly ValueId[];
  /** The value in the callee, from its words in the same order. */
  readonly receive: (inner: Context, next: () => ValueId) => Value;
}

/** Can the pointer lead to a variable of a frame? */
export function maybeStack(cx: Context, pointer: ValueId): boolean {
  let at = pointer;
  for (let d = cx.b.definition(at); d?.op === 'ptroff' || d?.op === 'ptradd'; d = cx.b.definition(at))
    at = d.args[0]!;
  if (cx.outside.has(at)) return false;
  switch (cx.b.definition(at)?.op) {
    case 'mapaddr':
    case 'mapvalue':
    case 'globaladdr':
    case 'helper':
    case 'const':
    // What packets and the like begin and end with.
    case 'load.u32':
      return false;
    default:
      return true;
  }
}

export const sameKnown = (a: Known, b: Known): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);

/** null: only the caller's frame knows what it is. `place` gives the address of a value in memory. */
export function passed(cx: Context, value: Value, type: Type, place: (addr: Addr) => ValueId): Passed | null {
  switch (value.kind) {
    case 'scalar':
      return value.id === cx.contextParam
        ? context(value.id)
        : word(value.id, (id) => ({ kind: 'scalar', id }));
    case 'memory':
      return word(place(value.addr), (id) => ({
        kind: 'memory',
        addr: { kind: 'pointer', base: id, offset: 0 },
      }));
    case 'slice':
      return passedSlice(cx, value, type);
    case 'string': {
      const { text } = value;
      if (text !== null)
        return { known: ['text', text], words: [], receive: (inner) => constantString(inner, text) };
      return {
        known: ['string'],
        words: [value.ptr, value.len],
        receive: (_inner, next) => ({ kind: 'string', ptr: next(), len: next(), text: null }),
      };
    }
    case 'func':
      return passedFunction(value);
    case 'record': {
      const parts = partsOf(type);
      return all(value.fields.map((field, i) => passed(cx, field, parts[i]!, place)));
    }
    case 'map':
      return { known: [value.map], words: [], receive: () => value };
    case 'ref':
    case 'tuple':
      return null;
    default:
      return value satisfies never;
  }
}

function word(id: ValueId, receive: (id: ValueId) => Value): Passed {
  return { known: ['word'], words: [id], receive: (_inner, next) => receive(next()) };
}

/** The callee too has to access it at constant offsets. */
function context(pointer: ValueId): Passed {
  const receive: Passed['receive'] = (inner, next) => {
    const id = next();
    inner.contextParam ??= id;
    return { kind: 'scalar', id };
  };
  return { known: ['context'], words: [pointer], receive };
}

function all(fields: readonly (Passed | null)[]): Passed | null {
  const there = fields.filter((field) => field !== null);
  if (there.length < fields.length) return null;
  return {
    known: ['record', ...there.flatMap((field) => field.known)],
    words: there.flatMap((field) => field.words),
    receive: (inner, next) => ({
      kind: 'record',
      fields: there.map((field) => field.receive(inner, next)),
    }),
  };
}

const describeRegion = (region: Region): Known =>
  region.kind === 'array' ? ['array', region.size] : ['packet', region.context, region.part];

function passedSlice(cx: Context, value: SliceValue, type: Type): Passed {
  const { region, base, low, len, cap } = value;
  if (region === null) {
    return {
      known: ['nil'],
      words: [],
      receive: (inner) => {
        const zero = int(inner, 0);
        return { ...value, base: constant(inner, 'ptr', 0n), low: zero, len: zero, cap: zero };
      },
    };
  }
  const capacity = known(cx, cap);
  const fromStart = known(cx, low) === 0n;
  const full = len === cap || (capacity !== null && capacity === known(cx, len));
  const size = BigInt(sizeof(elemOf(type)));
  const whole =
    fromStart &&
    full &&
    region.kind === 'array' &&
    capacity !== null &&
    capacity * size === BigInt(region.size)
      ? capacity
      : null;
  const how = whole !== null ? 'whole' : `${fromStart ? 'start' : 'view'}${full ? ' full' : ''}`;
  return {
    known: [...describeRegion(region), how],
    words: whole !== null ? [base] : [base, ...(fromStart ? [] : [low]), len, ...(full ? [] : [cap])],
    receive: (inner, next) => {
      const start = next();
      if (whole !== null) {
        const length = int(inner, whole);
        return { ...value, base: nonNil(inner, start), low: int(inner, 0), len: length, cap: length };
      }
      const from = fromStart ? int(inner, 0) : next();
      const length = next();
      return { ...value, base: start, low: from, len: length, cap: full ? length : next() };
    },
  };
}

function passedFunction(value: FuncValue): Passed | null {
  const { callable, set } = value;
  const words = set === null ? [] : [set];
  const receive: Passed['receive'] = (_inner, next) => ({ ...value, set: set === null ? null : next() });
  const maybe = set === null ? 'set' : 'maybe';
  if (callable === null) return { known: ['nil'], words, receive };
  switch (callable.kind) {
    case 'func':
      return { known: [maybe, callable.func], words, receive };
    case 'literal':
      return callable.literal.captures.length > 0
        ? null
        : { known: [maybe, callable.literal], words, receive };
    case 'yield':
      return null;
    default:
      return callable satisfies never;
  }
}
