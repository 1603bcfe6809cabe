/**
 * Strings: constants in .rodata, and pairs of pointer and length that come from them.
 *
 *     s := "hello"; s[1]  →  'e', folded;   var t = s; if c { t = "no" }; t[i]  →  i < len(t), load.u8
 */

import type { TCompare } from '../ast/typed.ts';
import type { ValueId } from '../ir/ir.ts';
import { type Context, freshSymbol, type ModuleContext } from './context.ts';
import {
  abortUnless,
  arith,
  bounded,
  branch,
  choose,
  compare,
  constant,
  enter,
  int,
  jump,
  known,
  loadScalar,
} from './emit.ts';
import { order } from './integers.ts';
import { checkIndex } from './places.ts';
import { byteScalar } from './shapes.ts';
import type { StringValue } from './values.ts';

/** The symbol of a constant string. */
export function stringSymbol(module: ModuleContext, text: string): string {
  const before = module.strings.get(text);
  if (before !== undefined) return before;
  const symbol = freshSymbol(module, `str${module.strings.size}`);
  module.strings.set(text, symbol);
  return symbol;
}

export function constantString(cx: Context, text: string): StringValue {
  const symbol = stringSymbol(cx.module, text);
  return { kind: 'string', ptr: cx.b.symbol('stringaddr', symbol), len: int(cx, text.length), text };
}

/** `s[i]`, a byte. */
export function stringByte(cx: Context, s: StringValue, index: ValueId): ValueId {
  const i = known(cx, index);
  if (s.text !== null && i !== null && i >= 0n && i < BigInt(s.text.length))
    return constant(cx, 'i32', BigInt(s.text.charCodeAt(Number(i))));
  checkIndex(cx, index, s.len);
  return byteAt(cx, s.ptr, index);
}

function byteAt(cx: Context, ptr: ValueId, index: ValueId): ValueId {
  const base = cx.b.emit('ptradd', 'ptr', [ptr, index]);
  return bounded(cx, loadScalar(cx, { kind: 'pointer', base, offset: 0 }, byteScalar), 255n);
}

export function stringSlice(
  cx: Context,
  s: StringValue,
  from: ValueId | null,
  to: ValueId | null,
): StringValue {
  const low = from ?? int(cx, 0);
  const high = to ?? s.len;
  const a = known(cx, low);
  const b = known(cx, high);
  if (s.text !== null && a !== null && b !== null && a >= 0n && a <= b && b <= BigInt(s.text.length))
    return constantString(cx, s.text.slice(Number(a), Number(b)));
  if (to !== null) abortUnless(cx, compare(cx, 'icmp.ule', high, s.len));
  abortUnless(cx, compare(cx, 'icmp.ule', low, high));
  return {
    kind: 'string',
    ptr: cx.b.emit('ptradd', 'ptr', [s.ptr, low]),
    len: arith(cx, 'sub', high, low),
    text: null,
  };
}

export function compareStrings(cx: Context, op: TCompare['op'], x: StringValue, y: StringValue): ValueId {
  if (x.text !== null && y.text !== null) {
    const sign = x.text === y.text ? 0 : x.text < y.text ? -1 : 1;
    const holds = {
      '==': sign === 0,
      '!=': sign !== 0,
      '<': sign < 0,
      '<=': sign <= 0,
      '>': sign > 0,
      '>=': sign >= 0,
    };
    return constant(cx, 'i32', holds[op] ? 1n : 0n);
  }
  if (op === '==' || op === '!=') {
    const equal = choose(
      cx,
      'i32',
      compare(cx, 'icmp.eq', x.len, y.len),
      () => order(cx, '==', firstDifference(cx, x, y), x.len, false),
      () => constant(cx, 'i32', 0n),
    );
    return op === '==' ? equal : compare(cx, 'icmp.eq', equal, constant(cx, 'i32', 0n));
  }
  const shorter = choose(
    cx,
    'i64',
    compare(cx, 'icmp.ult', x.len, y.len),
    () => x.len,
    () => y.len,
  );
  const at = firstDifference(cx, x, y, shorter);
  return choose(
    cx,
    'i32',
    compare(cx, 'icmp.ult', at, shorter),
    () => order(cx, op, byteAt(cx, x.ptr, at), byteAt(cx, y.ptr, at), false),
    () => order(cx, op, x.len, y.len, false),
  );
}

/** The first index below `length` at which the bytes differ, or `length`. */
function firstDifference(cx: Context, x: StringValue, y: StringValue, length = x.len): ValueId {
  const head = cx.b.newBlock(['i64']);
  const body = cx.b.newBlock();
  const next = cx.b.newBlock();
  const done = cx.b.newBlock();
  jump(cx, head, [int(cx, 0)]);
  enter(cx, head);
  const i = cx.b.param(head, 0);
  branch(cx, compare(cx, 'icmp.ult', i, length), body, done);
  enter(cx, body);
  branch(cx, compare(cx, 'icmp.eq', byteAt(cx, x.ptr, i), byteAt(cx, y.ptr, i)), next, done);
  enter(cx, next);
  jump(cx, head, [arith(cx, 'add', i, int(cx, 1))]);
  enter(cx, done);
  return i;
}

/** A string's runes as Go's `range` gives them: byte index and code point, U+FFFD for each invalid byte. */
export function runesOf(text: string): readonly { readonly index: number; readonly rune: number }[] {
  const runes: { index: number; rune: number }[] = [];
  for (let i = 0; i < text.length; ) {
    const { rune, size } = decodeRune(text, i);
    runes.push({ index: i, rune });
    i += size;
  }
  return runes;
}

const invalid = { rune: 0xfffd, size: 1 };

function decodeRune(text: string, at: number): { readonly rune: number; readonly size: number } {
  const first = text.charCodeAt(at);
  if (first < 0x80) return { rune: first, size: 1 };
  const size =
    first >= 0xc2 && first < 0xe0
      ? 2
      : first >= 0xe0 && first < 0xf0
        ? 3
        : first >= 0xf0 && first < 0xf5
          ? 4
          : 0;
  if (size === 0 || at + size > text.length) return invalid;
  let rune = first & (0x7f >> size);
  for (let k = 1; k < size; k++) {
    const byte = text.charCodeAt(at + k);
    if ((byte & 0xc0) !== 0x80) return invalid;
    rune = (rune << 6) | (byte & 0x3f);
  }
  const least = size === 2 ? 0x80 : size === 3 ? 0x800 : 0x10000;
  const surrogate = rune >= 0xd800 && rune <= 0xdfff;
  return rune < least || rune > 0x10ffff || surrogate ? invalid : { rune, size };
}
