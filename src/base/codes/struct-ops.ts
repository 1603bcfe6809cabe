import type { CodeRow } from './row.ts';

/** What tables of functions for the kernel get wrong. */
export const structOpsCodes = {
  'struct-ops-type': {
    severity: 'error',
    message: '{type} has not the name of a kernel struct',
    help: 'the loader finds the kernel’s struct by its name: write //bpf:core NAME above the type',
  },
  'struct-ops-value': {
    severity: 'error',
    message: '{name} is neither a constant nor a program',
    help: 'the kernel gets the table before any program runs: fields hold constants and functions with //bpf:attach struct_ops/NAME',
  },
  'struct-ops-program': {
    severity: 'error',
    message: '{name} is no struct_ops program',
    help: 'write //bpf:attach struct_ops/NAME above it',
  },
  'struct-ops-no-link': {
    severity: 'error',
    message: 'a Go program cannot put {name} into effect without a link',
    help: 'cilium/ebpf knows tables with links only, which need Linux 6.4: write Link: true; bpftool struct_ops register takes an object without',
  },
} as const satisfies Record<string, CodeRow>;
