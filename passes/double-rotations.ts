/**
 * Where a block rotates 32-bit values often, a rotation is a shift of the value doubled into 64 bits by a multiplication.
 *
 *     v2: i32 = shl v1, 14                v2: i64 = zext v1
 *     v3: i32 = lshr v1, 18        ⇒      v3: i64 = mul v2, 0x100000001       (the constant is shared)
 *     v4: i32 = or v2, v3                 v5: i64 = lshr v3, 18
 *                                         v4: i32 = trunc v5
 *
 * A rotation takes three instructions that way instead of five, and the constant two. A multiplication takes longer than
 * two shifts, so it is for size. Invariant: three rotations in a block or none; the rule is proved with the others.
 */

import { withArgs, withBlocks, withBody } from '../src/ir/copy.ts';
import type { Block, Func, Instr, ValueId } from '../src/ir/ir.ts';
import { definitionsOf, mapFuncs, mapList, typesOf, useCounts } from '../src/ir/walk.ts';
import type { Pass, PassContext } from './pass.ts';
import { buildSide, type Match, matchRule, type Values } from './rules/match.ts';
import { rotationRule } from './rules/ssa.ts';

export const doubleRotations: Pass<'ssa', 'ssa'> = {
  name: 'double-rotations',
  doc: 'rotate by multiplying where a block rotates often',
  from: 'ssa',
  to: 'ssa',
  run: (module, { onRule }) => mapFuncs(module, (f) => rewrite(f, onRule ?? null)),
};

/** Fewer save less than the constant takes. */
const enough = 3;

function rewrite(f: Func, onRule: PassContext['onRule']): Func {
  if (!f.blocks.some((b) => b.body.some((i) => i.op === 'or'))) return f;
  let nextValue = f.nextValue;
  const values: Values & { readonly fresh: () => ValueId } = {
    definitions: definitionsOf(f),
    types: typesOf(f),
    uses: useCounts(f),
    bits: [],
    fresh: () => nextValue++,
  };
  const blocks = mapList(f.blocks, (b): Block => {
    const found = rotationsOf(b, values);
    if (found.size < enough) return b;
    let factor: ValueId | null = null;
    const body = b.body.flatMap((i): readonly Instr[] => {
      const match = found.get(i);
      if (match === undefined) return [i];
      const made: Instr[] = [];
      const root = buildSide(values, rotationRule.rhs, i, match, made);
      if (root === null || typeof root === 'number') return [i];
      onRule?.(rotationRule.name);
      const multiply = made.find((n) => n.op === 'mul');
      const constant = multiply?.args[1] ?? null;
      if (factor === null) factor = constant;
      const shared = made
        .filter((n) => n.result !== constant || n.result === factor)
        .map((n) => (n === multiply ? withArgs(n, [n.args[0]!, factor!]) : n));
      return [...shared, root];
    });
    return withBody(b, body);
  });
  return blocks === f.blocks ? f : withBlocks(f, blocks, nextValue);
}

/** The rotations of a block whose parts nothing else reads. */
function rotationsOf(b: Block, values: Values): ReadonlyMap<Instr, Match> {
  const found = new Map<Instr, Match>();
  for (const i of b.body) {
    const match = i.op === 'or' ? matchRule(values, rotationRule, i) : null;
    if (match?.freed === 2) found.set(i, match);
  }
  return found;
}
