/**
 * The helper table: one row per kernel helper. Lowering, the verifier-side checks, the VM, the SDK generator and
 * `bpfc helpers` read it.
 */

/**
 * What a parameter takes, after enum bpf_arg_type of include/linux/bpf.h.
 * `key` and `value` are pointers to as many bytes as the map's key or value has; `mem…` is a pointer whose length is
 * the next parameter (`size…`); a Go caller passes keys, values and typed buffers by value or as pointer.
 */
export type ArgKind =
  | 'scalar'
  | 'ctx'
  | 'map'
  | 'key'
  | 'value'
  | 'value-out'
  | 'mem-read'
  | 'mem-write'
  | 'size'
  | 'size-or-zero'
  /** A size that must be a constant. */
  | 'const-size'
  | 'ptr-out-32'
  | 'ptr-out-64'
  /** A NUL-terminated constant string in .rodata. */
  | 'const-str'
  | 'func'
  | 'stack-or-null'
  | 'spin-lock'
  | 'timer'
  | 'kptr'
  | 'dynptr'
  | 'record'
  | 'sock'
  | 'btf'
  | 'any-ptr';

export interface HelperArg {
  readonly name: string;
  readonly kind: ArgKind;
  /** C type as the prototype has it: `u32`, `const void *`, `struct bpf_sock *`. */
  readonly ctype: string;
}

export type HelperResult =
  | 'void'
  | 's32'
  | 's64'
  | 'u32'
  | 'u64'
  | 'map-value-or-null'
  | 'mem-or-null'
  | 'sock-or-null'
  | 'btf-or-null'
  | 'btf';

export interface HelperRow {
  /** BPF_FUNC_ number. */
  readonly id: number;
  readonly args: readonly HelperArg[];
  readonly result: HelperResult;
  readonly gpl: boolean;
  /** First kernel, `4.1`. */
  readonly since: string;
  /** After the call packet pointers are dead. */
  readonly movesPacket: boolean;
  /** One line of our own. */
  readonly doc: string;
}

const arg = (name: string, kind: ArgKind, ctype: string): HelperArg => ({ name, kind, ctype });

export const helpers = {
  map_lookup_elem: {
    id: 1,
    args: [arg('map', 'map', 'struct bpf_map *'), arg('key', 'key', 'const void *')],
    result: 'map-value-or-null',
    gpl: false,
    since: '3.18',
    movesPacket: false,
    doc: 'address of the value stored under a key, or nil',
  },
  map_update_elem: {
    id: 2,
    args: [
      arg('map', 'map', 'struct bpf_map *'),
      arg('key', 'key', 'const void *'),
      arg('value', 'value', 'const void *'),
      arg('flags', 'scalar', 'u64'),
    ],
    result: 's64',
    gpl: false,
    since: '3.18',
    movesPacket: false,
    doc: 'store a value under a key',
  },
  map_delete_elem: {
    id: 3,
    args: [arg('map', 'map', 'struct bpf_map *'), arg('key', 'key', 'const void *')],
    result: 's64',
    gpl: false,
    since: '3.18',
    movesPacket: false,
    doc: 'remove a key',
  },
  ktime_get_ns: {
    id: 5,
    args: [],
    result: 'u64',
    gpl: false,
    since: '4.1',
    movesPacket: false,
    doc: 'nanoseconds since boot, suspend excluded',
  },
  trace_printk: {
    id: 6,
    args: [arg('fmt', 'mem-read', 'const char *'), arg('fmt_size', 'size', 'u32')],
    result: 's64',
    gpl: true,
    since: '4.1',
    movesPacket: false,
    doc: 'print to the trace pipe; up to three more scalar arguments follow',
  },
  get_current_pid_tgid: {
    id: 14,
    args: [],
    result: 'u64',
    gpl: false,
    since: '4.2',
    movesPacket: false,
    doc: 'tgid in the upper 32 bits, pid in the lower',
  },
} as const satisfies Record<string, HelperRow>;

export type HelperName = keyof typeof helpers;
