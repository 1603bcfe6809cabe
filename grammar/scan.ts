/**
 * The scanner: source text to tokens and comments.
 *
 *     x := 0x1F // hex      →   Name(x) Define(:=) Int(0x1F) Newline, and the comment
 *
 * A general comment that spans lines counts as a newline. Lexical errors are reported and the token is still made, so that
 * the parser goes on. Offsets are UTF-16; `endOffset` is that of the last character, as chevrotain has it.
 * Invariant: every character is in a token, a comment or white space, and the token list ends with Newline.
 */

import type { IToken, TokenType } from 'chevrotain';
import type { Comment } from '../src/ast/ast.ts';
import type { Code, Diagnostics } from '../src/base/diagnostic.ts';
import type { SourceFile } from '../src/base/source.ts';
import { scanNumber, scanRawString, scanRune, scanString } from './literals.ts';
import { keywords, operators, T } from './tokens.ts';

export interface Scanned {
  readonly tokens: readonly IToken[];
  readonly comments: readonly Comment[];
}

/** Reports a lexical error at a range of offsets. */
export type Complain = (what: string, start: number, end: number, code?: LexicalCode) => void;

export type LexicalCode = Extract<
  Code,
  | 'syntax-error'
  | 'unterminated-string'
  | 'unterminated-comment'
  | 'unterminated-rune'
  | 'bad-character'
  | 'bad-escape'
  | 'bad-number'
  | 'bad-rune'
>;

const letter = /\p{L}/u;
const digit = /\p{Nd}/u;

export function isAsciiDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

function isAsciiLetter(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95;
}

function codePoint(c: number): string {
  return `U+${c.toString(16).toUpperCase().padStart(4, '0')}`;
}

export function scan(file: SourceFile, diagnostics: Diagnostics): Scanned {
  const text = file.text;
  const tokens: IToken[] = [];
  const comments: Comment[] = [];
  const complain: Complain = (what, start, end, code = 'syntax-error') =>
    diagnostics.report(code, { file: file.id, start, end }, { what });
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;

  const push = (tokenType: TokenType, end: number): void => {
    const image = text.slice(at, end);
    tokens.push({
      image,
      startOffset: at,
      endOffset: end - 1,
      tokenType,
      tokenTypeIdx: tokenType.tokenTypeIdx ?? 0,
    });
    at = end;
  };
  const newline = (offset: number, image: string): void => {
    tokens.push({
      image,
      startOffset: offset,
      endOffset: Math.min(offset, text.length - 1),
      tokenType: T.Newline,
      tokenTypeIdx: T.Newline.tokenTypeIdx ?? 0,
    });
  };

  while (at < text.length) {
    const c = text.charCodeAt(at);
    if (c === 32 || c === 9 || c === 13) at++;
    else if (c === 10) newline(at++, 'newline');
    else if (isAsciiLetter(c)) {
      const end = nameEnd(text, at, complain);
      push(keywords.get(text.slice(at, end)) ?? T.Name, end);
    } else if (isAsciiDigit(c) || (c === 46 && isAsciiDigit(text.charCodeAt(at + 1)))) {
      const number = scanNumber(text, at, complain);
      push(T[number.kind], number.end);
    } else if (c === 34) push(T.String, scanString(text, at, complain));
    else if (c === 96) push(T.String, scanRawString(text, at, complain));
    else if (c === 39) push(T.Rune, scanRune(text, at, complain));
    else if (c === 47 && (text.charCodeAt(at + 1) === 47 || text.charCodeAt(at + 1) === 42)) {
      const end = commentEnd(text, at, complain);
      const comment = text.slice(at, end);
      comments.push({ text: comment.replace(/\r+$/, ''), span: { file: file.id, start: at, end } });
      if (comment.includes('\n')) newline(at, 'newline');
      at = end;
    } else {
      const end = operatorEnd(text, at);
      const type = operators.get(text.slice(at, end));
      if (type) push(type, end);
      else at = other(text, at, push, complain);
    }
  }
  newline(text.length, 'EOF');
  return { tokens, comments };
}

function nameEnd(text: string, start: number, complain: Complain): number {
  let end = start;
  for (;;) {
    const c = text.charCodeAt(end);
    if (isAsciiLetter(c) || isAsciiDigit(c)) end++;
    else if (c < 0x80 || Number.isNaN(c)) return end;
    else {
      const point = text.codePointAt(end) ?? c;
      const char = String.fromCodePoint(point);
      if (!letter.test(char) && !digit.test(char)) {
        if (point === 0xfeff || point === 0x85 || point === 0xa0 || !/\p{C}|\p{Z}/u.test(char)) {
          complain(
            point === 0xfeff
              ? 'invalid BOM in the middle of the file'
              : `invalid character ${codePoint(point)} '${char}' in identifier`,
            end,
            end + char.length,
            'bad-character',
          );
          end += char.length;
          continue;
        }
        return end;
      }
      end += char.length;
    }
  }
}

function commentEnd(text: string, start: number, complain: Complain): number {
  if (text.charCodeAt(start + 1) === 47) {
    const end = text.indexOf('\n', start);
    return end < 0 ? text.length : end;
  }
  const end = text.indexOf('*/', start + 2);
  if (end >= 0) return end + 2;
  complain('comment not terminated', start, Math.min(start + 2, text.length), 'unterminated-comment');
  return text.length;
}

/** The end of the longest operator that starts here; `start` if none does. */
function operatorEnd(text: string, start: number): number {
  for (let length = 3; length > 0; length--) {
    if (operators.has(text.slice(start, start + length))) return Math.min(start + length, text.length);
  }
  return start;
}

/** A character outside ASCII, or one that Go has no use for: a name, or an error that skips it. */
function other(
  text: string,
  at: number,
  push: (type: TokenType, end: number) => void,
  complain: Complain,
): number {
  const point = text.codePointAt(at) ?? 0;
  const char = String.fromCodePoint(point);
  const end = at + char.length;
  if (letter.test(char)) {
    const stop = nameEnd(text, at, complain);
    push(T.Name, stop);
    return stop;
  }
  if (digit.test(char))
    complain(`identifier cannot begin with digit ${codePoint(point)} '${char}'`, at, end, 'bad-character');
  else if (point === 0) complain('invalid NUL character', at, end, 'bad-character');
  else if (point === 0xfeff) complain('invalid BOM in the middle of the file', at, end, 'bad-character');
  else complain(`invalid character ${codePoint(point)} '${char}'`, at, end, 'bad-character');
  return end;
}
