/**
 * Helpers that write all of the memory that they are given, when they fail too.
 *
 *     helper @skb_load_bytes(v0, v1, v2, v3)     v3 bytes at v2 are written, zeros on failure
 *
 * Read in the kernel: each clears the destination before it returns an error. `xdp_load_bytes` does not.
 */

import { type HelperRow, helpers } from '../bpf/helpers.ts';
import type { Instr } from './ir.ts';
import { symbolOf } from './walk.ts';

const names: ReadonlySet<string> = new Set([
  'skb_load_bytes',
  'get_current_comm',
  'probe_read',
  'probe_read_user',
  'probe_read_kernel',
]);

/** The helper's row, if the instruction calls such a helper. */
export function fillers(i: Instr): HelperRow | null {
  const name = symbolOf(i) ?? '';
  if (i.op !== 'helper' || !names.has(name)) return null;
  return (helpers as Readonly<Record<string, HelperRow>>)[name] ?? null;
}

/** Which argument is the memory; the next is its size. */
export function writtenArgument(i: Instr): number | null {
  const at = fillers(i)?.args.findIndex((a) => a.kind === 'mem-write') ?? -1;
  return at < 0 ? null : at;
}
