/**
 * A packet offset that is one of several constants becomes a pointer that each path makes.
 *
 *     b1: jump b3(14)                           b1: v5 = ptroff v1 + 14; jump b3(v5)
 *     b2: jump b3(18)                           b2: v6 = ptroff v1 + 18; jump b3(v6)
 *     b3(v2: i32):                       ⇒      b3(v4: ptr):
 *       v3: i64 = zext v2
 *       v4: ptr = ptradd v1, v3
 *
 * A constant that is added to a small offset moves behind the pointer addition, where accesses take it up.
 * Comparisons of the offset with a constant that all its values decide alike are decided. Invariant (verifier): only
 * packet pointers, of which every path has its own, with a constant distance; the base dominates the paths.
 */

import { copyBlock, copyInstr, withBlocks, withBody, withTargetArgs } from '../src/ir/copy.ts';
import { must } from '../src/base/assert.ts';
import { bigintAlgebra } from '../src/base/bigint-algebra.ts';
import { dominators, reversePostorder } from '../src/base/graph.ts';
import { type Block, type Func, type Instr, type Target, type ValueId, widthOf } from '../src/ir/ir.ts';
import { type KnownBits, knownBits, maximum, nothingKnown } from '../src/ir/known-bits.ts';
import { opRow } from '../src/ir/ops.ts';
import { packetPointers } from '../src/ir/packets.ts';
import {
  blockIndex,
  cfgOf,
  definitionsOf,
  expandList,
  incomingValues,
  mapFuncs,
  mapList,
  mapTargets,
  removeUnreachable,
  substitute,
} from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const packetOffsets: Pass<'ssa', 'ssa'> = {
  name: 'packet-offsets',
  doc: 'make a pointer on each path instead of adding an offset that is one of several constants',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, (f) => splitSums(rewrite(f))),
};

/** Values that equal a parameter, 64 bits wide, by the parameter's constants. */
function candidates(f: Func, definitions: readonly (Instr | undefined)[]): Map<ValueId, readonly bigint[]> {
  const result = new Map<ValueId, readonly bigint[]>();
  for (const [param, values] of incomingValues(f)) {
    const constants = values.map((v) => definitions[v]).filter((d) => d?.op === 'const' && d.type !== 'ptr');
    if (constants.length === 0 || constants.length !== values.length) continue;
    result.set(
      param,
      constants.map((d) => BigInt.asUintN(widthOf(d!.type), d!.imm as bigint)),
    );
  }
  return result;
}

function rewrite(input: Func): Func {
  const f = removeUnreachable(input);
  if (!f.blocks.some((b) => b.body.some((i) => i.op === 'ptradd'))) return input;
  const definitions = definitionsOf(f);
  const constants = candidates(f, definitions);
  if (constants.size === 0) return input;
  const isPacket = packetPointers(f);
  const index = blockIndex(f);
  const { dominates } = dominators(cfgOf(f));
  const blockOf = new Map<ValueId, number>();
  f.blocks.forEach((b, at) => {
    for (const p of b.params) blockOf.set(p.id, at);
    for (const i of b.body) if (i.result !== null) blockOf.set(i.result, at);
  });
  const offsetOf = (v: ValueId): ValueId | null => {
    const source = definitions[v]?.op === 'zext' ? definitions[v].args[0]! : v;
    return constants.has(source) ? source : null;
  };
  let nextValue = f.nextValue;
  const replaced = new Map<ValueId, ValueId>();
  /** New parameters by block: for each, the base and the offset's parameter. */
  const added = new Map<
    number,
    { readonly id: ValueId; readonly base: ValueId; readonly offset: ValueId }[]
  >();
  const pointerFor = (block: number, base: ValueId, offset: ValueId): ValueId => {
    const list = added.get(block) ?? [];
    added.set(block, list);
    const known = list.find((a) => a.base === base && a.offset === offset);
    if (known !== undefined) return known.id;
    list.push({ id: nextValue, base, offset });
    return nextValue++;
  };
  const decided = (i: Instr): Instr => {
    const offset = i.op.startsWith('icmp.') ? offsetOf(i.args[0]!) : null;
    const limit = definitions[i.args[1] ?? -1];
    if (offset === null || limit?.op !== 'const' || limit.type === 'ptr' || typeof limit.imm !== 'bigint')
      return i;
    const width = widthOf(limit.type);
    const right = BigInt.asUintN(width, limit.imm);
    const sem = must(opRow(i.op).sem, 'comparisons have a meaning');
    const results = new Set(constants.get(offset)!.map((c) => sem(bigintAlgebra, [c, right], width, 0n)));
    const [only] = results;
    return results.size !== 1 || only === undefined ? i : copyInstr(i, { op: 'const', args: [], imm: only });
  };
  const blocks = mapList(f.blocks, (b): Block => {
    const body = mapList(b.body, (i): Instr => {
      const offset = i.op === 'ptradd' ? offsetOf(i.args[1]!) : null;
      if (offset === null) return decided(i);
      const base = i.args[0]!;
      const home = must(blockOf.get(offset), 'a parameter');
      const above = must(blockOf.get(base), 'a base');
      if (!isPacket(base) || above === home || !dominates(above, home)) return i;
      replaced.set(i.result!, pointerFor(home, base, offset));
      return i;
    });
    return body === b.body ? b : withBody(b, body);
  });
  if (replaced.size === 0) return blocks === f.blocks ? input : withBlocks(f, blocks);
  const kept = blocks.map((b) =>
    withBody(
      b,
      b.body.filter((i) => !replaced.has(i.result ?? -1)),
    ),
  );
  const paths = kept.map((b, at): Block => {
    const made: Instr[] = [];
    const end = mapTargets(b.end, (t): Target => {
      const list = added.get(must(index.get(t.block), 'a target')) ?? [];
      const params = f.blocks[index.get(t.block)!]!.params;
      const args = list.map(({ base, offset }) => {
        const constant = definitions[t.args[params.findIndex((p) => p.id === offset)]!]!;
        const imm = Number(BigInt.asUintN(widthOf(constant.type), constant.imm as bigint));
        made.push({ op: 'ptroff', result: nextValue, type: 'ptr', args: [base], imm, pos: b.end.pos });
        return nextValue++;
      });
      return list.length === 0 ? t : withTargetArgs(t, [...t.args, ...args]);
    });
    const more = (added.get(at) ?? []).map(({ id }) => ({ id, type: 'ptr' as const }));
    if (more.length === 0 && end === b.end) return b;
    return copyBlock(b, { params: [...b.params, ...more], body: [...b.body, ...made], end });
  });
  return substitute(withBlocks(f, paths, nextValue), replaced);
}

/** Offsets that the verifier follows. */
const largest = 0xffffn;

/** `p + zext(x + 14)` is `(p + zext x) + 14`, if x is small whatever it is. */
function splitSums(f: Func): Func {
  if (!f.blocks.some((b) => b.body.some((i) => i.op === 'ptradd'))) return f;
  const definitions = definitionsOf(f);
  const isPacket = packetPointers(f);
  const known: (KnownBits | undefined)[] = [];
  for (const at of reversePostorder(cfgOf(f)))
    for (const i of f.blocks[at]!.body)
      if (i.result !== null) known[i.result] = knownBits(i, (v) => known[v] ?? nothingKnown);
  let nextValue = f.nextValue;
  const blocks = mapList(f.blocks, (b): Block => {
    const body = expandList(b.body, (i): Instr | readonly Instr[] => {
      if (i.op !== 'ptradd' || !isPacket(i.args[0]!)) return i;
      const outer = definitions[i.args[1]!];
      const sum = outer?.op === 'zext' ? definitions[outer.args[0]!] : undefined;
      const c = sum?.op === 'add' ? definitions[sum.args[1]!] : undefined;
      if (outer === undefined || sum === undefined || c?.op !== 'const' || typeof c.imm !== 'bigint')
        return i;
      const x = sum.args[0]!;
      if (c.imm <= 0n || maximum(known[x] ?? nothingKnown, 32) + c.imm > largest) return i;
      const wide: Instr = copyInstr(outer, { result: nextValue++, args: [x], pos: i.pos });
      const pointer: Instr = copyInstr(i, { result: nextValue++, args: [i.args[0]!, wide.result!] });
      return [wide, pointer, copyInstr(i, { op: 'ptroff', args: [pointer.result!], imm: Number(c.imm) })];
    });
    return body === b.body ? b : withBody(b, body);
  });
  return blocks === f.blocks ? f : withBlocks(f, blocks, nextValue);
}
