/**
 * A comparison of a 32-bit value with a constant compares the extended value, where that exists anyway.
 *
 *     v2: i64 = sext v1                         v2: i64 = sext v1
 *     v3: i32 = icmp.slt v1, 0           ⇒      v3: i32 = icmp.slt v2, 0
 *
 * Only where it frees the narrow value: all its uses are the extension and such comparisons below it. Invariant: a sign
 * extension keeps the signed order, a zero extension the unsigned one, both keep equality; values that addresses are
 * made of are left alone, since the verifier learns their bounds from the comparison.
 */

import { copyInstr, withArgs, withBlocks, withBody } from '../src/ir/copy.ts';
import { dominators } from '../src/base/graph.ts';
import { type Block, type Func, type Instr, type ValueId, widthOf } from '../src/ir/ir.ts';
import { cfgOf, definitionsOf, mapFuncs, mapList, removeUnreachable, useCounts } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const wideCompares: Pass<'ssa', 'ssa'> = {
  name: 'wide-compares',
  doc: 'compare the extended value where that exists anyway',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, widen),
};

interface Place {
  readonly instr: Instr;
  readonly block: number;
  readonly at: number;
}

const keeps = (extension: Instr['op'], compare: Instr['op']): boolean =>
  compare === 'icmp.eq' ||
  compare === 'icmp.ne' ||
  compare.startsWith(extension === 'sext' ? 'icmp.s' : 'icmp.u');

function widen(input: Func): Func {
  const f = removeUnreachable(input);
  const definitions = definitionsOf(f);
  const uses = useCounts(f);
  const usesOf = new Map<ValueId, Place[]>();
  f.blocks.forEach((b, block) => {
    b.body.forEach((instr, at) => {
      const isCompare = instr.op.startsWith('icmp.') && definitions[instr.args[1]!]?.op === 'const';
      if (!isCompare && instr.op !== 'sext' && instr.op !== 'zext') return;
      const v = instr.args[0]!;
      usesOf.set(v, [...(usesOf.get(v) ?? []), { instr, block, at }]);
    });
  });
  const extensionOf = new Map<Instr, ValueId>();
  let dominates: ((a: number, b: number) => boolean) | null = null;
  for (const [v, places] of usesOf) {
    const extensions = places.filter(({ instr }) => !instr.op.startsWith('icmp.'));
    const [extension] = extensions;
    const definition = definitions[v];
    if (extension === undefined || extensions.length > 1 || places.length === 1) continue;
    if (places.length !== uses[v] || definition?.type !== 'i32' || !definition.op.startsWith('load.'))
      continue;
    dominates ??= dominators(cfgOf(f)).dominates;
    const fits = places.every(
      (p) =>
        p === extension ||
        (keeps(extension.instr.op, p.instr.op) &&
          (p.block === extension.block ? p.at > extension.at : dominates!(extension.block, p.block))),
    );
    if (!fits || uses[extension.instr.result!] === 0) continue;
    for (const p of places) if (p !== extension) extensionOf.set(p.instr, extension.instr.result!);
  }
  return extensionOf.size === 0 ? f : rewrite(f, definitions, extensionOf);
}

function rewrite(
  f: Func,
  definitions: readonly (Instr | undefined)[],
  extensionOf: ReadonlyMap<Instr, ValueId>,
): Func {
  let nextValue = f.nextValue;
  const blocks = mapList(f.blocks, (b): Block => {
    if (!b.body.some((i) => extensionOf.has(i))) return b;
    const body = b.body.flatMap((i): Instr[] => {
      const wide = extensionOf.get(i);
      const narrow = definitions[i.args[1] ?? -1];
      if (wide === undefined || narrow === undefined || typeof narrow.imm !== 'bigint') return [i];
      const unsigned = definitions[wide]?.op === 'zext';
      const imm = unsigned ? BigInt.asUintN(widthOf('i32'), narrow.imm) : narrow.imm;
      const constant: Instr = copyInstr(narrow, { result: nextValue++, type: 'i64', imm, pos: i.pos });
      return [constant, withArgs(i, [wide, constant.result!])];
    });
    return withBody(b, body);
  });
  return withBlocks(f, blocks, nextValue);
}
