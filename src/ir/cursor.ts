/**
 * Words of the SSA form's text: one line's tokens, read from left to right, and the small things that lines are made of
 * (ids, numbers, strings, symbols, positions). For parse.ts alone.
 *
 * A reader that finds something else reports `bad-ir` at that place and throws `badLine`, which parse.ts catches line
 * by line.
 */

import type { Diagnostics } from '../base/diagnostic.ts';
import { noPos, type Pos, type SourceFile } from '../base/source.ts';
import type { IrType } from './ir.ts';

/** Ids beyond this are refused: passes make tables of that size. */
const maxId = 10_000_000;

const tokenPattern = /\s*(?:;.*|("(?:[^"\\]|\\.)*"|->|!\d+(?::\d+){1,2}|@[\w.$]+|@(?=")|[\w.]+|\S))?/y;

/** Thrown by a cursor and caught in `parseModule`, line by line; leaves this file never. */
export const badLine = Symbol('bad line');

/** The tokens of one line, read from left to right. */
export interface Cursor {
  peek(): string;
  next(): string;
  /** Consumes the token if it is there. */
  accept(token: string): boolean;
  expect(token: string): void;
  fail(what: string): never;
}

export function cursor(file: SourceFile, line: number, diagnostics: Diagnostics): Cursor {
  const start = file.lineStarts[line]!;
  const next = file.lineStarts[line + 1];
  const text = file.text.slice(start, next === undefined ? undefined : next - 1);
  const tokens: string[] = [];
  const columns: number[] = [];
  tokenPattern.lastIndex = 0;
  for (let match = tokenPattern.exec(text); match?.[1] !== undefined; match = tokenPattern.exec(text)) {
    tokens.push(match[1]);
    columns.push(tokenPattern.lastIndex - match[1].length);
  }
  let at = 0;
  const peek = () => tokens[at] ?? '';
  const fail = (what: string): never => {
    const from = start + (columns[at] ?? text.length);
    diagnostics.report('bad-ir', { file: file.id, start: from, end: from + peek().length }, { what });
    throw badLine;
  };
  const accept = (token: string) => {
    if (peek() !== token || at >= tokens.length) return false;
    at++;
    return true;
  };
  return {
    peek,
    next: () => (at < tokens.length ? tokens[at++]! : ''),
    accept,
    expect: (token) => {
      if (!accept(token)) fail(`expected '${token}'${peek() === '' ? '' : `, found '${peek()}'`}`);
    },
    fail,
  };
}

const isIdentifier = (token: string): boolean => /^[\w.]+$/.test(token);

export function word(c: Cursor): string {
  if (!isIdentifier(c.peek())) c.fail('expected a word');
  return c.next();
}

/** `v7`, `b7` or `s7`. */
export function id(c: Cursor, prefix: 'v' | 'b' | 's'): number {
  const digits = new RegExp(`^${prefix}(\\d{1,8})$`).exec(c.peek())?.[1];
  if (digits === undefined || Number(digits) > maxId)
    return c.fail(`expected ${prefix} and a number up to ${maxId}`);
  c.next();
  return Number(digits);
}

export function integer(c: Cursor): bigint {
  const negative = c.accept('-');
  const token = c.peek();
  if (!/^(\d{1,20}|0x[0-9a-fA-F]{1,16})$/.test(token)) return c.fail('expected a number');
  c.next();
  return negative ? -BigInt(token) : BigInt(token);
}

export function int32(c: Cursor): number {
  const value = integer(c);
  if (value < -0x8000_0000n || value > 0xffff_ffffn) return c.fail('the number is too large');
  return Number(value);
}

export function size(c: Cursor): number {
  const value = int32(c);
  return value < 0 ? c.fail('a size is not negative') : value;
}

export function text(c: Cursor): string {
  if (!c.peek().startsWith('"')) return c.fail('expected a string');
  try {
    const value: unknown = JSON.parse(c.peek());
    if (typeof value !== 'string') return c.fail('expected a string');
    c.next();
    return value;
  } catch (error) {
    if (error === badLine) throw error;
    return c.fail('the string has a bad escape');
  }
}

export function symbol(c: Cursor): string {
  if (c.accept('@')) return text(c);
  if (!c.peek().startsWith('@')) return c.fail('expected @ and a name');
  return c.next().slice(1);
}

export function irType(c: Cursor): IrType {
  const token = c.peek();
  if (token !== 'i32' && token !== 'i64' && token !== 'ptr') return c.fail('expected i32, i64 or ptr');
  c.next();
  return token;
}

/** `!line:col` or `!file:line:col`, if there, and the end of the line. */
export function endOfLine(c: Cursor): Pos {
  let pos = noPos;
  if (c.peek().startsWith('!')) {
    const parts = c.peek().slice(1).split(':').map(Number);
    if (parts.length < 2 || parts.some((n) => !(n <= 0x7fff_ffff)))
      return c.fail('expected !line:col or !file:line:col');
    c.next();
    const [col, line, file] = parts.reverse();
    pos = { file: file ?? 0, line: line!, col: col! };
  }
  if (c.peek() !== '') c.fail(`unexpected '${c.peek()}'`);
  return pos;
}
