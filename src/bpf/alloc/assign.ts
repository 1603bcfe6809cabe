/**
 * Puts the registers of a colouring into the code and resolves copies: those within one register vanish, parallel
 * ones become moves.
 *
 *     r1, r2 = v20, 7      (v20 in R1)      r2 = 7
 */

import { withCode, withMBlocks, withOperands } from '../copy.ts';
import { unreachable } from '../../base/assert.ts';
import type { MBlock, MFunc, MInst, MSlot, PReg, VReg } from '../minst.ts';
import { defsOf, usesOf } from '../operands.ts';
import type { Colouring } from './color.ts';
import { isVirtual } from './copies.ts';
import type { Interference } from './interference.ts';
import { type Move, orderMoves, type Scratch } from './parallel-move.ts';

/** Registers that a value may be parked in for a moment. */
const general = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

const maskOf = (registers: readonly number[]): number => registers.reduce((mask, r) => mask | (1 << r), 0);

export function assign(
  func: MFunc<VReg>,
  graph: Interference,
  colouring: Colouring,
  slots: readonly MSlot[],
  alu32: boolean,
): MFunc<PReg> {
  const register = (r: VReg): PReg => {
    if (!isVirtual(r)) return r as PReg;
    const at = colouring.registers[graph.nodeOf[r]!]!;
    return at < 0 ? unreachable(`v${r} has no register`) : (at as number as PReg);
  };
  const rename = (inst: MInst<VReg>): MInst<PReg> =>
    withOperands(inst, {
      dst: inst.dst === null ? null : register(inst.dst),
      src: inst.src === null ? null : register(inst.src),
      uses: inst.uses.map((use) => (typeof use === 'bigint' ? use : register(use))),
      defs: inst.defs.map(register),
    });

  let parking: MSlot | null = null;
  const scratch = (busy: number): Scratch => {
    const free = general.find((r) => (busy & (1 << r)) === 0);
    if (free !== undefined) return { register: free as number as PReg };
    parking ??= { id: Math.max(-1, ...slots.map((slot) => slot.id)) + 1, size: 8, align: 8, name: '' };
    return { slot: parking.id };
  };

  const blocks = func.blocks.map((block, at): MBlock<PReg> => {
    const reversed: MInst<PReg>[] = [];
    let live = maskOf(graph.liveOut[at]!.map((node) => colouring.registers[node]!));
    for (let i = block.body.length - 1; i >= 0; i--) {
      const inst = rename(block.body[i]!);
      const defs = maskOf(defsOf(inst));
      const uses = maskOf(usesOf(inst));
      if (inst.op === 'parcopy') {
        const moves: Move[] = inst.defs.map((dst, k) => [dst, inst.uses[k]!]);
        const busy = live | defs | uses;
        reversed.push(...orderMoves(moves, () => scratch(busy), alu32, inst.pos).reverse());
      } else if (inst.op !== 'mov64_reg' || inst.dst !== inst.src) reversed.push(inst);
      live = (live & ~defs) | uses;
    }
    return withCode(block, reversed.reverse());
  });
  return withMBlocks(func, blocks, parking === null ? slots : [...slots, parking]);
}
