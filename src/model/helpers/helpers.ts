/**
 * Helpers for programs that run in the SSA evaluator or the VM, deterministic: time advances by a microsecond per question, random numbers come from
 * a small generator, printed lines are collected.
 *
 *     const log: string[] = [];
 *     createMachine(module, { helpers: testHelpers({ log }) });
 */

import { mapHelpers } from './maps.ts';
import { memoryHelpers } from './memory.ts';
import { packetHelpers } from './packets.ts';
import { processHelpers } from './process.ts';
import type { HelperState, HelperTable } from './state.ts';
import { textHelpers } from './text.ts';

export function testHelpers(state: HelperState): HelperTable {
  return {
    ...mapHelpers,
    ...memoryHelpers,
    ...processHelpers(state),
    ...textHelpers(state),
    ...packetHelpers(state),
  };
}
