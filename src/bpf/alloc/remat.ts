/**
 * Registers whose value can be made again anywhere instead of being kept: constants, frame addresses, addresses of
 * maps, data and functions.
 *
 *     v12 = r10; v12 += s0+8      recipe of v12: these two
 *
 * Invariant: every definition of such a register belongs to its recipe, so its value is the same wherever it is live.
 */

import { copyInst } from '../copy.ts';
import { framePointer, type MFunc, type MInst, type VReg } from '../minst.ts';
import { defsOf, rowOf } from '../operands.ts';
import { isVirtual } from './copies.ts';

export type Recipe = readonly MInst<VReg>[];

const isConstant = (inst: MInst<VReg>): boolean =>
  inst.op === 'mov64_imm' || inst.op === 'mov32_imm' || rowOf(inst)?.kind === 'wide';

/** The instruction, and the one after it where both make one address. */
function recipeAt(body: readonly MInst<VReg>[], at: number): Recipe | null {
  const inst = body[at]!;
  if (inst.dst === null || !isVirtual(inst.dst)) return null;
  if (isConstant(inst)) return [inst];
  if (inst.op !== 'mov64_reg' || inst.src !== framePointer) return null;
  const next = body[at + 1];
  return next?.op === 'add64_imm' && next.dst === inst.dst && next.frame !== null ? [inst, next] : null;
}

export function recipes(func: MFunc<VReg>): ReadonlyMap<VReg, Recipe> {
  const found = new Map<VReg, Recipe>();
  const definitions = new Int32Array(func.nextReg);
  for (const { body } of func.blocks) {
    body.forEach((inst, at) => {
      for (const r of defsOf(inst)) definitions[r]!++;
      const recipe = recipeAt(body, at);
      if (recipe !== null) found.set(recipe[0]!.dst!, recipe);
    });
  }
  for (const [r, recipe] of found) if (definitions[r] !== recipe.length) found.delete(r);
  return found;
}

/** The recipe's instructions, writing another register. */
export const remake = (recipe: Recipe, dst: VReg): MInst<VReg>[] =>
  recipe.map((inst) => copyInst(inst, { dst }));

/** The constant that a recipe makes, if it makes one. */
export function constantOf(recipe: Recipe): bigint | null {
  const inst = recipe[0]!;
  if (inst.sym !== null) return null;
  if (inst.op === 'mov64_imm' || inst.op === 'ld_imm64') return inst.imm;
  return inst.op === 'mov32_imm' ? BigInt.asUintN(32, inst.imm) : null;
}
