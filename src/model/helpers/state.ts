/** What a run of simulated helpers starts from and leaves: the clock, the task, printed lines. */

import type { HostFunction } from '../host.ts';

export interface HelperState {
  /** Receives one string per printed line, trailing newlines removed. */
  readonly log: string[];
  /** Current time in nanoseconds. */
  readonly now?: bigint;
  readonly pidTgid?: bigint;
  readonly uidGid?: bigint;
  readonly comm?: string;
  readonly seed?: number;
  /** What bpf_get_attach_cookie gives. */
  readonly cookie?: bigint;
  /** Type of the program that runs (`xdp`), for helpers whose results depend on it. */
  readonly programType?: () => string;
}

export type HelperTable = Readonly<Record<string, HostFunction>>;

/** Error numbers of helpers (include/uapi/asm-generic/errno-base.h). */
export const failures = {
  noEntry: -2n,
  tooBig: -7n,
  again: -11n,
  noMemory: -12n,
  fault: -14n,
  busy: -16n,
  exists: -17n,
  invalid: -22n,
  range: -34n,
} as const;
