/**
 * Computes the offset of an access anew where its index was checked only after the offset had been computed.
 *
 *     v2: i64 = shl v1, 3                              v2: i64 = shl v1, 3
 *     … v2 …                                           … v2 …
 *     v3: i32 = icmp.ult v1, 5                         v3: i32 = icmp.ult v1, 5
 *     branch v3, b1, b2                          ⇒     branch v3, b1, b2
 *     b1: v4: ptr = ptradd v0, v2                      b1: v5: i64 = shl v1, 3; v4: ptr = ptradd v0, v5
 *
 * Value numbering gives two computations of one value to the first, and the verifier, which knows the bounds of the
 * checked register alone, then refuses the access. Invariant: every offset that a check bounds is computed behind it.
 */

import { copyInstr, withArgs, withBlocks, withBody } from '../src/ir/copy.ts';
import { must } from '../src/base/assert.ts';
import { dominators } from '../src/base/graph.ts';
import type { Block, Func, Instr, ValueId } from '../src/ir/ir.ts';
import type { OpName } from '../src/ir/ops.ts';
import { blockIndex, cfgOf, definitionsOf, mapFuncs, mapList } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const boundOffsets: Pass<'ssa', 'ssa'> = {
  name: 'bound-offsets',
  doc: 'compute offsets anew behind the check of their index',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, pass),
};

/** Operations through which the verifier carries the bounds of their operands. */
const carrying: ReadonlySet<OpName> = new Set<OpName>([
  'shl',
  'mul',
  'add',
  'sub',
  'zext',
  'sext',
  'trunc',
  'or',
  'xor',
]);

/** Comparisons that bound their first operand from above, by the side on which they do. */
const upper: Partial<Record<OpName, 'then' | 'else'>> = {
  'icmp.ult': 'then',
  'icmp.ule': 'then',
  'icmp.ugt': 'else',
  'icmp.uge': 'else',
};

interface Check {
  readonly block: number;
  /** Block that is entered only where it gives an upper bound; -1: it gives none, or only together with others. */
  readonly bounded: number;
}

/** The order comparisons that branches make of each value. */
function checksOf(
  f: Func,
  definitions: readonly (Instr | undefined)[],
): ReadonlyMap<ValueId, readonly Check[]> {
  const index = blockIndex(f);
  const { predecessors } = cfgOf(f);
  const checks = new Map<ValueId, Check[]>();
  f.blocks.forEach((b, block) => {
    const comparison = b.end.kind === 'branch' ? definitions[b.end.cond] : undefined;
    if (b.end.kind !== 'branch' || comparison === undefined) return;
    if (!/^icmp\.[us][lg][te]$/.test(comparison.op)) return;
    const side = upper[comparison.op];
    const into = side === undefined ? -1 : (index.get(b.end[side].block) ?? -1);
    const bounded = into >= 0 && predecessors[into]?.length === 1 ? into : -1;
    comparison.args.forEach((v, k) => {
      if (definitions[v]?.op === 'const') return;
      checks.set(v, [...(checks.get(v) ?? []), { block, bounded: k === 0 ? bounded : -1 }]);
    });
  });
  return checks;
}

function pass(f: Func): Func {
  if (!f.blocks.some((b) => b.body.some((i) => i.op === 'ptradd'))) return f;
  const definitions = definitionsOf(f);
  const checks = checksOf(f, definitions);
  if (checks.size === 0) return f;
  const dominance = dominators(cfgOf(f));
  const home = new Map<ValueId, number>();
  f.blocks.forEach((b, at) => {
    for (const i of b.body) if (i.result !== null) home.set(i.result, at);
  });

  /** Is `v` checked on every way from the definition of `user` to the block, and not bounded before? */
  const checkedBetween = (v: ValueId, user: ValueId, block: number): boolean => {
    const made = must(home.get(user), 'a definition');
    const known = checks.get(v) ?? [];
    return (
      known.some(
        (c) => c.block !== block && dominance.dominates(c.block, block) && dominance.dominates(made, c.block),
      ) && !known.some((c) => c.bounded >= 0 && dominance.dominates(c.bounded, made))
    );
  };
  /** Does `v` depend on a number that was checked only after `v` had been computed? */
  const isStale = (v: ValueId, block: number): boolean => {
    const d = definitions[v];
    if (d === undefined || !carrying.has(d.op)) return false;
    if ((checks.get(v) ?? []).some((c) => c.block !== block && dominance.dominates(c.block, block)))
      return false;
    return d.args.some((a) => checkedBetween(a, v, block) || isStale(a, block));
  };

  let next = f.nextValue;
  const bound = (b: Block, block: number): Block => {
    const body: Instr[] = [];
    const anew = new Map<ValueId, ValueId>();
    const fresh = (v: ValueId): ValueId => {
      const known = anew.get(v);
      if (known !== undefined) return known;
      const d = definitions[v];
      if (d === undefined || !isStale(v, block)) return v;
      const args = d.args.map(fresh);
      const result = next++;
      body.push(copyInstr(d, { args, result }));
      anew.set(v, result);
      return result;
    };
    for (const i of b.body) {
      const offset = i.op === 'ptradd' ? fresh(i.args[1]!) : null;
      body.push(offset === null || offset === i.args[1] ? i : withArgs(i, [i.args[0]!, offset]));
    }
    return anew.size === 0 ? b : withBody(b, body);
  };
  const blocks = mapList(f.blocks, bound);
  return blocks === f.blocks ? f : withBlocks(f, blocks, next);
}
