/**
 * Comparisons with nil of pointers that cannot be nil are decided.
 *
 *     v2: ptr = load.u32 v0 + 0         the packet
 *     v3: ptr = ptroff v2 + 14
 *     v4: i32 = icmp.eq v3, nil    ⇒    v4: i32 = const 0
 *
 * Never nil: addresses of slots, variables, maps and functions, the packet's ends, the context of a program, and what is
 * a distance away from one of these; a block parameter that only receives such, or what a branch above found not to be nil. Invariant: a pointer that a helper
 * returns keeps its check, which the verifier wants to see.
 */

import { copyInstr, withBlocks, withBody } from '../src/ir/copy.ts';
import { dominators, type FlowGraph } from '../src/base/graph.ts';
import type { Block, Func, Instr, ValueId } from '../src/ir/ir.ts';
import { cfgOf, definitionsOf, mapFuncs, mapList, removeUnreachable, targetsOf } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const nilChecks: Pass<'ssa', 'ssa'> = {
  name: 'nil-checks',
  doc: 'decide comparisons with nil of pointers that cannot be nil',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, decide),
};

const addresses: ReadonlySet<string> = new Set([
  'slotaddr',
  'mapaddr',
  'mapvalue',
  'globaladdr',
  'stringaddr',
  'funcaddr',
  'byref.8',
  'byref.16',
  'byref.32',
  'byref.64',
]);

/** Pointers that cannot be nil: what is not shown to be possibly nil, parameters by what flows into them. */
function maybeNil(f: Func, definitions: readonly (Instr | undefined)[]): Uint8Array {
  const result = new Uint8Array(f.nextValue);
  const readers = new Map<ValueId, ValueId[]>();
  const work: ValueId[] = [];
  const mark = (v: ValueId): void => {
    if (result[v] === 1) return;
    result[v] = 1;
    work.push(v);
  };
  const flows = (from: ValueId, to: ValueId): void => {
    const list = readers.get(from);
    if (list === undefined) readers.set(from, [to]);
    else list.push(to);
  };
  for (const p of f.blocks[0]?.params ?? []) if (f.program === null) mark(p.id);
  const params = new Map(f.blocks.map((b) => [b.id, b.params]));
  const checked = checkedEdges(f, definitions);
  f.blocks.forEach((b, at) => {
    for (const t of targetsOf(b.end)) {
      params.get(t.block)?.forEach((p, k) => {
        if (p.type === 'ptr' && !checked(t.args[k]!, at, t.block)) flows(t.args[k]!, p.id);
      });
    }
  });
  for (const d of definitions) {
    if (d === undefined || d.result === null || d.type !== 'ptr') continue;
    if (d.op === 'ptroff' || d.op === 'ptradd') flows(d.args[0]!, d.result);
    else if (!addresses.has(d.op) && d.op !== 'load.u32') mark(d.result);
  }
  while (work.length > 0) readers.get(work.pop()!)?.forEach(mark);
  return result;
}

/** How many dominators are asked for a check. */
const reach = 64;

/** Is a value not nil on an edge, because of a branch on it above? */
function checkedEdges(f: Func, definitions: readonly (Instr | undefined)[]) {
  let idom: Int32Array | null = null;
  let graph: FlowGraph | null = null;
  /** Is `v` not nil on the edge from block `from` to the block `to`? */
  const decides = (v: ValueId, from: number, to: number): boolean => {
    const { end } = f.blocks[from]!;
    if (end.kind !== 'branch' || end.then.block === end.else.block) return false;
    const cond = definitions[end.cond];
    if ((cond?.op !== 'icmp.ne' && cond?.op !== 'icmp.eq') || cond.args[0] !== v) return false;
    const nil = definitions[cond.args[1]!];
    const side = cond.op === 'icmp.ne' ? end.then : end.else;
    return nil?.op === 'const' && nil.type === 'ptr' && side.block === to;
  };
  return (v: ValueId, from: number, to: number): boolean => {
    if (decides(v, from, to)) return true;
    graph ??= cfgOf(f);
    idom ??= dominators(graph).idom;
    let at = from;
    for (let k = 0; k < reach; k++) {
      const above = idom[at]!;
      if (above < 0) return false;
      const direct = graph.predecessors[at]!.length === 1;
      if (direct && decides(v, above, f.blocks[at]!.id)) return true;
      at = above;
    }
    return false;
  };
}

function decide(input: Func): Func {
  const f = removeUnreachable(input);
  const definitions = definitionsOf(f);
  const isNil = (v: ValueId): boolean => definitions[v]?.op === 'const' && definitions[v].type === 'ptr';
  const compares = (i: Instr): boolean => (i.op === 'icmp.eq' || i.op === 'icmp.ne') && isNil(i.args[1]!);
  if (!f.blocks.some((b) => b.body.some(compares))) return input;
  const nil = maybeNil(f, definitions);
  const blocks = mapList(f.blocks, (b): Block => {
    const body = mapList(b.body, (i): Instr => {
      if (!compares(i) || nil[i.args[0]!] === 1) return i;
      return copyInstr(i, { op: 'const', args: [], imm: i.op === 'icmp.ne' ? 1n : 0n });
    });
    return body === b.body ? b : withBody(b, body);
  });
  return blocks === f.blocks ? input : withBlocks(f, blocks);
}
