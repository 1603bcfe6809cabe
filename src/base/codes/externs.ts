import type { CodeRow } from './row.ts';

/** What values that the loader finds get wrong. */
export const externCodes = {
  'kconfig-name': {
    severity: 'error',
    message: 'the loader has no name to look for',
    help: 'a package variable of type bpf.Kconfig[uint32] names it in its field Name: CONFIG_HZ, LINUX_KERNEL_VERSION',
  },
  'kconfig-type': {
    severity: 'error',
    message: 'a value of the kernel’s configuration cannot be a {type}',
    help: 'numbers are integers, y and n are a bool',
  },
  'kconfig-weak': {
    severity: 'error',
    message: 'a Go program cannot do without {name}',
    help: 'cilium/ebpf wants every value of the configuration to be there: leave Weak out, or load the object with libbpf or bpfc run',
  },
} as const satisfies Record<string, CodeRow>;
