import type { CodeRow } from './row.ts';

/** What lowering, the platform tables and the limits of eBPF say. */
export const platformCodes = {
  'needs-object': {
    severity: 'error',
    message: 'this form of output cannot carry {what}',
    help: 'write an ELF object instead: --emit object, or -o NAME.o',
  },
  'stack-too-large': {
    severity: 'error',
    message: 'the stack of {where} needs {bytes} bytes, eBPF has {limit}',
    help: 'make these smaller or move them to a map: {variables}',
  },
} as const satisfies Record<string, CodeRow>;
