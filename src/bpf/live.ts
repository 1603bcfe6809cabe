/**
 * Registers of allocated code that are live after each block.
 *
 *     b0: r6 = r1; goto b1        live after b0: r6
 *     b1: r0 = r6; exit           after b1: none
 */

import { liveness } from '../base/liveness.ts';
import { machineFlow } from './flow.ts';
import type { MFunc, PReg } from './minst.ts';
import { clobbersOf, defsOf, usesOf } from './operands.ts';

/** R0 to R10. */
const registers = 11;

/** By the position of the block. */
export function liveAfterBlocks(func: MFunc<PReg>): readonly ReadonlySet<number>[] {
  const uses: Set<number>[] = [];
  const definitions: Set<number>[] = [];
  for (const { body } of func.blocks) {
    const read = new Set<number>();
    const written = new Set<number>();
    for (const i of body) {
      for (const r of usesOf(i)) if (!written.has(r)) read.add(r);
      for (const r of [...defsOf(i), ...clobbersOf(i)]) written.add(r);
    }
    uses.push(read);
    definitions.push(written);
  }
  const { liveOut } = liveness({ graph: machineFlow(func).graph, values: registers, uses, definitions });
  return liveOut.map((list) => new Set(list));
}
