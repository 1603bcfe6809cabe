/**
 * A pointer that is nil on some paths and one other pointer on all others is that pointer where it is not nil; and what
 * is known of one such pointer tells of another that the same paths chose.
 *
 *     b1: jump b3(v1, nil)                         b1: jump b3(v1, nil)
 *     b2: jump b3(nil, v1)                         b2: jump b3(nil, v1)
 *     b3(v2, v3): branch v2 != nil, b4, b5   ⇒     b3(v2, v3): branch v2 != nil, b4, b5
 *     b4: load.u8 v2 + 8                           b4: load.u8 v1 + 8
 *     b5: branch v3 != nil, b6, b7                 b5: jump b6        (v2 was nil: the path came from b2)
 *     b6: load.u8 v3 + 7                           b6: load.u8 v1 + 7
 *
 * Invariant: the pointer stands in for what the verifier takes for the same pointer; it is never a helper's result, whose
 * check the verifier wants to see.
 */

import { copyInstr, withBlocks, withBody } from '../src/ir/copy.ts';
import { dominators } from '../src/base/graph.ts';
import type { Block, Func, Instr, ValueId } from '../src/ir/ir.ts';
import { packetPointers } from '../src/ir/packets.ts';
import {
  blockIndex,
  cfgOf,
  definitionsOf,
  mapBlockUses,
  mapFuncs,
  mapList,
  targetsOf,
} from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const nilParams: Pass<'ssa', 'ssa'> = {
  name: 'nil-params',
  doc: 'use the pointer that a pointer is where it is not nil',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, use),
};

/** A block parameter that is nil or one pointer, per edge into its block. */
interface Choice {
  readonly param: ValueId;
  readonly block: number;
  readonly pointer: ValueId;
  /** Whether each edge passes nil, in the order of the blocks and their targets. */
  readonly nil: readonly boolean[];
}

interface Scope {
  readonly f: Func;
  readonly definitions: readonly (Instr | undefined)[];
  readonly choices: ReadonlyMap<ValueId, Choice>;
  readonly idom: Int32Array;
  readonly predecessors: readonly (readonly number[])[];
}

const isNil = (d: Instr | undefined): boolean => d?.op === 'const' && d.type === 'ptr';

function choicesOf(f: Func, definitions: readonly (Instr | undefined)[]): ReadonlyMap<ValueId, Choice> {
  const isPacket = packetPointers(f);
  const { dominates } = dominators(cfgOf(f));
  const home = new Map<ValueId, number>();
  f.blocks.forEach((b, at) => {
    for (const p of b.params) home.set(p.id, at);
    for (const i of b.body) if (i.result !== null) home.set(i.result, at);
  });
  const edges = new Map<number, (readonly ValueId[])[]>();
  for (const b of f.blocks)
    for (const t of targetsOf(b.end)) edges.set(t.block, [...(edges.get(t.block) ?? []), t.args]);
  const result = new Map<ValueId, Choice>();
  f.blocks.forEach((b, block) => {
    b.params.forEach((p, k) => {
      if (p.type !== 'ptr') return;
      const args = (edges.get(b.id) ?? []).map((list) => list[k]!);
      const nil = args.map((v) => isNil(definitions[v]));
      const [pointer, ...others] = new Set(args.filter((_, at) => !nil[at]));
      if (pointer === undefined || others.length > 0 || !nil.includes(true) || !isPacket(pointer)) return;
      if (!dominates(home.get(pointer) ?? block, block) || home.get(pointer) === block) return;
      result.set(p.id, { param: p.id, block, pointer, nil });
    });
  });
  return result;
}

/** Is a choice nil on entry of a block, because of a branch above? null: that is not known. */
function nilAt(s: Scope, choice: Choice, at: number): boolean | null {
  for (let k = at; k >= 0 && k !== choice.block; k = s.idom[k]!) {
    const [above, ...more] = s.predecessors[k]!;
    if (above === undefined || more.length > 0) continue;
    const { end } = s.f.blocks[above]!;
    if (end.kind !== 'branch' || end.then.block === end.else.block) continue;
    const cond = s.definitions[end.cond];
    const equal = cond?.op === 'icmp.eq';
    if ((!equal && cond?.op !== 'icmp.ne') || cond.args[0] !== choice.param) continue;
    if (!isNil(s.definitions[cond.args[1]!])) continue;
    return (end.then.block === s.f.blocks[k]!.id) === equal;
  }
  return null;
}

/** What other choices of the same paths tell of one. */
function toldBy(s: Scope, choice: Choice, at: number): boolean | null {
  const own = nilAt(s, choice, at);
  if (own !== null) return own;
  let open = choice.nil.map(() => true);
  for (const other of s.choices.values()) {
    if (other.block !== choice.block || other.param === choice.param) continue;
    const known = nilAt(s, other, at);
    if (known !== null) open = open.map((is, k) => is && other.nil[k] === known);
  }
  const left = new Set(choice.nil.filter((_, k) => open[k]));
  return left.size === 1 ? left.has(true) : null;
}

function use(f: Func): Func {
  const definitions = definitionsOf(f);
  const choices = choicesOf(f, definitions);
  if (choices.size === 0) return f;
  const graph = cfgOf(f);
  const { idom } = dominators(graph);
  const s: Scope = { f, definitions, choices, idom, predecessors: graph.predecessors };
  const index = blockIndex(f);
  const blocks = mapList(f.blocks, (b): Block => {
    const at = index.get(b.id)!;
    const told = new Map([...choices.values()].map((choice) => [choice.param, toldBy(s, choice, at)]));
    const decided = mapList(b.body, (i): Instr => {
      const compared = i.op === 'icmp.eq' || i.op === 'icmp.ne' ? told.get(i.args[0]!) : undefined;
      if (compared == null || !isNil(definitions[i.args[1]!])) return i;
      return copyInstr(i, { op: 'const', args: [], imm: compared === (i.op === 'icmp.eq') ? 1n : 0n });
    });
    const known = decided === b.body ? b : withBody(b, decided);
    return mapBlockUses(known, (v) => (told.get(v) === false ? choices.get(v)!.pointer : v));
  });
  return blocks === f.blocks ? f : withBlocks(f, blocks);
}
