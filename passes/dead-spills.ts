/**
 * Stores to stack slots that nothing loads afterwards go: the allocator saves a spilled register after every write.
 *
 *     *(u64 *)(r10 + s3) = r1
 *     r1 = be16 r1                  ⇒      r1 = be16 r1
 *     *(u64 *)(r10 + s3) = r1              *(u64 *)(r10 + s3) = r1
 *
 * Invariant: only slots whose address no instruction makes, so that loads and stores in this function are all that
 * there is; of a part that a store leaves alone nothing is assumed.
 */

import { copyMFunc, withCode } from '../src/bpf/copy.ts';
import { liveness } from '../src/base/liveness.ts';
import { machineFlow } from '../src/bpf/flow.ts';
import type { MFunc, MInst, PReg } from '../src/bpf/minst.ts';
import { rowOf } from '../src/bpf/operands.ts';
import { ownSlots } from '../src/bpf/own-slots.ts';
import type { Pass } from './pass.ts';

type Inst = MInst<PReg>;

export const deadSpills: Pass<'code', 'code'> = {
  name: 'dead-spills',
  doc: 'remove stores to stack slots that nothing loads',
  from: 'code',
  to: 'code',
  run: (input) => {
    const funcs = input.funcs.map(removeDead);
    return funcs.every((func, i) => func === input.funcs[i]) ? input : { ...input, funcs };
  },
};

function removeDead(func: MFunc<PReg>): MFunc<PReg> {
  const own = ownSlots(func);
  if (own.size === 0) return func;
  const size = new Map(func.slots.map((slot) => [slot.id, slot.size]));
  const slotOf = (i: Inst, kind: 'load' | 'store'): number | null =>
    i.frame !== null && own.has(i.frame.slot) && rowOf(i)?.kind === kind ? i.frame.slot : null;
  /** A store of all of the slot: what it held before is gone. */
  const fills = (i: Inst): number | null => {
    const slot = slotOf(i, 'store');
    return slot !== null && i.frame?.offset === 0 && rowOf(i)?.access === (size.get(slot) ?? 0) * 8
      ? slot
      : null;
  };
  const uses = func.blocks.map(({ body }) => {
    const read = new Set<number>();
    const written = new Set<number>();
    for (const i of body) {
      const loaded = slotOf(i, 'load');
      if (loaded !== null && !written.has(loaded)) read.add(loaded);
      const filled = fills(i);
      if (filled !== null) written.add(filled);
    }
    return { read, written };
  });
  const { liveOut } = liveness({
    graph: machineFlow(func).graph,
    values: Math.max(...own) + 1,
    uses: uses.map(({ read }) => read),
    definitions: uses.map(({ written }) => written),
  });
  let changed = false;
  const blocks = func.blocks.map((block, at) => {
    const live = new Set(liveOut[at]);
    const kept: Inst[] = [];
    for (const i of [...block.body].reverse()) {
      const stored = slotOf(i, 'store');
      if (stored !== null && !live.has(stored)) continue;
      const filled = fills(i);
      if (filled !== null) live.delete(filled);
      const loaded = slotOf(i, 'load');
      if (loaded !== null) live.add(loaded);
      kept.push(i);
    }
    if (kept.length === block.body.length) return block;
    changed = true;
    return withCode(block, kept.reverse());
  });
  return changed ? copyMFunc(func, { blocks }) : func;
}
