/**
 * Operations that change only bits which nothing reads are left out.
 *
 *     v2: i32 = and v1, 0xffff
 *     v3: i32 = xor v2, 0xffff      ⇒      v3: i32 = xor v1, 0xffff
 *     store.16 v0 + 0, v3                  store.16 v0 + 0, v3
 *
 * Invariant (verifier): addresses, comparisons and arguments of helpers read every bit, so the masks that bound them stay.
 */

import { withBlocks, withBody } from '../src/ir/copy.ts';
import { demandedBits } from '../src/ir/demanded-bits.ts';
import { type Func, type Instr, type ValueId, widthOf } from '../src/ir/ir.ts';
import { definitionsOf, mapFuncs, substitute } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const demandedBitsPass: Pass<'ssa', 'ssa'> = {
  name: 'demanded-bits',
  doc: 'leave out operations on bits that nothing reads',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, leaveOut),
};

const candidates: ReadonlySet<string> = new Set(['and', 'or', 'xor', 'sext8', 'sext16']);

/** Bits that the operation may change in its first argument; null: any. */
function changedBits(i: Instr, definitions: readonly (Instr | undefined)[]): bigint | null {
  if (i.op === 'sext8') return ~0xffn;
  if (i.op === 'sext16') return ~0xffffn;
  const right = definitions[i.args[1]!];
  if (right?.op !== 'const' || typeof right.imm !== 'bigint') return null;
  return i.op === 'and' ? ~right.imm : right.imm;
}

function leaveOut(f: Func): Func {
  if (!f.blocks.some((b) => b.body.some((i) => candidates.has(i.op)))) return f;
  const definitions = definitionsOf(f);
  const masks = demandedBits(f);
  const replaced = new Map<ValueId, ValueId>();
  for (const b of f.blocks) {
    for (const i of b.body) {
      if (i.result === null || !candidates.has(i.op)) continue;
      const changed = changedBits(i, definitions);
      if (changed === null || (BigInt.asUintN(widthOf(i.type), changed) & masks[i.result]!) !== 0n) continue;
      replaced.set(i.result, i.args[0]!);
    }
  }
  if (replaced.size === 0) return f;
  const blocks = f.blocks.map((b) =>
    withBody(
      b,
      b.body.filter((i) => i.result === null || !replaced.has(i.result)),
    ),
  );
  return substitute(withBlocks(f, blocks), replaced);
}
