/**
 * Comparisons with nil of pointers that cannot be nil are decided.
 *
 *     v2: ptr = load.u32 v0 + 0         the packet
 *     v3: ptr = ptroff v2 + 14
 *     v4: i32 = icmp.eq v3, nil    ⇒    v4: i32 = const 0
 *
 * Never nil: addresses of slots, variables, maps and functions, the packet's ends, the context of a program, and what is
 * a distance away from one of these; a block parameter that only receives such. Invariant: a pointer that a helper
 * returns keeps its check, which the verifier wants to see.
 */

import type { Block, Func, Instr, ValueId } from '../src/ir/ir.ts';
import { definitionsOf, incomingValues, mapFuncs, mapList } from '../src/ir/walk.ts';
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
  for (const [param, values] of incomingValues(f)) for (const v of values) flows(v, param);
  for (const d of definitions) {
    if (d === undefined || d.result === null || d.type !== 'ptr') continue;
    if (d.op === 'ptroff' || d.op === 'ptradd') flows(d.args[0]!, d.result);
    else if (!addresses.has(d.op) && d.op !== 'load.u32') mark(d.result);
  }
  while (work.length > 0) readers.get(work.pop()!)?.forEach(mark);
  return result;
}

function decide(f: Func): Func {
  const definitions = definitionsOf(f);
  const isNil = (v: ValueId): boolean => definitions[v]?.op === 'const' && definitions[v].type === 'ptr';
  const compares = (i: Instr): boolean => (i.op === 'icmp.eq' || i.op === 'icmp.ne') && isNil(i.args[1]!);
  if (!f.blocks.some((b) => b.body.some(compares))) return f;
  const nil = maybeNil(f, definitions);
  const blocks = mapList(f.blocks, (b): Block => {
    const body = mapList(b.body, (i): Instr => {
      if (!compares(i) || nil[i.args[0]!] === 1) return i;
      return { ...i, op: 'const', args: [], imm: i.op === 'icmp.ne' ? 1n : 0n };
    });
    return body === b.body ? b : { ...b, body };
  });
  return blocks === f.blocks ? f : { ...f, blocks };
}
