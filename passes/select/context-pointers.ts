/**
 * Which pointers may be a program's context. Kernels before 6.4 refuse to store a constant there ("BPF_ST stores into
 * R1 ctx is not allowed"): it goes through a register.
 *
 *     func @Main(v0: ptr) program @Main {      v0 may
 *       v1 = ptroff v0 + 16                    v1 may
 *       v2: ptr = load.u32 v0 + 0              v2 not: what a context holds is no context
 *       v3: ptr = slotaddr s0                  v3 not
 *
 * Pointers handed to a function may be contexts; so may pointers read from memory, once one was stored there.
 * Invariant: a value whose byte is 0 is never a context.
 */

import { contextTakesConstants } from '../../src/bpf/contexts.ts';
import type { Block, Func, Instr } from '../../src/ir/ir.ts';
import { targetsOf } from '../../src/ir/walk.ts';
import type { Target } from '../pass.ts';

/** Does every kernel of the target take constants stored to a context? */
export const storesConstantsToContext = ({ kernel }: Target): boolean => contextTakesConstants(kernel);

/** One byte per value. */
export function contextPointers(func: Func): Uint8Array {
  const may = new Uint8Array(func.nextValue);
  for (const [index, param] of (func.blocks[0]?.params ?? []).entries()) {
    if (param.type === 'ptr' && (func.program === null || index === 0)) may[param.id] = 1;
  }
  const paramsOf = new Map(func.blocks.map((block) => [block.id, block.params]));
  let kept = false;
  const derives = (i: Instr): boolean => {
    const base = i.args[0];
    if (base === undefined || i.type !== 'ptr') return false;
    if (i.op === 'ptroff' || i.op === 'ptradd') return may[base] === 1;
    return i.op === 'load.u64' && kept && may[base] === 0;
  };
  const visit = (block: Block): boolean => {
    let changed = false;
    for (const i of block.body) {
      if (i.op === 'store.64' && !kept && may[i.args[1]!] === 1) changed = kept = true;
      if (i.result === null || may[i.result] === 1 || !derives(i)) continue;
      may[i.result] = 1;
      changed = true;
    }
    for (const { block: id, args } of targetsOf(block.end)) {
      for (const [k, param] of (paramsOf.get(id) ?? []).entries()) {
        if (may[param.id] === 1 || may[args[k]!] !== 1) continue;
        may[param.id] = 1;
        changed = true;
      }
    }
    return changed;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of func.blocks) changed = visit(block) || changed;
  }
  return may;
}
