import type { CodeRow } from './row.ts';

/** What the scanner and the parser say. */
export const syntaxCodes = {
  'syntax-error': { severity: 'error', message: '{what}' },
  'unterminated-string': {
    severity: 'error',
    message: '{what}',
    help: 'close it with the quote that opened it; only a raw string, between backquotes, may span lines',
  },
  'unterminated-comment': { severity: 'error', message: '{what}', help: 'close it with */' },
  'unterminated-rune': {
    severity: 'error',
    message: '{what}',
    help: "a rune is one character between single quotes, such as 'a' or '\\n'",
  },
  'bad-rune': {
    severity: 'error',
    message: '{what}',
    help: "a rune is one character between single quotes, such as 'a' or '\\n'; text goes between double quotes",
  },
  'bad-escape': {
    severity: 'error',
    message: '{what}',
    help: 'Go knows \\a \\b \\f \\n \\r \\t \\v \\\\ and the quote itself, \\x and two hexadecimal digits, \\ and three octal digits, \\u and four, \\U and eight hexadecimal digits',
  },
  'bad-number': {
    severity: 'error',
    message: '{what}',
    help: 'integers are written 42, 0x2a, 0o52 or 0b101010; _ may stand between digits',
  },
  'bad-character': {
    severity: 'error',
    message: '{what}',
    help: 'remove it, or move it into a string or a comment',
  },
  'nesting-too-deep': {
    severity: 'error',
    message: 'the nesting is too deep here',
    help: 'brackets, blocks and chains of operators or selectors may nest about {limit} deep; name a part of it in a variable or move it to a function',
  },
} as const satisfies Record<string, CodeRow>;
