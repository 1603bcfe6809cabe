/** Instructions that only copy: `v12 = v11` and the pairs of a parallel copy. */

import { firstVirtual, type MInst, type VReg } from '../minst.ts';

export const isVirtual = (r: number): boolean => r >= firstVirtual;

/** Destination and source; null for a constant source, which makes no interference exception. */
export type CopyPair = readonly [dst: VReg, src: VReg | null];

/** The pairs that an instruction copies, all 64 bits; null if it does anything else. */
export function copyPairs(inst: MInst<VReg>): readonly CopyPair[] | null {
  if (inst.op === 'mov64_reg') return [[inst.dst!, inst.src!]];
  if (inst.op !== 'parcopy') return null;
  return inst.defs.map((dst, i) => {
    const src = inst.uses[i]!;
    return [dst, typeof src === 'bigint' ? null : src] as const;
  });
}
