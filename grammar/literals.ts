/**
 * Literals: where one ends, what is wrong with it, and what a string literal means.
 *
 *     0b102        "invalid digit '2' in binary literal", still one Int token
 *     "a\qb"       "unknown escape", still one String token
 *
 * Invariant: the end is after the start, and never after a newline except in raw strings.
 */

import { type Complain, isAsciiDigit } from './scan.ts';

interface NumberToken {
  readonly kind: 'Int' | 'Float' | 'Imaginary';
  readonly end: number;
}

const bases = {
  b: { radix: 2, name: 'binary' },
  o: { radix: 8, name: 'octal' },
  x: { radix: 16, name: 'hexadecimal' },
} as const;

function digitValue(c: number): number {
  if (isAsciiDigit(c)) return c - 48;
  const lower = c | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : 99;
}

/** The end of a run of digits and underscores; hexadecimal digits count when `radix` is 16. */
function digitsEnd(text: string, start: number, radix: number): number {
  let end = start;
  while (text.charCodeAt(end) === 95 || digitValue(text.charCodeAt(end)) < Math.max(radix, 10)) end++;
  return end;
}

export function scanNumber(text: string, start: number, complain: Complain): NumberToken {
  const prefix = text.charCodeAt(start) === 48 ? (text[start + 1] ?? '').toLowerCase() : '';
  const base = prefix === 'b' || prefix === 'o' || prefix === 'x' ? bases[prefix] : null;
  const radix = base?.radix ?? 10;
  let kind: NumberToken['kind'] = 'Int';
  let end = digitsEnd(text, base ? start + 2 : start, radix);
  const whole = end;
  let problem: string | null = null;
  if (text[end] === '.') {
    kind = 'Float';
    if (base && radix !== 16) problem = `invalid radix point in ${base.name} literal`;
    end = digitsEnd(text, end + 1, radix);
  }
  if (base && !/[0-9a-fA-F]/.test(text.slice(start + 2, end)))
    problem ??= `${base.name} literal has no digits`;
  const exponent = /^[eE]$/.test(text[end] ?? '') ? 'e' : /^[pP]$/.test(text[end] ?? '') ? 'p' : '';
  if (exponent !== '') {
    if (exponent === 'e' && base) problem ??= `'${text[end]}' exponent requires decimal mantissa`;
    if (exponent === 'p' && radix !== 16) problem ??= `'${text[end]}' exponent requires hexadecimal mantissa`;
    kind = 'Float';
    end++;
    if (text[end] === '+' || text[end] === '-') end++;
    const digits = end;
    end = digitsEnd(text, end, 10);
    if (!/[0-9]/.test(text.slice(digits, end))) problem ??= 'exponent has no digits';
  } else if (kind === 'Float' && radix === 16) problem ??= "hexadecimal mantissa requires a 'p' exponent";
  if (text[end] === 'i') {
    kind = 'Imaginary';
    end++;
  }
  problem ??= badDigit(text.slice(start, whole), kind, base) ?? badSeparator(text.slice(start, end));
  if (problem) complain(problem, start, end, 'bad-number');
  return { kind, end };
}

function badDigit(
  whole: string,
  kind: NumberToken['kind'],
  base: { radix: number; name: string } | null,
): string | null {
  const octal = base === null && kind === 'Int' && /^0[0-9_]/.test(whole);
  const radix = octal ? 8 : (base?.radix ?? 10);
  const digits = base ? whole.slice(2) : whole;
  const bad = [...digits].find((c) => c !== '_' && digitValue(c.charCodeAt(0)) >= radix);
  return bad === undefined
    ? null
    : `invalid digit '${bad}' in ${octal ? 'octal' : (base?.name ?? 'decimal')} literal`;
}

/** An underscore stands between digits, or between the prefix and a digit. */
function badSeparator(literal: string): string | null {
  if (!literal.includes('_')) return null;
  const hex = /^0[xX]/.test(literal);
  const body = literal.replace(/^0[bBoOxX]/, '0');
  const bad = hex ? /_(?![0-9a-fA-F])|(?<![0-9a-fA-F])_/ : /_(?![0-9])|(?<![0-9])_/;
  return bad.test(body) ? "'_' must separate successive digits" : null;
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/** The end of the escape whose backslash is at `start`. Reports what is wrong with it. */
function escapeEnd(text: string, start: number, quote: string, complain: Complain): number {
  const c = text[start + 1] ?? '\n';
  if (c === quote || c in simpleEscapes) return start + 2;
  const shape = /[0-7]/.test(c)
    ? [3, 8, 1]
    : c === 'x'
      ? [2, 16, 2]
      : c === 'u'
        ? [4, 16, 2]
        : c === 'U'
          ? [8, 16, 2]
          : null;
  if (!shape) {
    if (c !== '\n') complain('unknown escape', start, start + 2, 'bad-escape');
    return start + 1 + (c === '\n' ? 0 : 1);
  }
  const [count = 0, radix = 0, skip = 0] = shape;
  let value = 0;
  let end = start + skip;
  for (let i = 0; i < count; i++, end++) {
    const unit = text.charCodeAt(end);
    const digit = Number.isNaN(unit) ? 99 : digitValue(unit);
    if (digit >= radix) {
      const bad = text[end] ?? '';
      if (bad !== '' && bad !== '\n' && bad !== quote) {
        const name = radix === 8 ? 'octal' : 'hexadecimal';
        complain(`invalid character '${bad}' in ${name} escape`, end, end + 1, 'bad-escape');
      } else complain('escape is too short', start, end, 'bad-escape');
      return end;
    }
    value = value * radix + digit;
  }
  if (radix === 8 && value > 255) complain(`octal escape value ${value} > 255`, start, end, 'bad-escape');
  if ((c === 'u' || c === 'U') && (value > 0x10ffff || (value >= 0xd800 && value < 0xe000))) {
    complain('escape is invalid Unicode code point', start, end, 'bad-escape');
  }
  return end;
}

export function scanString(text: string, start: number, complain: Complain): number {
  let end = start + 1;
  for (;;) {
    const c = text[end];
    if (c === '"') return end + 1;
    if (c === undefined || c === '\n') {
      complain(c === '\n' ? 'newline in string' : 'string not terminated', start, end, 'unterminated-string');
      return end;
    }
    end = c === '\\' ? escapeEnd(text, end, '"', complain) : end + 1;
  }
}

export function scanRawString(text: string, start: number, complain: Complain): number {
  const end = text.indexOf('`', start + 1);
  if (end >= 0) return end + 1;
  complain('string not terminated', start, start + 1, 'unterminated-string');
  return text.length;
}

export function scanRune(text: string, start: number, complain: Complain): number {
  let end = start + 1;
  if (text[end] === "'") {
    end += text[end + 1] === "'" ? 2 : 1;
    complain("empty rune literal or unescaped ' in rune literal", start, end, 'bad-rune');
    return end;
  }
  for (let count = 0; ; count++) {
    const c = text[end];
    if (c === "'") {
      if (count > 1) complain('more than one character in rune literal', start, end + 1, 'bad-rune');
      return end + 1;
    }
    if (c === undefined || c === '\n') {
      complain(
        c === '\n' ? 'newline in rune literal' : 'rune literal not terminated',
        start,
        end,
        'unterminated-rune',
      );
      return end;
    }
    end =
      c === '\\'
        ? escapeEnd(text, end, "'", complain)
        : end + String.fromCodePoint(text.codePointAt(end) ?? 0).length;
  }
}

/** The value of a string literal; `\x` and octal escapes give one character per byte. Wrong escapes stand for themselves. */
export function unquote(literal: string): string {
  if (literal.startsWith('`'))
    return literal
      .slice(1, literal.endsWith('`') && literal.length > 1 ? -1 : undefined)
      .replaceAll('\r', '');
  const body = literal.replace(/^"/, '').replace(/"$/, '');
  return body.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/g,
    (all, ...groups) => {
      const [x, u, long, octal, simple] = groups as (string | undefined)[];
      const hex = x ?? u ?? long;
      if (hex !== undefined)
        return Number.parseInt(hex, 16) > 0x10ffff ? all : String.fromCodePoint(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return simpleEscapes[simple ?? ''] ?? simple ?? all;
    },
  );
}
