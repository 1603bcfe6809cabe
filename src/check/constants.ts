/**
 * Constant values with arbitrary precision: literals, arithmetic and representability.
 *
 *     1 << 62 - 1, 0.5 * 4, 'a' + 1, "ab" + "c"   →   exact values; floats are rationals in lowest terms
 *
 * An integer-valued rational and an integer are the same constant: `normal` makes it an integer.
 */

import type { BinaryOp } from '../ast/ast.ts';
import type { BasicName, ConstValue } from '../ast/types.ts';

export const trueConst: ConstValue = { kind: 'bool', value: true };
export const falseConst: ConstValue = { kind: 'bool', value: false };

export function boolConst(value: boolean): ConstValue {
  return value ? trueConst : falseConst;
}

export function intConst(value: bigint | number): ConstValue {
  return { kind: 'int', value: BigInt(value) };
}

function gcd(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

function rational(num: bigint, den: bigint): ConstValue {
  const sign = den < 0n ? -1n : 1n;
  const g = gcd(num, den) * sign;
  return den / g === 1n ? { kind: 'int', value: num / g } : { kind: 'rational', num: num / g, den: den / g };
}

// ---------------------------------------------------------------- literals

function parseInteger(digits: string): bigint | null {
  const text = digits.replaceAll('_', '');
  try {
    if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
    return BigInt(text.toLowerCase());
  } catch {
    return null;
  }
}

/** Largest decimal exponent of a literal; beyond, its value is refused rather than computed. */
const exponentLimit = 5_000;

function parseFloatLiteral(literal: string): ConstValue | null {
  const text = literal.replaceAll('_', '').toLowerCase();
  const hex = text.startsWith('0x');
  const match = hex
    ? /^0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?\d+)$/.exec(text)
    : /^(\d*)\.?(\d*)(?:e([+-]?\d+))?$/.exec(text);
  if (match === null) return null;
  const [, whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > exponentLimit) return null;
  const mantissa = BigInt((hex ? '0x' : '') + (whole + fraction || '0'));
  const scale = hex ? exponent - 4 * fraction.length : exponent - fraction.length;
  const power = (hex ? 2n : 10n) ** BigInt(Math.abs(scale));
  return scale >= 0 ? intConst(mantissa * power) : rational(mantissa, power);
}

/** UTF-8 bytes of a code point, one per char code. */
export function utf8(code: number): string {
  const char = String.fromCharCode;
  if (code < 0x80) return char(code);
  if (code < 0x800) return char(0xc0 | (code >> 6), 0x80 | (code & 63));
  if (code < 0x10000) return char(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  return char(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
}

const simpleEscapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
};

/** The characters of a quoted literal's inside: code points, or raw bytes for `\x` and octal escapes. */
function* characters(inside: string): Generator<{ readonly code: number; readonly raw: boolean }> {
  const pattern = /\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/y;
  for (let i = 0; i < inside.length; ) {
    pattern.lastIndex = i;
    const match = inside[i] === '\\' ? pattern.exec(inside) : null;
    if (match !== null) {
      i += match[0].length;
      const [, hex, octal, short, long, simple] = match;
      if (hex !== undefined) yield { code: Number.parseInt(hex, 16), raw: true };
      else if (octal !== undefined) yield { code: Number.parseInt(octal, 8) & 0xff, raw: true };
      else if (simple !== undefined) yield { code: simpleEscapes[simple] ?? 0xfffd, raw: false };
      else yield { code: Number.parseInt(short ?? long ?? '0', 16), raw: false };
      continue;
    }
    const code = inside.codePointAt(i) ?? 0xfffd;
    i += code > 0xffff ? 2 : 1;
    yield { code: code >= 0xd800 && code < 0xe000 ? 0xfffd : code, raw: false };
  }
}

function parseString(text: string): string {
  const inside = text.slice(1, -1);
  let bytes = '';
  if (text.startsWith('`')) {
    for (const char of inside.replaceAll('\r', '')) bytes += utf8(char.codePointAt(0) ?? 0xfffd);
    return bytes;
  }
  for (const { code, raw } of characters(inside)) bytes += raw ? String.fromCharCode(code) : utf8(code);
  return bytes;
}

/** The value of a literal as written; null when it is malformed or too large to represent. */
export function literalValue(literal: 'int' | 'float' | 'rune' | 'string', text: string): ConstValue | null {
  switch (literal) {
    case 'int': {
      const value = parseInteger(text);
      return value === null ? null : intConst(value);
    }
    case 'float':
      return parseFloatLiteral(text);
    case 'rune': {
      const [char] = characters(text.slice(1, -1));
      return char === undefined ? null : intConst(char.code);
    }
    case 'string':
      return { kind: 'string', value: parseString(text) };
    default:
      return literal satisfies never;
  }
}

// ---------------------------------------------------------------- arithmetic

/** Go's compilers refuse integer constants beyond this many bits. */
const maxIntegerBits = 512;

/** Floats are exact here, so their size needs a limit of its own. */
const maxFloatBits = 20_000;

function bitLength(value: bigint): number {
  return 4 * (value < 0n ? -value : value).toString(16).length;
}

/** Is an untyped constant larger than the compiler keeps? `integer`: of an integer kind. */
export function tooLarge(value: ConstValue, integer: boolean): boolean {
  if (value.kind === 'rational') return Math.max(bitLength(value.num), bitLength(value.den)) > maxFloatBits;
  if (value.kind !== 'int') return false;
  if (!integer) return bitLength(value.value) > maxFloatBits;
  const magnitude = value.value < 0n ? -value.value : value.value;
  return magnitude >> BigInt(maxIntegerBits) !== 0n;
}

function parts(value: ConstValue): readonly [bigint, bigint] {
  if (value.kind === 'int') return [value.value, 1n];
  if (value.kind === 'rational') return [value.num, value.den];
  return [0n, 1n];
}

function compareValues(x: ConstValue, y: ConstValue): number {
  if (x.kind === 'string' && y.kind === 'string') return x.value < y.value ? -1 : x.value > y.value ? 1 : 0;
  if (x.kind === 'bool' && y.kind === 'bool') return Number(x.value) - Number(y.value);
  const [a, b] = parts(x);
  const [c, d] = parts(y);
  const left = a * d;
  const right = c * b;
  return left < right ? -1 : left > right ? 1 : 0;
}

export function compareConst(op: BinaryOp, x: ConstValue, y: ConstValue): boolean {
  const order = compareValues(x, y);
  switch (op) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

function integerOp(op: BinaryOp, a: bigint, b: bigint): bigint | null {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&^':
      return a & ~b;
    default:
      return null;
  }
}

function rationalOp(op: BinaryOp, x: ConstValue, y: ConstValue): ConstValue | null {
  const [a, b] = parts(x);
  const [c, d] = parts(y);
  switch (op) {
    case '+':
      return rational(a * d + c * b, b * d);
    case '-':
      return rational(a * d - c * b, b * d);
    case '*':
      return rational(a * c, b * d);
    case '/':
      return rational(a * d, b * c);
    default:
      return null;
  }
}

/**
 * `x op y` of two constants of one kind. `integers`: the operands' type is an integer type, so `/` truncates.
 * A zero divisor is the caller's to refuse. null: the operator does not apply.
 */
export function binaryConst(
  op: BinaryOp,
  x: ConstValue,
  y: ConstValue,
  integers: boolean,
): ConstValue | null {
  if (x.kind === 'bool' && y.kind === 'bool') {
    if (op === '&&') return boolConst(x.value && y.value);
    return op === '||' ? boolConst(x.value || y.value) : null;
  }
  if (x.kind === 'string' && y.kind === 'string')
    return op === '+' ? { kind: 'string', value: x.value + y.value } : null;
  if (x.kind === 'int' && y.kind === 'int' && (integers || op !== '/')) {
    const value = integerOp(op, x.value, y.value);
    return value === null ? null : intConst(value);
  }
  return rationalOp(op, x, y);
}

/** `^x` of an unsigned type keeps to its width. */
export function unaryConst(
  op: '+' | '-' | '^' | '!',
  x: ConstValue,
  unsignedBits: number | null,
): ConstValue | null {
  if (x.kind === 'bool') return op === '!' ? boolConst(!x.value) : null;
  if (x.kind === 'string') return null;
  if (op === '+') return x;
  if (op === '-') return x.kind === 'int' ? intConst(-x.value) : { ...x, num: -x.num };
  if (op === '^' && x.kind === 'int')
    return intConst(unsignedBits === null ? ~x.value : BigInt.asUintN(unsignedBits, ~x.value));
  return null;
}

// ---------------------------------------------------------------- representability

const intRanges: Readonly<Partial<Record<BasicName, readonly [bits: number, signed: boolean]>>> = {
  int: [64, true],
  int8: [8, true],
  int16: [16, true],
  int32: [32, true],
  int64: [64, true],
  uint: [64, false],
  uint8: [8, false],
  uint16: [16, false],
  uint32: [32, false],
  uint64: [64, false],
  uintptr: [64, false],
};

/** Width and sign of an integer type; null for others. */
export function integerRange(name: BasicName): { readonly bits: number; readonly signed: boolean } | null {
  const range = intRanges[name];
  return range === undefined ? null : { bits: range[0], signed: range[1] };
}

export type Representable = 'yes' | 'truncated' | 'overflows' | 'no';

/** Can a constant be a value of the basic type without a change? */
export function representable(value: ConstValue, name: BasicName): Representable {
  const range = integerRange(name);
  if (range !== null) {
    if (value.kind === 'rational') return 'truncated';
    if (value.kind !== 'int') return 'no';
    const wrapped = range.signed
      ? BigInt.asIntN(range.bits, value.value)
      : BigInt.asUintN(range.bits, value.value);
    return wrapped === value.value ? 'yes' : 'overflows';
  }
  switch (name) {
    case 'bool':
    case 'untyped bool':
      return value.kind === 'bool' ? 'yes' : 'no';
    case 'string':
    case 'untyped string':
      return value.kind === 'string' ? 'yes' : 'no';
    case 'untyped int':
    case 'untyped rune':
      return value.kind === 'int' ? 'yes' : value.kind === 'rational' ? 'truncated' : 'no';
    case 'untyped float':
    case 'float32':
    case 'float64':
    case 'complex64':
    case 'complex128':
      return value.kind === 'int' || value.kind === 'rational' ? 'yes' : 'no';
    default:
      return 'no';
  }
}

/** Go's spelling of a constant, shortened. */
export function constString(value: ConstValue): string {
  switch (value.kind) {
    case 'bool':
      return String(value.value);
    case 'int': {
      const text = String(value.value);
      return text.length > 60 ? `${text.slice(0, 20)}…` : text;
    }
    case 'rational':
      return String(Number(value.num) / Number(value.den));
    case 'string':
      return quoteBytes(value.value);
    default:
      return value satisfies never;
  }
}

/** A byte string in double quotes, everything but printable ASCII escaped. */
export function quoteBytes(bytes: string): string {
  let text = '"';
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes.charCodeAt(i);
    if (code === 34 || code === 92) text += `\\${bytes[i]}`;
    else if (code === 10) text += '\\n';
    else if (code === 9) text += '\\t';
    else if (code >= 32 && code < 127) text += bytes[i];
    else text += `\\x${code.toString(16).padStart(2, '0')}`;
  }
  return `${text}"`;
}
