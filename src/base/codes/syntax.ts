import type { CodeRow } from './row.ts';

/** What the scanner and the parser say. */
export const syntaxCodes = {
  'syntax-error': { severity: 'error', message: '{what}' },
} as const satisfies Record<string, CodeRow>;
