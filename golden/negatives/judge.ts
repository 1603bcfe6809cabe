/**
 * What a kernel says of a forced program.
 *
 *     judge(system, bytes)   → { kind: 'refused', reason: 'EACCES', log: '…' }
 */

import { KernelError, type System } from '../../src/kernel/system.ts';
import { loadObject } from '../../src/kernel/object.ts';
import { readBpfObject } from '../../src/object/bpf-object.ts';

export type Judgement =
  | { readonly kind: 'accepted' }
  /** Before any program: it does not make a map, or does not take the types. */
  | { readonly kind: 'map'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string; readonly log: string };

export function judge(system: System, bytes: Uint8Array): Judgement {
  try {
    const loaded = loadObject(system, readBpfObject(bytes));
    const results = [...loaded.programs.values()];
    loaded.close();
    const refused = results.find((r) => !r.ok);
    return refused === undefined || refused.ok
      ? { kind: 'accepted' }
      : { kind: 'refused', reason: refused.reason, log: refused.log };
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return { kind: 'map', reason: error.message };
  }
}
