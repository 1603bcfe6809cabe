import type { CodeRow } from './row.ts';

/** What calls and declarations of kernel functions get wrong. */
export const kfuncCodes = {
  'kfunc-signature': {
    severity: 'error',
    message: 'this is not how the kernel declares {name}: {problem}',
    help: 'the kernel has {prototype}: in Go, func({expected}',
  },
  'kfunc-not-for-go': {
    severity: 'error',
    message: '{name} cannot be called from Go: its parameter {param} is {what}',
    help: 'call one of its relatives that takes values and pointers only',
  },
  'kfunc-unknown': {
    severity: 'warning',
    message: 'no kernel function {name} is known: its arguments are not checked',
    help: 'functions of kernel modules that bpfc does not know are found when the program is loaded',
  },
  'kfunc-wrong-program': {
    severity: 'error',
    message: '{kind} programs may not call the kernel function {name}',
    help: 'programs that may: {allowed}',
  },
  'kfunc-sleeps': {
    severity: 'error',
    message: '{name} may sleep, and this {kind} program may not',
    help: 'attach it as a sleepable program: the kind with .s, or syscall',
  },
  'kfunc-untrusted': {
    severity: 'error',
    message: 'the kernel does not trust this pointer as the {struct} that {name} takes',
    help: '{why}',
  },
  'kfunc-argument': {
    severity: 'error',
    message: 'a slice, function or struct of these is no argument of {name}',
    help: 'kernel functions take numbers, pointers, maps and constant strings',
  },
} as const satisfies Record<string, CodeRow>;
