import type { CodeRow } from './row.ts';

/** What lowering, the platform tables and the limits of eBPF say. */
export const platformCodes = {
  'stack-too-large': {
    severity: 'error',
    message: 'the stack of {where} needs {bytes} bytes, eBPF has {limit}',
    help: 'make these smaller or move them to a map: {variables}',
  },
} as const satisfies Record<string, CodeRow>;
