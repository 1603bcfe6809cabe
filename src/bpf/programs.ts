/** The program type table: one row per section kind that `//bpf:attach` takes (libbpf's section names). */

export interface ProgramRow {
  /** BPF_PROG_TYPE_ in lower case: `xdp`, `sched_cls`, `tracepoint`. */
  readonly type: string;
  /** BPF_PROG_TYPE_ number. */
  readonly typeId: number;
  /** bpf_attach_type in lower case, or null. */
  readonly attachType: string | null;
  /** Number of bpf_attach_type; 0 where there is none. */
  readonly attachId: number;
  /** Does the section take a target: `/TARGET` is refused, allowed or required? */
  readonly target: 'none' | 'optional' | 'required';
  readonly sleepable: boolean;
  /** The SDK's context type: `XDP`, `SKB`, `Tracepoint`; null: a pointer to any struct describing the context's bytes. */
  readonly context: string | null;
  /** Range of results that the kernel allows, inclusive, as signed 32-bit numbers; null: any. */
  readonly results: readonly [bigint, bigint] | null;
  /** Returned by a program without result. */
  readonly defaultResult: bigint;
  /** Returned when a Go panic aborts the program. */
  readonly abort: bigint;
  /** First kernel that has this attach kind. */
  readonly since: string;
}

export const programs = {
  tracepoint: {
    type: 'tracepoint',
    typeId: 5,
    attachType: null,
    attachId: 0,
    target: 'required',
    sleepable: false,
    context: null,
    results: null,
    defaultResult: 0n,
    abort: 0n,
    since: '4.7',
  },
  xdp: {
    type: 'xdp',
    typeId: 6,
    attachType: 'xdp',
    attachId: 37,
    target: 'none',
    sleepable: false,
    context: 'XDP',
    results: null,
    defaultResult: 2n,
    abort: 0n,
    since: '4.8',
  },
  syscall: {
    type: 'syscall',
    typeId: 31,
    attachType: null,
    attachId: 0,
    target: 'none',
    sleepable: true,
    context: null,
    results: null,
    defaultResult: 0n,
    abort: 0n,
    since: '5.14',
  },
} as const satisfies Record<string, ProgramRow>;

/** Row of a `KIND` or `KIND/TARGET` as written in `//bpf:attach`; the longest kind that matches wins. */
export function programRow(attach: string): { readonly kind: string; readonly target: string; readonly row: ProgramRow } | null {
  const rows: Readonly<Record<string, ProgramRow>> = programs;
  for (let end = attach.length; end > 0; end = attach.lastIndexOf('/', end - 1)) {
    const kind = attach.slice(0, end);
    const row = rows[kind];
    if (row !== undefined) return { kind, target: attach.slice(end + 1), row };
  }
  return null;
}
