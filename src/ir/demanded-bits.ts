/**
 * Which bits of a value anything depends on.
 *
 *     v2: i32 = and v1, 0xffff        bits 0–15 of v1
 *     v3: i32 = xor v2, 0xffff        bits 0–15 of v2: the store reads no others
 *     store.16 v0 + 0, v3
 *
 * Backwards from what has effects, to a fixed point over block parameters. Invariant: changing a bit that is not in a
 * value's mask changes nothing that the function does.
 */

import { type Func, type Instr, type ValueId, widthOf } from './ir.ts';
import { opRow } from './ops.ts';
import { definitionsOf, incomingValues, typesOf } from './walk.ts';

const ones = (bits: number): bigint => (1n << BigInt(bits)) - 1n;

/** Bits from 0 up to the highest in the mask: a sum's bit depends on all below it. */
function upTo(mask: bigint): bigint {
  return mask === 0n ? 0n : ones(mask.toString(2).length);
}

function swapped(mask: bigint, bytes: number): bigint {
  let result = 0n;
  for (let k = 0; k < bytes; k++) result = (result << 8n) | ((mask >> BigInt(8 * k)) & 0xffn);
  return result;
}

/** Bits that an instruction with `out` demanded of its result demands of argument `at`. */
export function demandedOf(
  i: Instr,
  at: number,
  out: bigint,
  constant: (v: ValueId) => bigint | null,
  width: number,
): bigint {
  const all = ones(width);
  const other = i.args.length === 2 ? constant(i.args[1 - at]!) : null;
  const count = at === 0 && other !== null && other < BigInt(widthOf(i.type)) ? other : null;
  switch (i.op) {
    case 'and':
      return other === null ? out : out & other;
    case 'or':
      return other === null ? out : out & ~other & all;
    case 'xor':
      return out;
    case 'add':
    case 'sub':
    case 'mul':
    case 'neg':
      return upTo(out);
    case 'shl':
      return count === null ? all : out >> count;
    case 'lshr':
      return count === null ? all : (out << count) & all;
    case 'trunc':
    case 'zext':
      return out & ones(32) & all;
    case 'sext':
      return (out & ones(32)) | (out >> 31n === 0n ? 0n : 1n << 31n);
    case 'sext8':
      return (out & 0xffn) | (out >> 7n === 0n ? 0n : 1n << 7n);
    case 'sext16':
      return (out & 0xffffn) | (out >> 15n === 0n ? 0n : 1n << 15n);
    case 'bswap16':
      return swapped(out & 0xffffn, 2);
    case 'bswap32':
      return swapped(out & 0xffff_ffffn, 4);
    case 'bswap64':
      return swapped(out, 8);
    case 'store.8':
    case 'store.16':
    case 'store.32':
      return at === 1 ? ones(opRow(i.op).access ?? width) & all : all;
    default:
      return all;
  }
}

/** The masks, by value. */
export function demandedBits(f: Func): readonly bigint[] {
  const definitions = definitionsOf(f);
  const types = typesOf(f);
  const incoming = incomingValues(f);
  const masks: bigint[] = new Array<bigint>(f.nextValue).fill(0n);
  const work: ValueId[] = [];
  const width = (v: ValueId): number => widthOf(types[v] ?? 'i64');
  const constant = (v: ValueId): bigint | null => {
    const d = definitions[v];
    return d?.op === 'const' && typeof d.imm === 'bigint' ? BigInt.asUintN(widthOf(d.type), d.imm) : null;
  };
  const demand = (v: ValueId, mask: bigint): void => {
    const wider = masks[v]! | mask;
    if (wider === masks[v]) return;
    masks[v] = wider;
    work.push(v);
  };
  const through = (i: Instr, out: bigint): void => {
    i.args.forEach((v, at) => {
      demand(v, demandedOf(i, at, out, constant, width(v)));
    });
  };
  for (const b of f.blocks) {
    for (const i of b.body) if (opRow(i.op).effect !== 'pure') through(i, 0n);
    const read = b.end.kind === 'branch' ? b.end.cond : b.end.kind === 'return' ? b.end.value : null;
    if (read !== null) demand(read, ones(width(read)));
  }
  for (let v = work.pop(); v !== undefined; v = work.pop()) {
    const d = definitions[v];
    if (d !== undefined) through(d, masks[v]!);
    else for (const source of incoming.get(v) ?? []) demand(source, masks[v]!);
  }
  return masks;
}
