/**
 * What a simulated helper sees of the machine that calls it: the SSA evaluator's or the VM's.
 *
 *     ktime_get_ns: () => 1_000n
 *     loop: function* (host, [count, callback, context]) { … yield { address: callback, args: [i, context] } … }
 *
 * A helper that calls functions of the program is a generator that yields these calls and gets their results, so that
 * a machine that runs step by step can step through them.
 */

import type { ModelMap } from './maps/map.ts';
import type { Memory } from './memory.ts';

/** A call of the function that a `funcaddr` pointer means. */
export interface Callback {
  readonly address: bigint;
  readonly args: readonly bigint[];
}

/** What host functions see of the machine. */
export interface Host {
  readonly memory: Memory;
  /** The map that a `mapaddr` pointer means. */
  map(handle: bigint): ModelMap;
  /** Runs a callback; null: it aborted. */
  callback(address: bigint, args: readonly bigint[]): bigint | null;
}

/** Calls, and what each gave; null: it aborted. */
export type Callbacks = Generator<Callback, bigint, bigint | null>;

export type HostFunction = (host: Host, args: readonly bigint[]) => bigint | Callbacks;

/** The result of a host function, its callbacks run at once. */
export function settle(host: Host, result: bigint | Callbacks): bigint {
  if (typeof result === 'bigint') return result;
  for (let step = result.next(null); ; ) {
    if (step.done === true) return step.value;
    step = result.next(host.callback(step.value.address, step.value.args));
  }
}
