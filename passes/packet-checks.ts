/**
 * Checks of the packet's length that say the same are made once.
 *
 *     b0: if p + 14 > end goto short        b0: if p + 34 > end goto short
 *     b1: … if p[12] != 8 goto short    ⇒   b1: … if p[12] != 8 goto short
 *     b2: if p + 34 > end goto short        b2: …
 *
 * A check that a wider one dominates is dropped. A check is widened to a later one's bytes when both, and every branch
 * between, end alike: in one block, or returning one constant, with nothing written or called in between. Invariant
 * (verifier): every access stays below a check of its own base that covers it.
 */

import { copyBlock, copyInstr, withBlocks, withEnd } from '../src/ir/copy.ts';
import { dominators } from '../src/base/graph.ts';
import type { Block, Func, Instr, Target, Terminator, ValueId } from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import { packetPointers } from '../src/ir/packets.ts';
import { bytesOf } from '../src/ir/pointers.ts';
import { blockIndex, cfgOf, definitionsOf, mapFuncs, mapList, removeUnreachable } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const packetChecks: Pass<'ssa', 'ssa'> = {
  name: 'packet-checks',
  doc: 'merge checks of the packet length',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, (f) => dropCovered(widen(f))),
};

interface Check {
  readonly base: ValueId;
  readonly bytes: number;
  readonly end: ValueId;
  readonly failed: Target;
  readonly passed: Target;
}

/** What a block's end checks, if that is all that its condition is for. */
function checkOf(b: Block, definitions: readonly (Instr | undefined)[]): Check | null {
  if (b.end.kind !== 'branch') return null;
  const cond = definitions[b.end.cond];
  if (cond?.op !== 'icmp.ugt' && cond?.op !== 'icmp.ule') return null;
  const [pointer, end] = cond.args;
  const limit = definitions[end!];
  const p = definitions[pointer!];
  if (limit?.op !== 'load.u32' || limit.type !== 'ptr' || p?.type !== 'ptr' || p.op !== 'ptroff') return null;
  const fails = cond.op === 'icmp.ugt';
  return {
    base: p.args[0]!,
    bytes: bytesOf(p),
    end: end!,
    failed: fails ? b.end.then : b.end.else,
    passed: fails ? b.end.else : b.end.then,
  };
}

/** How a path ends: two that end alike are equal. */
function outcome(
  t: Target,
  byId: ReadonlyMap<number, Block>,
  definitions: readonly (Instr | undefined)[],
): string {
  const b = byId.get(t.block);
  if (b?.end.kind === 'return' && b.end.value !== null && b.body.every((i) => i.op === 'const')) {
    const param = b.params.findIndex((p) => b.end.kind === 'return' && p.id === b.end.value);
    const d = definitions[param >= 0 ? t.args[param]! : b.end.value];
    if (d?.op === 'const') return `return ${d.imm}`;
  }
  return `b${t.block}(${t.args.join()})`;
}

const isCalm = (i: Instr): boolean => {
  const { effect } = opRow(i.op);
  return effect === 'pure' || effect === 'read';
};

/** Widens checks upwards, the last first. */
function widen(input: Func): Func {
  const f = removeUnreachable(input);
  const definitions = definitionsOf(f);
  const checks = f.blocks.map((b) => checkOf(b, definitions));
  if (checks.filter((c) => c !== null).length < 2) return input;
  const isPacket = packetPointers(f);
  const byId = new Map(f.blocks.map((b) => [b.id, b]));
  const { predecessors } = cfgOf(f);
  const bytes = checks.map((c) => c?.bytes ?? 0);
  const ends = (t: Target): string => outcome(t, byId, definitions);
  for (let at = f.blocks.length - 1; at > 0; at--) {
    const check = checks[at];
    if (check == null || !isPacket(check.base)) continue;
    const wanted = ends(check.failed);
    for (let below = at; predecessors[below]!.length === 1; ) {
      const above = predecessors[below]![0]!;
      const { end } = f.blocks[above]!;
      if (!f.blocks[below]!.body.every(isCalm) || end.kind === 'return') break;
      const id = f.blocks[below]!.id;
      if (end.kind === 'branch' && ends(end.then.block === id ? end.else : end.then) !== wanted) break;
      const upper = checks[above];
      if (upper != null && upper.base === check.base && upper.end === check.end)
        bytes[above] = Math.max(bytes[above]!, bytes[at]!);
      below = above;
    }
  }
  let nextValue = f.nextValue;
  const blocks = mapList(f.blocks, (b, at): Block => {
    const check = checks[at];
    if (check == null || bytes[at] === check.bytes || b.end.kind !== 'branch') return b;
    const cond = definitions[b.end.cond]!;
    const pointer: Instr = {
      op: 'ptroff',
      result: nextValue++,
      type: 'ptr',
      args: [check.base],
      imm: bytes[at]!,
      pos: cond.pos,
    };
    const wide: Instr = copyInstr(cond, { result: nextValue++, args: [pointer.result!, check.end] });
    return copyBlock(b, { body: [...b.body, pointer, wide], end: { ...b.end, cond: wide.result! } });
  });
  return blocks === f.blocks ? input : withBlocks(f, blocks, nextValue);
}

/** Drops checks below one of the same base that covers them. */
function dropCovered(input: Func): Func {
  const f = removeUnreachable(input);
  const definitions = definitionsOf(f);
  const checks = f.blocks.map((b) => checkOf(b, definitions));
  if (checks.filter((c) => c !== null).length < 2) return input;
  const graph = cfgOf(f);
  const index = blockIndex(f);
  const { idom, preorder } = dominators(graph);
  /** Bytes known to be there, by base and end, on entry of each block. */
  const known: ReadonlyMap<string, number>[] = [];
  const none: ReadonlyMap<string, number> = new Map();
  const covered = new Set<number>();
  const key = (c: Check): string => `${c.base} ${c.end}`;
  for (const at of preorder) {
    const parent = idom[at]!;
    let facts = parent < 0 ? none : (known[parent] ?? none);
    const check = parent < 0 ? null : checks[parent];
    const direct = graph.predecessors[at]!.length === 1 && graph.predecessors[at]![0] === parent;
    if (
      check != null &&
      direct &&
      index.get(check.passed.block) === at &&
      check.failed.block !== check.passed.block
    )
      facts = new Map([...facts, [key(check), Math.max(check.bytes, facts.get(key(check)) ?? 0)]]);
    known[at] = facts;
    const own = checks[at];
    if (own != null && (facts.get(key(own)) ?? 0) >= own.bytes) covered.add(at);
  }
  if (covered.size === 0) return input;
  const blocks = f.blocks.map((b, at): Block => {
    const check = checks[at];
    if (!covered.has(at) || check == null) return b;
    const end: Terminator = { kind: 'jump', target: check.passed, pos: b.end.pos };
    return withEnd(b, end);
  });
  return removeUnreachable(withBlocks(f, blocks));
}
