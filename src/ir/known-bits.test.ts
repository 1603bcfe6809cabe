import { expect, test } from 'vitest';
import { bigintAlgebra } from '../base/bigint-algebra.ts';
import { noPos } from '../base/source.ts';
import { type Instr, widthOf } from './ir.ts';
import { type KnownBits, knownBits } from './known-bits.ts';
import { type OpName, opRow, ops } from './ops.ts';
import { randomOf } from './random.ts';

const r = randomOf(42);

/** A value and partial knowledge of it; often narrow or constant, as programs are. */
function sample(w: number): { value: bigint; bits: KnownBits } {
  const value = r.chance(50) ? r.bits(w) : r.bits(1 + r.below(w));
  const mask = r.chance(25)
    ? BigInt.asUintN(w, -1n)
    : r.chance(50)
      ? BigInt.asUintN(w, -1n << BigInt(r.below(w)))
      : r.bits(w);
  return { value, bits: { zeros: ~value & mask & BigInt.asUintN(w, -1n), ones: value & mask } };
}

test('every bit that is known is as known, for every op that computes', () => {
  for (const name of Object.keys(ops)) {
    const op = (Object.keys(ops) as OpName[]).find((n) => n === name)!;
    const row = opRow(op);
    if (row.sem === undefined || op === 'const' || row.args === 'rest') continue;
    for (let n = 0; n < 400; n++) {
      const type =
        row.result === 'i64' ? 'i64' : row.result === 'i32' ? 'i32' : r.pick(['i32', 'i64'] as const);
      const argType = row.args[0] === 'i32' || row.args[0] === 'i64' ? row.args[0] : type;
      const args = row.args.map(() => sample(widthOf(argType)));
      const i: Instr = { op, result: 9, type, args: args.map((_, at) => at), imm: null, pos: noPos };
      const value = row.sem(
        bigintAlgebra,
        args.map((a) => a.value),
        widthOf(argType),
        0n,
      );
      const known = knownBits(i, (v) => args[v]!.bits);
      const context = `${op} ${type} ${args.map((a) => a.value).join()}`;
      expect(value & known.zeros, context).toBe(0n);
      expect(value & known.ones, context).toBe(known.ones);
      expect(BigInt.asUintN(widthOf(type), known.zeros | known.ones), context).toBe(known.zeros | known.ones);
    }
  }
});
