/**
 * Stack slots that a function only loads from and stores to, by name: no instruction makes their address, so that
 * those loads and stores are all that happens to them.
 *
 *     *(u64 *)(r10 + s3) = r1        s3 is one
 *     r2 = r10; r2 += s4             s4 is none: a helper may write through R2
 */

import type { MFunc } from './minst.ts';
import { rowOf } from './operands.ts';

export function ownSlots<R extends number>(func: MFunc<R>): ReadonlySet<number> {
  const own = new Set(func.slots.map((slot) => slot.id));
  for (const { body } of func.blocks) {
    for (const i of body) {
      const kind = rowOf(i)?.kind;
      if (i.frame !== null && kind !== 'load' && kind !== 'store') own.delete(i.frame.slot);
    }
  }
  return own;
}
