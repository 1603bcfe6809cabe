/**
 * A packet pointer moves on to the end that was checked, and what lies before it is read at negative distances.
 *
 *     v2: ptr = ptroff v1 + 20                  v2: ptr = ptroff v1 + 20
 *     if v2 > end goto short                    if v2 > end goto short
 *     v3: i32 = load.u8 v1 + 9           ⇒      v3: i32 = load.u8 v2 - 11
 *
 * The pointer and its end can be one register then, and need no copy. Done when every other use of the pointer can
 * follow. Invariant (verifier): the check covers the accesses as before, since it proves bytes of every pointer that
 * came from the same packet pointer; distances fit the access.
 */

import { copyInstr, withArgs, withBlocks, withBody } from '../src/ir/copy.ts';
import { dominators } from '../src/base/graph.ts';
import type { Block, Func, Instr, ValueId } from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import { packetPointers } from '../src/ir/packets.ts';
import { bytesOf } from '../src/ir/pointers.ts';
import {
  cfgOf,
  definitionsOf,
  mapFuncs,
  mapList,
  removeUnreachable,
  terminatorUses,
} from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const cursors: Pass<'ssa', 'ssa'> = {
  name: 'cursors',
  doc: 'read packets at negative distances from the checked end',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, moveAll),
};

interface Use {
  readonly instr: Instr;
  readonly arg: number;
  readonly block: number;
  readonly at: number;
}

function usesOf(f: Func, wanted: (v: ValueId) => boolean) {
  const uses = new Map<ValueId, Use[]>();
  const passed = new Set<ValueId>();
  f.blocks.forEach((b, block) => {
    b.body.forEach((instr, at) => {
      instr.args.forEach((v, arg) => {
        if (!wanted(v)) return;
        const use = { instr, arg, block, at };
        const list = uses.get(v);
        if (list === undefined) uses.set(v, [use]);
        else list.push(use);
      });
    });
    for (const v of terminatorUses(b.end)) passed.add(v);
  });
  return { uses, passed };
}

const limit = 0x4000;

/** Of a sum, whose uses must follow in turn by a distance: accesses and constant distances only. */
const sumFollows = (
  use: Use,
  uses: ReadonlyMap<ValueId, readonly Use[]>,
  passed: ReadonlySet<ValueId>,
): boolean =>
  use.instr.op !== 'ptradd' ||
  (!passed.has(use.instr.result!) &&
    (uses.get(use.instr.result!) ?? []).every((u) => follows(u) && u.instr.op !== 'ptradd'));

/** Can the use take another base, a constant distance away? */
function follows({ instr, arg }: Use): boolean {
  if (arg !== 0) return false;
  if (instr.op === 'ptroff' || instr.op === 'ptradd') return true;
  return (
    opRow(instr.op).imm === 'offset' && !instr.op.startsWith('atomic.') && Math.abs(bytesOf(instr)) < limit
  );
}

/** A pointer that was added to a cursor may become a cursor itself. */
const rounds = 8;

function moveAll(f: Func): Func {
  let current = f;
  for (let round = 0; round < rounds; round++) {
    const next = move(current);
    if (next === current) break;
    current = next;
  }
  return current;
}

function move(input: Func): Func {
  const f = removeUnreachable(input);
  const definitions = definitionsOf(f);
  const isPacket = packetPointers(f);
  const compared = new Set<ValueId>();
  for (const b of f.blocks)
    for (const i of b.body) if (i.op.startsWith('icmp.u')) for (const v of i.args) compared.add(v);
  const ends = [...compared].filter((v) => definitions[v]?.op === 'ptroff' && isPacket(v));
  if (ends.length === 0) return input;
  const { uses, passed } = usesOf(f, isPacket);
  const { dominates } = dominators(cfgOf(f));
  const rebased = new Map<Instr, { readonly base: ValueId; readonly distance: number }>();
  for (const [base, list] of uses) {
    if (passed.has(base) || !list.every((u) => follows(u) && sumFollows(u, uses, passed))) continue;
    const checks = list.filter(({ instr }) => compared.has(instr.result ?? -1) && instr.op === 'ptroff');
    if (checks.length === 0 || !checks.every(({ instr }) => Math.abs(bytesOf(instr)) < limit)) continue;
    const above = (a: Use, u: Use): boolean =>
      a.instr !== u.instr && (a.block === u.block ? a.at < u.at : dominates(a.block, u.block));
    const covered = (u: Use): boolean => checks.some((c) => c.instr === u.instr || above(c, u));
    if (list.length === 1 || !list.every(covered)) continue;
    for (const u of list) {
      const over = checks.filter((c) => above(c, u));
      if (over.length === 0) continue;
      const nearest = over.reduce((a, c) => (above(a, c) ? c : a));
      rebased.set(u.instr, { base: nearest.instr.result!, distance: bytesOf(nearest.instr) });
    }
  }
  return rebased.size === 0 ? input : rewrite(f, rebased);
}

function rewrite(
  f: Func,
  rebased: ReadonlyMap<Instr, { readonly base: ValueId; readonly distance: number }>,
): Func {
  /** Sums that moved, by how far: who uses them goes back as far. */
  const sums = new Map<ValueId, number>();
  for (const [i, { distance }] of rebased) if (i.op === 'ptradd') sums.set(i.result!, distance);
  const blocks = mapList(f.blocks, (b): Block => {
    const body = mapList(b.body, (i): Instr => {
      const to = rebased.get(i);
      const [first] = i.args;
      if (to === undefined) {
        const back = first === undefined ? undefined : sums.get(first);
        return back === undefined ? i : copyInstr(i, { imm: bytesOf(i) - back });
      }
      const args = [to.base, ...i.args.slice(1)];
      return i.op === 'ptradd' ? withArgs(i, args) : copyInstr(i, { args, imm: bytesOf(i) - to.distance });
    });
    return body === b.body ? b : withBody(b, body);
  });
  return withBlocks(f, blocks);
}
