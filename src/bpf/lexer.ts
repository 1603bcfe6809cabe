/**
 * Tokens of one line of assembly or `.mir` text.
 *
 *     r1 s>>= 7   # half        `r1` `s>>=` `7`
 *
 * Whitespace separates tokens and means nothing else. Every character of the line belongs to a token, to whitespace
 * or to a comment; a character that begins none of these is a token of its own of kind `bad`.
 */

export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'mark' | 'bad';
  readonly text: string;
  /** UTF-16 offset in the file. */
  readonly start: number;
  readonly end: number;
}

const pattern = new RegExp(
  [
    '(?<space>\\s+)',
    '(?<signed>s(?:>>=|/=|%=|>=|<=|>|<))',
    '(?<number>0[xX][0-9a-fA-F]+|\\d+)',
    '(?<word>[A-Za-z_.$][\\w.$]*)',
    '(?<string>"(?:[^"\\\\\\n]|\\\\.)*")',
    '(?<mark><<=|>>=|[<>=!]=|[-+*/%&|^]=|[-+*/%&|^<>=(){}\\[\\],:!@#;])',
    '(?<bad>.)',
  ].join('|'),
  'suy',
);

const kinds = ['number', 'word', 'string', 'bad'] as const;

/** `comment` begins a comment that reaches to the end of the line. `base` is the line's offset in its file. */
export function tokens(line: string, base: number, comment: '#' | ';'): Token[] {
  const list: Token[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
    const text = match[0];
    if (text === comment || (comment === '#' && line.startsWith('//', match.index))) break;
    const { groups } = match;
    if (groups?.space !== undefined) continue;
    const kind = kinds.find((k) => groups?.[k] !== undefined) ?? 'mark';
    list.push({ kind, text, start: base + match.index, end: base + match.index + text.length });
  }
  return list;
}

/** A string literal's value; escapes are JSON's and `\xNN`. Characters stand for bytes or Unicode as the reader decides. */
export function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/gs, (_, code: string) => {
    if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    const named: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', 0: '\0', b: '\b', f: '\f' };
    return named[code] ?? code;
  });
}

/** The inverse of unquote: printable ASCII stays, the rest is escaped. */
export function quote(value: string): string {
  let text = '';
  for (const unit of value) {
    const code = unit.charCodeAt(0);
    if (unit === '"' || unit === '\\') text += `\\${unit}`;
    else if (unit === '\n') text += '\\n';
    else if (unit === '\t') text += '\\t';
    else if (unit.length > 1) text += unit;
    else if (code < 0x20 || (code >= 0x7f && code < 0x100))
      text += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code >= 0x100) text += `\\u${code.toString(16).padStart(4, '0')}`;
    else text += unit;
  }
  return `"${text}"`;
}

const plainName = /^[A-Za-z_.$][\w.$]*$/;

/** A name as it is when it is one word, else quoted. */
export function nameText(name: string): string {
  return plainName.test(name) ? name : quote(name);
}
