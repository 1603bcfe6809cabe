/**
 * On the edge where a value equals a constant, the value is passed instead of the constant.
 *
 *     v1: i32 = icmp.eq v0, 5                       v1: i32 = icmp.eq v0, 5
 *     branch v1, b2(v2), b3      (v2 = 5)     ⇒     branch v1, b2(v0), b3
 *
 * The parameter and the value can share a register then, and the edge needs no instruction. Invariant: the types agree;
 * pointers keep their nil.
 */

import { withBlocks, withEnd, withTargetArgs } from '../src/ir/copy.ts';
import type { Func, Instr, Target, Terminator, ValueId } from '../src/ir/ir.ts';
import { definitionsOf, mapFuncs, mapList } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const edgeValues: Pass<'ssa', 'ssa'> = {
  name: 'edge-values',
  doc: 'pass a value rather than the constant that it equals',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, pass),
};

interface Equality {
  readonly value: ValueId;
  readonly constant: bigint;
  readonly side: 'then' | 'else';
}

/** What a branch says of a value: `branch x` is a comparison with 0. */
function equalityOf(cond: ValueId, definitions: readonly (Instr | undefined)[]): Equality | null {
  const d = definitions[cond];
  // A comparison is part of its branch: as a value it would have to be made.
  if (d?.op.startsWith('icmp.') !== true) return { value: cond, constant: 0n, side: 'else' };
  const c = definitions[d.args[1]!];
  if ((d.op !== 'icmp.eq' && d.op !== 'icmp.ne') || c?.op !== 'const' || c.type === 'ptr') return null;
  if (typeof c.imm !== 'bigint') return null;
  return { value: d.args[0]!, constant: c.imm, side: d.op === 'icmp.eq' ? 'then' : 'else' };
}

function pass(f: Func): Func {
  const definitions = definitionsOf(f);
  const typeOf = new Map(f.blocks.flatMap((b) => b.params.map((p) => [p.id, p.type] as const)));
  const blocks = mapList(f.blocks, (b) => {
    if (b.end.kind !== 'branch') return b;
    const equality = equalityOf(b.end.cond, definitions);
    if (equality === null) return b;
    const { value, constant, side } = equality;
    const type = definitions[value]?.type ?? typeOf.get(value);
    const target = b.end[side];
    const args = mapList(target.args, (v) => {
      const d = definitions[v];
      const same = d?.op === 'const' && d.type === type && d.type !== 'ptr' && d.imm === constant;
      return same ? value : v;
    });
    if (args === target.args) return b;
    const changed: Target = withTargetArgs(target, args);
    const end: Terminator = side === 'then' ? { ...b.end, then: changed } : { ...b.end, else: changed };
    return withEnd(b, end);
  });
  return blocks === f.blocks ? f : withBlocks(f, blocks);
}
