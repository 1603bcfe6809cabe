/**
 * Go's automatic semicolons: a filter between the scanner and the parser.
 *
 *     x := f()⏎      Name Define Name LParen RParen Newline   →   … RParen Semicolon("newline")
 *     a +⏎ b         Name Plus Newline Name                   →   Name Plus Name
 *
 * A newline becomes a semicolon after a token that can end a statement, and disappears elsewhere; so does the end of the file.
 * Invariant: the result has no Newline tokens; the text of a made semicolon is `newline` or `EOF`, as messages name it.
 */

import type { IToken } from 'chevrotain';
import { endsStatement, T } from './tokens.ts';

export function insertSemicolons(tokens: readonly IToken[]): IToken[] {
  const result: IToken[] = [];
  let ends = false;
  for (const token of tokens) {
    if (token.tokenType !== T.Newline) {
      result.push(token);
      ends = endsStatement.has(token.tokenType);
    } else if (ends) {
      result.push(semicolon(token));
      ends = false;
    }
  }
  return result;
}

function semicolon(newline: IToken): IToken {
  return { ...newline, tokenType: T.Semicolon, tokenTypeIdx: T.Semicolon.tokenTypeIdx ?? 0 };
}

/** Whether this semicolon stands for a newline or the end of the file. */
export function isAutomatic(token: IToken): boolean {
  return token.tokenType === T.Semicolon && token.image !== ';';
}
