/**
 * Makes one block of what several blocks end with.
 *
 *     b1: …; r0 = 2; exit          b1: …; goto b9
 *     b2: …; r0 = 2; exit          b2: …; goto b9
 *                                  b9: r0 = 2; exit
 *
 * Only instructions that mean the same whatever way leads to them are merged: no access through a register that may
 * be a context here and a packet there, and no call, of which the verifier remembers the map. Invariant: a merged
 * tail saves at least one instruction.
 */

import { framePointer, type MBlock, type MInst, type PReg } from './minst.ts';
import { endsFlow, rowOf, slotsOf } from './operands.ts';

type Block = MBlock<PReg>;
type Inst = MInst<PReg>;

/** Everything but the position. */
export function instKey(i: Inst): string {
  const sym = i.sym === null ? '' : `${i.sym.kind} ${i.sym.name} ${i.sym.offset}`;
  const frame = i.frame === null ? '' : `${i.frame.slot} ${i.frame.offset}`;
  return `${i.op}|${i.dst}|${i.src}|${i.off}|${i.imm}|${frame}|${sym}|${i.target}|${i.uses.join()}|${i.defs.join()}`;
}

function isPlain(i: Inst): boolean {
  const kind = rowOf(i)?.kind;
  if (kind === 'call' || kind === 'skb' || kind === 'atomic') return false;
  if (kind === 'load') return i.src === framePointer;
  return kind !== 'store' || i.dst === framePointer;
}

/** Instructions at the end that may be merged, the last first. */
function tailOf(block: Block): Inst[] {
  const tail: Inst[] = [];
  for (let k = block.body.length - 1; k >= 0; k--) {
    const i = block.body[k]!;
    if (!isPlain(i)) break;
    tail.push(i);
  }
  return tail;
}

/** Blocks that are the same block. */
function mergeWhole(blocks: readonly Block[]): readonly Block[] {
  const first = new Map<string, number>();
  const same = new Map<number, number>();
  blocks.forEach((block, at) => {
    if (at === 0 || !block.body.every(isPlain)) return;
    const key = block.body.map(instKey).join('\n');
    const known = first.get(key);
    if (known === undefined) first.set(key, block.id);
    else same.set(block.id, known);
  });
  if (same.size === 0) return blocks;
  return blocks
    .filter((block) => !same.has(block.id))
    .map((block) => ({
      ...block,
      body: block.body.map((i) =>
        i.target !== null && same.has(i.target) ? { ...i, target: same.get(i.target)! } : i,
      ),
    }));
}

const size = (tail: readonly Inst[]): number => tail.reduce((sum, i) => sum + slotsOf(i), 0);

/** The tail that all of a group share. */
function commonTail(tails: readonly Inst[][]): readonly Inst[] {
  const [head = []] = tails;
  let length = 0;
  while (
    length < head.length &&
    tails.every((tail) => tail[length] !== undefined && instKey(tail[length]!) === instKey(head[length]!))
  )
    length++;
  return head.slice(0, length);
}

/** Merges the ends of the first group of blocks for which that pays; null if there is none. */
function mergeOnce(blocks: readonly Block[], nextBlock: number): readonly Block[] | null {
  const groups = new Map<string, Block[]>();
  for (const block of blocks) {
    const [last, before] = tailOf(block);
    if (last === undefined || before === undefined || !endsFlow(last) || before.target !== null) continue;
    const key = `${instKey(before)}\n${instKey(last)}`;
    groups.set(key, [...(groups.get(key) ?? []), block]);
  }
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const tail = commonTail(group.map(tailOf));
    const straight = tail.findIndex((i, k) => k > 0 && i.target !== null);
    const merged = straight < 0 ? tail : tail.slice(0, straight);
    // Each block but one trades its tail for a jump.
    if (size(merged) * (group.length - 1) - group.length < 0) continue;
    const whole = group.find((block) => block.body.length === merged.length);
    const home = whole?.id ?? nextBlock;
    const cut = new Set(group.filter((block) => block !== whole).map((block) => block.id));
    const rest = blocks.map((block): Block => {
      if (!cut.has(block.id)) return block;
      const kept = block.body.slice(0, block.body.length - merged.length);
      return { ...block, body: [...kept, goTo(home, block.body[block.body.length - 1]!)] };
    });
    return whole === undefined ? [...rest, { id: home, body: [...merged].reverse() }] : rest;
  }
  return null;
}

const goTo = (target: number, at: Inst): Inst => ({
  ...at,
  op: 'ja',
  dst: null,
  src: null,
  off: 0,
  imm: 0n,
  frame: null,
  sym: null,
  target,
  uses: [],
  defs: [],
});

export function mergeTails(blocks: readonly Block[], nextBlock: number): readonly Block[] {
  let current = mergeWhole(blocks);
  // Every round takes instructions away; the number of rounds is bounded all the same.
  for (let id = nextBlock; id < nextBlock + 100; id++) {
    const next = mergeOnce(current, id);
    if (next === null) return current;
    current = mergeWhole(next);
  }
  return current;
}
