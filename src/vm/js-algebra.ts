/**
 * Bit vectors as JavaScript source text: the algebra in which the VM reads the meaning of instructions. A vector of up
 * to 32 bits is one int32 expression; a 64-bit one is a pair of them, low and high half.
 *
 *     add(x, y, 32)  →  (x + y | 0)
 *     and(x, y, 64)  →  lo: (x.lo & y.lo), hi: (x.hi & y.hi)
 *
 * Operands are pure expressions, usually variable names, and may be written out more than once. Narrow vectors are
 * kept zero-extended. 64-bit operations that need a carry go through functions of runtime64.ts, which leave the high
 * half of their result in `R.hi`; that is why such a result is bound to names at once (`bind`).
 */

import type { Algebra } from '../base/algebra.ts';

export interface JsValue {
  readonly lo: string;
  /** null below 64 bits. */
  readonly hi: string | null;
}

/** Emits `name = expression` for results of runtime functions; gives fresh names. */
export type Bind = (lo: string, hi: string | null) => JsValue;

const hiOf = (x: JsValue): string => x.hi ?? '0';
const narrow = (lo: string): JsValue => ({ lo, hi: null });
const mask = (w: number): string => (w === 32 ? '| 0' : `& ${2 ** w - 1}`);

function literal(value: bigint): string {
  const n = Number(BigInt.asIntN(32, value));
  return n < 0 ? `(${n})` : String(n);
}

export function jsAlgebra(bind: Bind): Algebra<JsValue> {
  const wide = (call: string): JsValue => bind(call, 'R.hi');
  const call64 = (name: string, x: JsValue, y: JsValue): JsValue =>
    wide(`${name}(${x.lo}, ${hiOf(x)}, ${y.lo}, ${hiOf(y)})`);
  const bitwise =
    (op: string) =>
    (x: JsValue, y: JsValue, w: number): JsValue =>
      w === 64
        ? { lo: `(${x.lo} ${op} ${y.lo})`, hi: `(${hiOf(x)} ${op} ${hiOf(y)})` }
        : narrow(`(${x.lo} ${op} ${y.lo})`);
  const below = (x: JsValue, y: JsValue, w: number, signed: boolean, orEqual: boolean): JsValue => {
    const op = orEqual ? '<=' : '<';
    const u = (text: string): string => `(${text} >>> 0)`;
    if (w < 64)
      return narrow(signed ? `(${x.lo} ${op} ${y.lo} ? 1 : 0)` : `(${u(x.lo)} ${op} ${u(y.lo)} ? 1 : 0)`);
    const high = signed ? [hiOf(x), hiOf(y)] : [u(hiOf(x)), u(hiOf(y))];
    return narrow(
      `(${high[0]} < ${high[1]} || (${hiOf(x)} === ${hiOf(y)} && ${u(x.lo)} ${op} ${u(y.lo)}) ? 1 : 0)`,
    );
  };
  const shift =
    (name: 'shl64' | 'shr64' | 'sar64', op: '<<' | '>>>' | '>>') =>
    (x: JsValue, y: JsValue, w: number): JsValue =>
      w === 64
        ? wide(`${name}(${x.lo}, ${hiOf(x)}, ${y.lo} & 63)`)
        : narrow(`(${x.lo} ${op} (${y.lo} & 31) | 0)`);
  const divide =
    (name: string) =>
    (x: JsValue, y: JsValue, w: number): JsValue =>
      w === 64 ? call64(`${name}64`, x, y) : narrow(`${name}32(${x.lo}, ${y.lo})`);
  return {
    constant: (value, w) =>
      w === 64
        ? { lo: literal(value), hi: literal(value >> 32n) }
        : narrow(literal(w === 32 ? value : BigInt.asUintN(w, value))),
    add: (x, y, w) => (w === 64 ? call64('add64', x, y) : narrow(`(${x.lo} + ${y.lo} ${mask(w)})`)),
    sub: (x, y, w) => (w === 64 ? call64('sub64', x, y) : narrow(`(${x.lo} - ${y.lo} ${mask(w)})`)),
    mul: (x, y, w) => (w === 64 ? call64('mul64', x, y) : narrow(`(Math.imul(${x.lo}, ${y.lo}) ${mask(w)})`)),
    udiv: divide('udiv'),
    sdiv: divide('sdiv'),
    urem: divide('urem'),
    srem: divide('srem'),
    and: bitwise('&'),
    or: bitwise('|'),
    xor: bitwise('^'),
    shl: shift('shl64', '<<'),
    lshr: shift('shr64', '>>>'),
    ashr: shift('sar64', '>>'),
    eq: (x, y, w) =>
      narrow(
        w === 64
          ? `(${x.lo} === ${y.lo} && ${hiOf(x)} === ${hiOf(y)} ? 1 : 0)`
          : `(${x.lo} === ${y.lo} ? 1 : 0)`,
      ),
    ult: (x, y, w) => below(x, y, w, false, false),
    ule: (x, y, w) => below(x, y, w, false, true),
    slt: (x, y, w) => below(x, y, w, true, false),
    sle: (x, y, w) => below(x, y, w, true, true),
    not: (x) => narrow(`(${x.lo} ^ 1)`),
    ite: (c, x, y, w) => ({
      lo: `(${c.lo} ? ${x.lo} : ${y.lo})`,
      hi: w === 64 ? `(${c.lo} ? ${hiOf(x)} : ${hiOf(y)})` : null,
    }),
    zext: (x, _from, to) => (to === 64 ? { lo: x.lo, hi: '0' } : x),
    sext: (x, from, to) => {
      const lo = from === 32 ? x.lo : `(${x.lo} << ${32 - from} >> ${32 - from})`;
      return to === 64 ? { lo, hi: `(${lo} >> 31)` } : narrow(to === 32 ? lo : `(${lo} ${mask(to)})`);
    },
    trunc: (x, _from, to) => narrow(to === 32 ? x.lo : `(${x.lo} ${mask(to)})`),
    bswap: (x, w) =>
      w === 64
        ? { lo: `bswap32(${hiOf(x)})`, hi: `bswap32(${x.lo})` }
        : narrow(w === 32 ? `bswap32(${x.lo})` : `((${x.lo} & 255) << 8 | (${x.lo} >>> 8) & 255)`),
  };
}
