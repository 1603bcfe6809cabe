/**
 * A flat list of instructions, with jumps and calls as slots, to functions of blocks. What the decoder and the
 * assembler share.
 *
 *     0: if r1 == 7 goto 2     1: r0 = 1     2: exit      b0: … goto b2   b1: r0 = 1   b2: exit
 *
 * Invariant: every jump goes to a slot where an instruction of the same function starts; `misplaced` finds what breaks
 * it, and is asked first.
 */

import { copyInst } from './copy.ts';
import { noPos } from '../base/source.ts';
import type { MBlock, MCode, MFunc, MInst, PReg } from './minst.ts';

export interface FlatInst {
  readonly inst: MInst<PReg>;
  readonly slot: number;
  /** Slot that a jump goes to. */
  readonly jump: number | null;
  /** Slot of the function that is called or whose address is taken; its name becomes the symbol. */
  readonly func: number | null;
}

/** First slots of functions, in order, with their names. */
export type FuncStarts = ReadonlyMap<number, string>;

export interface Misplaced {
  readonly slot: number;
  readonly what: string;
}

export function misplaced(list: readonly FlatInst[], starts: FuncStarts): Misplaced[] {
  const slots = new Set(list.map((d) => d.slot));
  const bad = [...starts.keys()]
    .filter((s) => !slots.has(s))
    .map((slot) => ({ slot, what: 'no function can start here' }));
  if (bad.length > 0) return bad;
  const owner = new Map<number, number>();
  let current = 0;
  for (const { slot } of list) {
    if (starts.has(slot)) current = slot;
    owner.set(slot, current);
  }
  for (const { slot, jump } of list) {
    if (jump === null) continue;
    if (!slots.has(jump)) bad.push({ slot, what: `jump to ${jump}, where no instruction starts` });
    else if (owner.get(jump) !== owner.get(slot))
      bad.push({ slot, what: `jump to ${jump}, in another function` });
  }
  return bad;
}

function blocksOf(body: readonly FlatInst[], starts: FuncStarts): MBlock<PReg>[] {
  const leaders = new Set<number>(body.slice(0, 1).map((d) => d.slot));
  body.forEach((d, i) => {
    const next = body[i + 1];
    if (d.jump !== null) leaders.add(d.jump);
    if ((d.jump !== null || d.inst.op === 'exit') && next !== undefined) leaders.add(next.slot);
  });
  const ids = new Map([...leaders].sort((a, b) => a - b).map((slot, id) => [slot, id]));
  const blocks: { id: number; body: MInst<PReg>[] }[] = [];
  for (const { inst, slot, jump, func } of body) {
    const id = ids.get(slot);
    if (id !== undefined) blocks.push({ id, body: [] });
    const sym =
      func === null ? inst.sym : ({ kind: 'func', name: starts.get(func) ?? '', offset: 0 } as const);
    const target = jump === null ? null : (ids.get(jump) ?? null);
    blocks.at(-1)?.body.push(copyInst(inst, { sym, target }));
  }
  return blocks;
}

/** Functions in order of their starts; what precedes the first start belongs to none. */
export function splitFuncs(list: readonly FlatInst[], starts: FuncStarts): MCode<PReg> {
  const indexOf = new Map(list.map((d, i) => [d.slot, i]));
  const entries = [...starts].sort(([a], [b]) => a - b);
  const funcs = entries.map(([start, name], i): MFunc<PReg> => {
    const next = entries[i + 1]?.[0];
    const body = list.slice(indexOf.get(start), next === undefined ? list.length : indexOf.get(next));
    const blocks = blocksOf(body, starts);
    return {
      name,
      blocks,
      params: 5,
      slots: [],
      frameSize: 0,
      program: null,
      nextReg: 11,
      nextBlock: blocks.length,
      pos: body[0]?.inst.pos ?? noPos,
    };
  });
  return { funcs };
}
