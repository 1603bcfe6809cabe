import type { CodeRow } from './row.ts';

/** What the command line and the readers of other files (assembly, IR, objects) say. */
export const commandCodes = {
  'bad-assembly': { severity: 'error', message: '{what}' },
  'bad-bytecode': { severity: 'error', message: 'slot {slot}: {what}' },
  'unresolved-map': {
    severity: 'note',
    message: 'the bytecode leaves map {map} open in slot {slots}: a loader writes its file descriptor there',
  },
  'no-program': {
    severity: 'error',
    message: 'the package has no program to load',
    help: 'write //bpf:attach KIND (xdp, tracepoint/syscalls/sys_enter_openat, …) above a function, or a func main',
  },
  'bad-ir': { severity: 'error', message: '{what}' },
} as const satisfies Record<string, CodeRow>;
