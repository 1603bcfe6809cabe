/**
 * The token table: one row per kind of token, and the chevrotain token types made from it.
 *
 * `a += b` is the tokens Name `a`, AssignOp `+=`, Name `b`. Operators that the grammar never tells apart share a kind;
 * their text says which one it is. Kinds in a category match wherever the grammar asks for the category.
 *
 * Invariant: a spelling belongs to exactly one kind.
 */

import { createToken, EOF, Lexer, type TokenType } from 'chevrotain';

/** What the grammar may ask for instead of a single kind. */
const categories = ['Literal', 'UnaryOp', 'BinaryOp'] as const;
type Category = (typeof categories)[number];

interface Row {
  /** Every spelling of the kind; empty where it is open (names, literals). */
  readonly text: readonly string[];
  readonly in?: readonly Category[];
  /** A newline after this token ends the statement (Go specification, "Semicolons"). */
  readonly ends?: true;
}

const rows = {
  Name: { text: [], ends: true },
  Int: { text: [], in: ['Literal'], ends: true },
  Float: { text: [], in: ['Literal'], ends: true },
  Imaginary: { text: [], in: ['Literal'], ends: true },
  Rune: { text: [], in: ['Literal'], ends: true },
  String: { text: [], in: ['Literal'], ends: true },
  /** Only between the scanner and the semicolon filter. */
  Newline: { text: [] },

  Break: { text: ['break'], ends: true },
  Case: { text: ['case'] },
  Chan: { text: ['chan'] },
  Const: { text: ['const'] },
  Continue: { text: ['continue'], ends: true },
  Default: { text: ['default'] },
  Defer: { text: ['defer'] },
  Else: { text: ['else'] },
  Fallthrough: { text: ['fallthrough'], ends: true },
  For: { text: ['for'] },
  Func: { text: ['func'] },
  Go: { text: ['go'] },
  Goto: { text: ['goto'] },
  If: { text: ['if'] },
  Import: { text: ['import'] },
  Interface: { text: ['interface'] },
  Map: { text: ['map'] },
  Package: { text: ['package'] },
  Range: { text: ['range'] },
  Return: { text: ['return'], ends: true },
  Select: { text: ['select'] },
  Struct: { text: ['struct'] },
  Switch: { text: ['switch'] },
  Type: { text: ['type'] },
  Var: { text: ['var'] },

  Plus: { text: ['+'], in: ['UnaryOp', 'BinaryOp'] },
  Minus: { text: ['-'], in: ['UnaryOp', 'BinaryOp'] },
  Caret: { text: ['^'], in: ['UnaryOp', 'BinaryOp'] },
  Star: { text: ['*'], in: ['UnaryOp', 'BinaryOp'] },
  And: { text: ['&'], in: ['UnaryOp', 'BinaryOp'] },
  Arrow: { text: ['<-'], in: ['UnaryOp'] },
  Not: { text: ['!'], in: ['UnaryOp'] },
  Tilde: { text: ['~'], in: ['UnaryOp'] },
  Or: { text: ['|'], in: ['BinaryOp'] },
  InfixOp: {
    text: ['||', '&&', '==', '!=', '<', '<=', '>', '>=', '/', '%', '<<', '>>', '&^'],
    in: ['BinaryOp'],
  },
  AssignOp: { text: ['+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=', '&^='] },
  Assign: { text: ['='] },
  Define: { text: [':='] },
  IncDec: { text: ['++', '--'], ends: true },

  LParen: { text: ['('] },
  RParen: { text: [')'], ends: true },
  LBracket: { text: ['['] },
  RBracket: { text: [']'], ends: true },
  LBrace: { text: ['{'] },
  RBrace: { text: ['}'], ends: true },
  Comma: { text: [','] },
  Semicolon: { text: [';'] },
  Colon: { text: [':'] },
  Dot: { text: ['.'] },
  Ellipsis: { text: ['...'] },
} as const satisfies Record<string, Row>;

export type TokenName = keyof typeof rows;

const categoryTypes: Readonly<Record<Category, TokenType>> = {
  Literal: createToken({ name: 'Literal', pattern: Lexer.NA }),
  UnaryOp: createToken({ name: 'UnaryOp', pattern: Lexer.NA }),
  BinaryOp: createToken({ name: 'BinaryOp', pattern: Lexer.NA }),
};

function makeTypes(): Readonly<Record<TokenName | Category, TokenType>> {
  const made: Record<string, TokenType> = { ...categoryTypes };
  for (const [name, row] of Object.entries<Row>(rows)) {
    const types = (row.in ?? []).map((category) => categoryTypes[category]);
    const [only, other] = row.text;
    const label = only !== undefined && other === undefined ? only : name;
    made[name] = createToken({ name, pattern: Lexer.NA, categories: types, label });
  }
  return made as Record<TokenName | Category, TokenType>;
}

/** The chevrotain token type of each kind and category. */
export const T = makeTypes();

export const endOfFile: TokenType = EOF;

/** Every type, as chevrotain's parser wants them. */
export const vocabulary: TokenType[] = Object.values(T);

const keywordsAndOperators = Object.entries<Row>(rows).flatMap(([name, row]) =>
  row.text.map((text) => [text, T[name as TokenName]] as const),
);

/** Keywords by spelling. */
export const keywords: ReadonlyMap<string, TokenType> = new Map(
  keywordsAndOperators.filter(([text]) => /^[a-z]/.test(text)),
);

/** Operators and punctuation by spelling. */
export const operators: ReadonlyMap<string, TokenType> = new Map(
  keywordsAndOperators.filter(([text]) => !/^[a-z]/.test(text)),
);

/** Kinds after which a newline ends the statement. */
export const endsStatement: ReadonlySet<TokenType> = new Set(
  Object.entries<Row>(rows)
    .filter(([, row]) => row.ends)
    .map(([name]) => T[name as TokenName]),
);

/** Every spelling of a kind or a category; none for names and literals. */
export function kindSpellings(kind: string): readonly string[] {
  return Object.entries<Row>(rows).flatMap(([name, row]) =>
    name === kind || row.in?.some((category) => category === kind) ? row.text : [],
  );
}
