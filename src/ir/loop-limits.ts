/**
 * The values by which loops end: the verifier walks every round that it cannot exclude, so what bounds them must stay
 * where it can see it.
 *
 *     b1(v1): v2 = and v0, 3; v3 = icmp.ult v1, v2; branch v3, b2, b3     →   v1, v2
 *
 * Invariant: a value is among them if a comparison that leaves a loop reads it, or its extension or low part.
 */

import { dominators } from '../base/graph.ts';
import { naturalLoops } from '../base/loops.ts';
import { memo } from '../base/memo.ts';
import type { Func, ValueId } from './ir.ts';
import { blockIndex, cfgOf, definitionsOf, targetsOf } from './walk.ts';

export const loopLimits = memo((f: Func): ReadonlySet<ValueId> => {
  const graph = cfgOf(f);
  const { loops } = naturalLoops(graph, dominators(graph));
  const limits = new Set<ValueId>();
  if (loops.length === 0) return limits;
  const definitions = definitionsOf(f);
  const index = blockIndex(f);
  for (const loop of loops) {
    const inside = new Set(loop.body);
    for (const node of loop.body) {
      const end = f.blocks[node]?.end;
      if (end?.kind !== 'branch') continue;
      if (targetsOf(end).every(({ block }) => inside.has(index.get(block) ?? -1))) continue;
      const condition = definitions[end.cond];
      for (const v of condition?.args ?? []) limits.add(v);
    }
  }
  for (const v of limits) {
    const d = definitions[v];
    if (d?.op === 'zext' || d?.op === 'sext' || d?.op === 'trunc') for (const x of d.args) limits.add(x);
  }
  return limits;
});
