/**
 * Where a pointer points, as far as the function alone tells: its root and a constant distance.
 *
 *     v1: ptr = slotaddr s0 + 8
 *     v2: ptr = ptroff v1 + 4        // root v1 (slot s0), offset 12 in the slot
 *
 * Only `ptroff` is looked through: pointers that a verifier may treat apart stay apart.
 */

import { must } from '../base/assert.ts';
import { memo } from '../base/memo.ts';
import type { Func, Instr, SlotId, ValueId } from './ir.ts';
import { definitionsOf } from './walk.ts';

export interface Place {
  /** The value at the end of the ptroff chain. */
  readonly root: ValueId;
  /** The slot, if the root is a slotaddr. */
  readonly slot: SlotId | null;
  /** Bytes from the start of the slot, or from the root. */
  readonly offset: number;
}

export interface Pointers {
  readonly definitions: readonly (Instr | undefined)[];
  place(pointer: ValueId): Place;
  /** May it point into a stack frame (this one's or a caller's)? */
  maybeStack(pointer: ValueId): boolean;
}

/** The displacement in bytes that an `offset` or `size` immediate holds. */
export const bytesOf = (instr: Instr): number => (typeof instr.imm === 'number' ? instr.imm : 0);

export const pointersOf = memo((f: Func): Pointers => {
  const definitions = definitionsOf(f);
  const known = new Map<ValueId, Place>();
  const entryContext = f.program === null ? undefined : f.blocks[0]?.params[0]?.id;

  const place = (pointer: ValueId): Place => {
    const chain: Instr[] = [];
    let at = pointer;
    let base = known.get(at);
    while (base === undefined) {
      const d = definitions[at];
      if (d?.op === 'ptroff') {
        chain.push(d);
        at = d.args[0]!;
        base = known.get(at);
      } else if (d?.op === 'slotaddr' && typeof d.imm === 'object' && d.imm?.kind === 'slot') {
        base = { root: at, slot: d.imm.slot, offset: d.imm.offset };
      } else {
        base = { root: at, slot: null, offset: 0 };
      }
    }
    known.set(at, base);
    for (const d of chain.reverse()) {
      base = { ...base, offset: base.offset + bytesOf(d) };
      known.set(must(d.result, 'ptroff has a result'), base);
    }
    return base;
  };

  const maybeStack = (pointer: ValueId): boolean => {
    let at = place(pointer).root;
    for (let d = definitions[at]; d?.op === 'ptradd'; d = definitions[at]) at = place(d.args[0]!).root;
    if (at === entryContext) return false;
    switch (definitions[at]?.op) {
      case 'mapaddr':
      case 'mapvalue':
      case 'globaladdr':
      case 'funcaddr':
      case 'helper':
      case 'load.u32':
      case 'const':
        return false;
      default:
        return true;
    }
  };
  return { definitions, place, maybeStack };
});
