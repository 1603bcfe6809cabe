/**
 * Gives stack slots their place in the frame and resolves the references to them.
 *
 *     slot s0 4 align 4; *(u32 *)(r10 + s0) = 7      *(u32 *)(r10 - 4) = 7
 */

import { must } from '../src/base/assert.ts';
import type { MFunc, MInst, MSlot, PReg } from '../src/bpf/minst.ts';
import type { Pass } from './pass.ts';

export const frame: Pass<'code', 'code'> = {
  name: 'frame',
  doc: 'Gives stack slots their place in the frame and resolves the references to them.',
  from: 'code',
  to: 'code',
  run: (input) => ({ ...input, funcs: input.funcs.map(layOut) }),
};

function layOut(func: MFunc<PReg>): MFunc<PReg> {
  const used = new Set<number>();
  for (const block of func.blocks) for (const i of block.body) if (i.frame !== null) used.add(i.frame.slot);
  const slots = func.slots.filter((slot) => used.has(slot.id));
  const { offsets, size } = place(slots);
  const resolve = (i: MInst<PReg>): MInst<PReg> => {
    if (i.frame === null) return i;
    const offset = must(offsets.get(i.frame.slot), 'a placed slot') + i.frame.offset;
    return i.op === 'add64_imm'
      ? { ...i, frame: null, imm: BigInt(offset) }
      : { ...i, frame: null, off: offset };
  };
  const blocks = func.blocks.map((block) => ({ ...block, body: block.body.map(resolve) }));
  return { ...func, blocks, slots: [], frameSize: size };
}

function place(slots: readonly MSlot[]): { offsets: ReadonlyMap<number, number>; size: number } {
  const offsets = new Map<number, number>();
  let depth = 0;
  for (const slot of [...slots].sort((a, b) => b.align - a.align || b.size - a.size || a.id - b.id)) {
    depth = Math.ceil((depth + slot.size) / slot.align) * slot.align;
    offsets.set(slot.id, -depth);
  }
  return { offsets, size: Math.ceil(depth / 8) * 8 };
}
