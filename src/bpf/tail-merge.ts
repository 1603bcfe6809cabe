/**
 * Makes one block of what several blocks end with.
 *
 *     b1: …; r1 = map m; r2 = 7; call 51; exit          b1: …; r2 = 7; goto b9
 *     b2: …; r2 = *(u8 *)(r0 + 0); r1 = map m;          b2: …; r2 = *(u8 *)(r0 + 0); goto b9
 *         call 51; exit                                 b9: r1 = map m; call 51; exit
 *
 * Instructions that do not depend on each other may change places for that. Only what means the same to the verifier
 * whatever way leads to it is merged: an access through a register that may be a context here and a packet there, or a
 * call, of which the verifier remembers the map, only together with what made the register. Invariant: a merged tail
 * saves at least one instruction.
 */

import { jump } from './build.ts';
import { copyInst, withCode } from './copy.ts';
import { framePointer, type MBlock, type MInst, type PReg } from './minst.ts';
import { endsFlow, rowOf, slotsOf } from './operands.ts';
import { changePlaces, mayEnd, originsBefore } from './tail-parts.ts';

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
    if (!mayEnd(i)) break;
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
    .map((block) =>
      withCode(
        block,
        block.body.map((i) =>
          i.target !== null && same.has(i.target) ? copyInst(i, { target: same.get(i.target)! }) : i,
        ),
      ),
    );
}

const size = (tail: readonly Inst[]): number => tail.reduce((sum, i) => sum + slotsOf(i), 0);

/** A tail, and what each block of the group keeps before it, both the last first. */
interface Shared {
  readonly tail: readonly Inst[];
  readonly kept: readonly (readonly Inst[])[];
}

/** How far before the tail an instruction may stand that moves into it. */
const window = 6;

/** Where an instruction like `want` stands that can move behind what follows it; -1: nowhere. */
function movable(list: readonly Inst[], want: Inst): number {
  const key = instKey(want);
  for (let at = 0; at < list.length && at < window; at++) {
    const i = list[at]!;
    if (i.target !== null && at > 0) return -1;
    if (instKey(i) === key) return list.slice(0, at).every((later) => changePlaces(i, later)) ? at : -1;
  }
  return -1;
}

/** The longest tail that the group shares and that means the same on every way. */
function commonTail(tails: readonly (readonly Inst[])[]): Shared {
  const kept = tails.map((tail) => [...tail]);
  const tail: Inst[] = [];
  let origins: ReadonlySet<PReg> = new Set();
  let best: Shared = { tail: [], kept: tails };
  const [head = []] = kept;
  for (let at = 0; at < head.length && at < window; ) {
    const want = head[at]!;
    if (want.target !== null && tail.length > 0) break;
    const places = kept.map((list) => movable(list, want));
    if (places.some((place) => place < 0)) {
      at++;
      continue;
    }
    kept.forEach((list, k) => {
      list.splice(places[k]!, 1);
    });
    tail.push(want);
    origins = originsBefore(origins, want);
    if (origins.size === 0) best = { tail: [...tail], kept: kept.map((list) => [...list]) };
    at = 0;
  }
  return best;
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
    const tails = group.map(tailOf);
    const { tail, kept } = commonTail(tails);
    // Each block but one trades its tail for a jump.
    if (size(tail) * (group.length - 1) - group.length < 0) continue;
    const whole = group.find((block) => block.body.length === tail.length);
    const home = whole?.id ?? nextBlock;
    const rest = blocks.map((block): Block => {
      const at = group.indexOf(block);
      if (at < 0 || block === whole) return block;
      const before = block.body.slice(0, block.body.length - tails[at]!.length);
      const own = [...kept[at]!].reverse();
      return withCode(block, [...before, ...own, jump(home, block.body[block.body.length - 1]!.pos)]);
    });
    return whole === undefined ? [...rest, { id: home, body: [...tail].reverse() }] : rest;
  }
  return null;
}

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
