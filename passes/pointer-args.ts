/**
 * Gives values that helpers take by pointer a cell on the stack.
 *
 *     v2: ptr = byref.32 v1             slot s0 4 align 4
 *                                   ⇒     v2: ptr = slotaddr s0
 *                                         store.32 v2 + 0, v1
 *
 * A second cell for the same value is the first one, where that dominates it: helpers only read cells.
 * Invariant: a cell holds its value at every use. (Cells that are never live together share room in `frame`.)
 *
 * Bytes of any slot that a helper may read and some path has not written (padding, mostly) are zeroed first: before
 * the slot's first access, outside of loops.
 */

import { copyFunc, withBlocks, withBody } from '../src/ir/copy.ts';
import { dominators } from '../src/base/graph.ts';
import { naturalLoops } from '../src/base/loops.ts';
import { clearing } from '../src/ir/clearing.ts';
import type { Func, Instr, Slot, ValueId } from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import { cfgOf, definitionsOf, mapFuncs, substitute } from '../src/ir/walk.ts';
import { unwrittenBytes } from '../src/ir/written-bytes.ts';
import type { Pass } from './pass.ts';

export const pointerArgs: Pass<'ssa', 'ssa'> = {
  name: 'pointer-args',
  doc: 'Gives values that helpers take by pointer a stack slot, a store and an address.',
  from: 'ssa',
  to: 'ssa',
  run: (module) =>
    mapFuncs(module, (func) => {
      const made = func.blocks.some((b) => b.body.some(isCell)) ? cells(func) : func;
      const missing = unwrittenBytes(made, module);
      return missing.size === 0 ? made : zeroBytes(made, missing);
    }),
};

const isCell = (i: Instr): boolean => i.op.startsWith('byref.');

/** A cell made already: where, and its address. */
interface Cell {
  readonly block: number;
  readonly address: ValueId;
}

function cells(func: Func): Func {
  const definitions = definitionsOf(func);
  const tree = dominators(cfgOf(func));
  const slots: Slot[] = [...func.slots];
  const known = new Map<string, Cell[]>();
  const replaced = new Map<ValueId, ValueId>();
  const bodies = func.blocks.map((block) => block.body);
  let { nextSlot } = func;

  const keyOf = (i: Instr): string => {
    const def = definitions[i.args[0]!];
    return def?.op === 'const' ? `${i.op} #${def.imm}` : `${i.op} v${i.args[0]}`;
  };
  const store = (i: Instr, address: ValueId): Instr[] => {
    const bits = opRow(i.op).access ?? 64;
    slots.push({ id: nextSlot, size: bits / 8, align: bits / 8, name: '', pos: i.pos });
    const imm = { kind: 'slot', slot: nextSlot++, offset: 0 } as const;
    return [
      { op: 'slotaddr', result: address, type: 'ptr', args: [], imm, pos: i.pos },
      { op: `store.${bits}`, result: null, type: 'i64', args: [address, i.args[0]!], imm: 0, pos: i.pos },
    ];
  };

  for (const at of tree.preorder) {
    bodies[at] = bodies[at]!.flatMap((i) => {
      if (!isCell(i)) return [i];
      if (i.result === null) return [];
      const earlier = known.get(keyOf(i)) ?? [];
      const same = earlier.find((cell) => tree.dominates(cell.block, at));
      if (same !== undefined) {
        replaced.set(i.result, same.address);
        return [];
      }
      known.set(keyOf(i), [...earlier, { block: at, address: i.result }]);
      return store(i, i.result);
    });
  }
  const blocks = func.blocks.map((block, at) => withBody(block, bodies[at]!));
  return substitute(copyFunc(func, { blocks, slots, nextSlot }), replaced);
}

const slotOf = (i: Instr): number | null =>
  i.op === 'slotaddr' && typeof i.imm === 'object' && i.imm?.kind === 'slot' ? i.imm.slot : null;

/** Clears bytes of slots before the first access to the slot. */
function zeroBytes(func: Func, missing: ReadonlyMap<number, readonly number[]>): Func {
  const graph = cfgOf(func);
  const tree = dominators(graph);
  const loops = naturalLoops(graph, tree);
  const reachable = new Set(tree.preorder);
  let { nextValue } = func;
  const bodies = func.blocks.map((block) => [...block.body]);
  for (const slot of func.slots) {
    const bytes = missing.get(slot.id);
    if (bytes === undefined) continue;
    const users = bodies.flatMap((body, at) =>
      reachable.has(at) && body.some((i) => slotOf(i) === slot.id) ? [at] : [],
    );
    let home = users[0] ?? 0;
    while (!users.every((at) => tree.dominates(home, at)) || loops.innermost[home] !== -1)
      home = tree.idom[home]!;
    const body = bodies[home]!;
    const first = body.findIndex((i) => slotOf(i) === slot.id);
    const at = first < 0 ? body.length : first;
    const pos = body[at]?.pos ?? slot.pos;
    const address: ValueId = nextValue++;
    const zero: ValueId = nextValue++;
    const imm = { kind: 'slot', slot: slot.id, offset: 0 } as const;
    body.splice(
      at,
      0,
      { op: 'slotaddr', result: address, type: 'ptr', args: [], imm, pos },
      { op: 'const', result: zero, type: 'i64', args: [], imm: 0n, pos },
      ...clearing(slot, bytes).map(({ offset, bytes: size }): Instr => {
        const op = `store.${size === 1 ? 8 : size === 2 ? 16 : size === 4 ? 32 : 64}` as const;
        return { op, result: null, type: 'i64', args: [address, zero], imm: offset, pos };
      }),
    );
  }
  const blocks = func.blocks.map((block, at) => withBody(block, bodies[at]!));
  return withBlocks(func, blocks, nextValue);
}
