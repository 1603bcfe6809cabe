import type { CodeRow } from './row.ts';

/** What the type checker says: Go's own errors, and Go outside the subset. */
export const checkCodes = {
  'undefined-name': { severity: 'error', message: 'undefined: {name}' },
} as const satisfies Record<string, CodeRow>;
