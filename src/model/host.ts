/** What a simulated helper sees of the machine that calls it: the SSA evaluator's or the VM's. */

import type { ModelMap } from './maps.ts';
import type { Memory } from './memory.ts';

/** What host functions see of the machine. */
export interface Host {
  readonly memory: Memory;
  /** The map that a `mapaddr` pointer means. */
  map(handle: bigint): ModelMap;
  /** Calls the function that a `funcaddr` pointer means; null: it aborted. */
  callback(address: bigint, args: readonly bigint[]): bigint | null;
}

export type HostFunction = (host: Host, args: readonly bigint[]) => bigint;
