/** How messages name tokens: as Go's compiler does (`name x`, `literal 12`, `keyword if`, `newline`, `comma`). */

import type { IToken, TokenType } from 'chevrotain';
import { keywords, operators, T } from './tokens.ts';

const named: ReadonlyMap<TokenType, string> = new Map([
  [T.Comma, 'comma'],
  [T.Semicolon, 'semicolon'],
]);

export function describe(token: IToken): string {
  const text = token.image.length > 40 ? `${token.image.slice(0, 37)}...` : token.image;
  if (token.tokenType === T.Name) return `name ${text}`;
  if (token.tokenType.CATEGORIES?.includes(T.Literal)) return `literal ${text}`;
  if (keywords.has(token.image)) return `keyword ${text}`;
  if (token.tokenType === T.Semicolon) return token.image === ';' ? 'semicolon' : token.image;
  return named.get(token.tokenType) ?? text;
}

/** `, expected {` for a token type. */
export function expected(type: TokenType): string {
  const label = type.LABEL ?? type.name;
  if (type === T.Name) return ', expected name';
  if (operators.has(label) || keywords.has(label)) return `, expected ${named.get(type) ?? label}`;
  return `, expected ${type.name.toLowerCase()}`;
}
