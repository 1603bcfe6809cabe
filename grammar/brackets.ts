/**
 * Which bracket closes which: one pass over the tokens, before the parser.
 *
 *     f ( a [ 0 ] )      partner: ( ↔ ), [ ↔ ]; parent of `a` is `(`
 *
 * The parser needs it to tell `[N]T` from `T[A]`, and to find the end of a statement after an error. Unbalanced text gets the pairing
 * that loses least: a brace never closes with a parenthesis, and `func Name` at the start of a line is outside every bracket.
 *
 * Invariant: pairs nest properly; `parent[i]` is the innermost open bracket before token i, paired or not, or -1.
 */

import type { IToken } from 'chevrotain';
import type { SourceFile } from '../src/base/source.ts';
import { T } from './tokens.ts';

export interface Brackets {
  /** Index of the other bracket of the pair; -1 if there is none, or for other tokens. */
  readonly partner: Int32Array;
  readonly parent: Int32Array;
  /** How many brackets are open before each token. */
  readonly depths: Int32Array;
}

const closers = new Map([
  [T.RParen, T.LParen],
  [T.RBracket, T.LBracket],
  [T.RBrace, T.LBrace],
]);
const openers = new Set(closers.values());

export function matchBrackets(tokens: readonly IToken[], file: SourceFile): Brackets {
  const partner = new Int32Array(tokens.length).fill(-1);
  const parent = new Int32Array(tokens.length).fill(-1);
  const depths = new Int32Array(tokens.length);
  const open: number[] = [];
  tokens.forEach((token, i) => {
    const wanted = closers.get(token.tokenType);
    if (wanted) {
      const depth = opener(tokens, open, wanted);
      if (depth >= 0) {
        const start = open[depth] ?? -1;
        open.length = depth;
        partner[i] = start;
        partner[start] = i;
      }
    } else if (open.length > 0 && startsFunction(tokens, i, file)) open.length = 0;
    parent[i] = open.at(-1) ?? -1;
    depths[i] = open.length;
    if (openers.has(token.tokenType)) open.push(i);
  });
  return { partner, parent, depths };
}

/** Where in the stack of open brackets the partner of a closing one is; -1 if nowhere. */
function opener(tokens: readonly IToken[], open: readonly number[], wanted: (typeof T)['LParen']): number {
  for (let depth = open.length - 1; depth >= 0; depth--) {
    const type = tokens[open[depth] ?? -1]?.tokenType;
    if (type === wanted) return depth;
    if (type === T.LBrace) return -1;
  }
  return -1;
}

/** `func Name` or `func (…) Name` at the start of a line: never legal inside brackets. */
export function startsFunction(tokens: readonly IToken[], i: number, file: SourceFile): boolean {
  const token = tokens[i];
  if (token?.tokenType !== T.Func) return false;
  if (token.startOffset > 0 && file.text[token.startOffset - 1] !== '\n') return false;
  if (tokens[i + 1]?.tokenType === T.Name) return true;
  if (tokens[i + 1]?.tokenType !== T.LParen) return false;
  let j = i + 2;
  while (j < i + 12 && tokens[j] && tokens[j]?.tokenType !== T.RParen && tokens[j]?.tokenType !== T.LBrace)
    j++;
  return (
    tokens[j]?.tokenType === T.RParen &&
    tokens[j + 1]?.tokenType === T.Name &&
    tokens[j + 2]?.tokenType === T.LParen
  );
}
