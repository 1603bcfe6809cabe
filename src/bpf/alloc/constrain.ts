/**
 * Turns operand constraints into copies from and to physical registers, which the allocator then coalesces away.
 *
 *     call 1(v12, 7) -> v13        r1, r2 = v12, 7
 *                                  call 1(r1, r2) -> r0
 *                                  v13 = r0
 *
 * Afterwards calls, exit and compare-exchange name only physical registers in `uses` and `defs`.
 */

import { copyInst, copyMFunc, withCode } from '../copy.ts';
import { parallelCopy } from '../build.ts';
import type { MFunc, MInst, VReg } from '../minst.ts';
import { rowOf } from '../operands.ts';
import { isVirtual } from './copies.ts';

function constrainInst(inst: MInst<VReg>, out: MInst<VReg>[]): void {
  const row = rowOf(inst);
  if (row === null || (inst.uses.length === 0 && inst.defs.length === 0)) {
    out.push(inst);
    return;
  }
  const uses: VReg[] = row.fixedUses.slice(0, inst.uses.length);
  const defs: VReg[] = row.fixedDefs.slice(0, inst.defs.length);
  if (inst.uses.some((use, i) => use !== uses[i])) out.push(parallelCopy(uses, inst.uses, inst.pos));
  out.push(copyInst(inst, { uses, defs }));
  if (inst.defs.some(isVirtual)) out.push(parallelCopy(inst.defs, defs, inst.pos));
}

export function constrain(func: MFunc<VReg>): MFunc<VReg> {
  const blocks = func.blocks.map((block) => {
    const body: MInst<VReg>[] = [];
    for (const inst of block.body) constrainInst(inst, body);
    return withCode(block, body);
  });
  return copyMFunc(func, { blocks });
}
