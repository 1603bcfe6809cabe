/**
 * Kernel versions, and the first kernel of each feature of the machine, the verifier and the loader that is not a
 * helper, a map type or a program type (those rows carry their own `since`).
 *
 *     compareKernels('5.15', '5.4')        → positive
 *     supports('5.15', features.bpf_loop.since)  → false
 *
 * Invariant: versions are `MAJOR.MINOR`; patch levels do not add features.
 */

/** Default of `--target-kernel`. */
export const defaultTargetKernel = '5.15';

/** `6.1` of `6.1`, `6.1.0-17-amd64` or `v6.1`; null when it is no version. */
export function parseKernel(text: string): string | null {
  const match = /^v?(\d+)\.(\d+)(?![\d])/.exec(text.trim());
  return match === null ? null : `${Number(match[1])}.${Number(match[2])}`;
}

/** Negative when `a` is older than `b`, 0 when equal, else positive. */
export function compareKernels(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

export function supports(target: string, since: string): boolean {
  return compareKernels(target, since) >= 0;
}

/** The newest of some first kernels: what needs them all needs this one. */
export function newestKernel(versions: Iterable<string>): string {
  let newest = '3.19';
  for (const version of versions) if (compareKernels(version, newest) > 0) newest = version;
  return newest;
}

/** license_is_gpl_compatible of include/linux/license.h. */
const gplLicences: readonly string[] = [
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
];

/** May a program under the licence call what the kernel reserves for the GPL? */
export const isGpl = (licence: string): boolean => gplLicences.includes(licence);

export interface FeatureRow {
  readonly since: string;
  /** What a message says needs the kernel. */
  readonly doc: string;
  /** What to do on an older one; null when nothing replaces it. */
  readonly instead: string | null;
}

export const features = {
  bpf_to_bpf_calls: {
    since: '4.16',
    doc: 'calls of functions that are not inlined',
    instead: 'let the function inline',
  },
  btf: { since: '4.18', doc: 'type information', instead: null },
  global_data: { since: '5.2', doc: 'package variables', instead: 'an array map of one value' },
  million_instructions: { since: '5.2', doc: 'programs beyond 4096 instructions', instead: 'tail calls' },
  jmp32: { since: '5.1', doc: '32-bit jumps (cpu v3)', instead: '--cpu v2' },
  bounded_loops: { since: '5.3', doc: 'loops', instead: 'a constant bound that unrolls' },
  spin_lock: { since: '5.1', doc: 'bpf.SpinLock', instead: 'sync/atomic, or a per-CPU map' },
  mmapable_array: { since: '5.5', doc: 'memory-mapped package variables', instead: null },
  btf_tracing: { since: '5.5', doc: 'typed kernel pointers', instead: 'a kprobe with probe reads' },
  global_functions: { since: '5.6', doc: 'functions verified on their own', instead: null },
  batch_map_ops: { since: '5.6', doc: 'batched map access from user space', instead: null },
  bpf_link: { since: '5.7', doc: 'links of cgroup programs', instead: null },
  ringbuf: { since: '5.8', doc: 'ring buffers', instead: 'bpf.PerfEventArray' },
  sleepable: { since: '5.10', doc: 'sleepable programs', instead: 'the kind without .s' },
  tail_calls_in_subprograms: {
    since: '5.10',
    doc: 'tail calls from functions',
    instead: 'let the function inline',
  },
  fetching_atomics: {
    since: '5.12',
    doc: 'atomics that return the old value (cpu v3)',
    instead: 'an atomic add without result',
  },
  callbacks: { since: '5.13', doc: 'callbacks', instead: 'a loop with a constant bound' },
  kfuncs: { since: '5.13', doc: 'kernel functions', instead: 'a helper' },
  timers: { since: '5.15', doc: 'bpf.Timer', instead: null },
  attach_cookies: { since: '5.15', doc: 'cookies', instead: 'one program per attachment' },
  bpf_loop: { since: '5.17', doc: 'bpf.Loop', instead: 'a for loop with a constant bound' },
  core_enum64: { since: '6.0', doc: 'relocations of 64-bit enums', instead: null },
  xdp_frags: { since: '5.18', doc: 'packets of several buffers', instead: 'xdp without .frags' },
  // Pointers with a reference had another type tag from 5.19 on.
  kptrs: { since: '6.4', doc: 'bpf.Kptr', instead: null },
  dynptrs: { since: '5.19', doc: 'bpf.Dynptr', instead: 'a record of fixed size' },
  iterators: { since: '6.4', doc: 'open-coded iterators', instead: 'bpf.Loop' },
  struct_ops_links: { since: '6.4', doc: 'a table of functions with a link', instead: 'Link: false' },
  tcx: { since: '6.6', doc: 'tcx links', instead: 'tc/clsact, which the generated program falls back to' },
  cpu_v4: { since: '6.6', doc: 'cpu v4', instead: '--cpu v3' },
  may_goto: { since: '6.9', doc: 'loops without a bound', instead: 'a constant bound' },
  arena: { since: '6.9', doc: 'bpf.Arena', instead: 'an array map' },
  packet_pointers_die_at_tail_calls: {
    since: '6.13',
    doc: 'a failed tail call ends packet pointers',
    instead: null,
  },
} as const satisfies Readonly<Record<string, FeatureRow>>;

export type FeatureName = keyof typeof features;
