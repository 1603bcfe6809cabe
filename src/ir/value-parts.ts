/**
 * Bits of a value that shifts, masks and conversions pick out, and the other way.
 *
 *     trunc(lshr(x, 8)) stored as a byte        8 bits of x from bit 8 on
 *     joinParts({ root: x, shift: 32 }, 2, …)   trunc(lshr(x, 32)), for a store of two bytes
 */

import type { Pos } from '../base/source.ts';
import { type Instr, type IrType, type ValueId, widthOf } from './ir.ts';
import { opRow } from './ops.ts';

export interface ValuePart {
  readonly root: ValueId;
  readonly type: IrType;
  /** First bit, and how many. */
  readonly shift: number;
  readonly bits: number;
}

/** All the bits that a wide store writes; `swapped`: the highest byte comes first where the lowest would. */
export interface Whole extends ValuePart {
  readonly swapped: boolean;
}

const ones = (n: number): bigint => (1n << BigInt(n)) - 1n;

/** What the low `bits` of `v` are; null for a load of as many, and for constants. */
export function partOf(
  v: ValueId,
  bits: number,
  definitions: readonly (Instr | undefined)[],
  typeOf: (v: ValueId) => IrType | undefined,
): ValuePart | null {
  let at = v;
  let shift = 0;
  const constant = (w: ValueId | undefined): bigint | null => {
    const d = w === undefined ? undefined : definitions[w];
    return d?.op === 'const' && typeof d.imm === 'bigint' ? d.imm : null;
  };
  for (;;) {
    const d = definitions[at];
    const c = constant(d?.args[1]);
    if ((d?.op === 'trunc' || d?.op === 'zext') && shift + bits <= 32) at = d.args[0]!;
    else if (d?.op === 'and' && c !== null && ((c >> BigInt(shift)) & ones(bits)) === ones(bits))
      at = d.args[0]!;
    else if (d?.op === 'lshr' && c !== null && c >= 0n && shift + Number(c) + bits <= widthOf(d.type)) {
      shift += Number(c);
      at = d.args[0]!;
    } else {
      const type = typeOf(at);
      const copied = at === v && d !== undefined && opRow(d.op).access === bits;
      if (type === undefined || type === 'ptr' || copied || d?.op === 'const') return null;
      return { root: at, type, shift, bits };
    }
  }
}

interface Making {
  readonly fresh: () => ValueId;
  readonly pos: Pos;
}

/** Instructions that make a value of `bytes` bytes, i64 for eight, else i32; and the value. */
export function joinParts(
  whole: Whole,
  bytes: 2 | 4 | 8,
  { fresh, pos }: Making,
): { readonly made: readonly Instr[]; readonly value: ValueId } {
  const made: Instr[] = [];
  let at = whole.root;
  let type = whole.type;
  const add = (op: Instr['op'], to: IrType, args: readonly ValueId[], imm: Instr['imm'] = null): void => {
    const result = fresh();
    made.push({ op, result, type: to, args, imm, pos });
    at = result;
    type = to;
  };
  if (whole.shift > 0) {
    const from = at;
    const kind = type;
    add('const', kind, [], BigInt(whole.shift));
    add('lshr', kind, [from, at]);
  }
  if (bytes !== 8 && type === 'i64') add('trunc', 'i32', [at]);
  if (whole.swapped) add(bytes === 8 ? 'bswap64' : bytes === 4 ? 'bswap32' : 'bswap16', type, [at]);
  return { made, value: at };
}
