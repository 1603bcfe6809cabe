/**
 * The shortest instruction that puts a constant into a register.
 *
 *     7 → r1 = 7      0xffffffff → w1 = -1 (with 32-bit instructions)      1 << 40 → r1 = 1099511627776 ll
 */

import type { Pos } from '../base/source.ts';
import { loadImm64, move } from './build.ts';
import type { MInst } from './minst.ts';

export const fitsS32 = (value: bigint): boolean => BigInt.asIntN(32, value) === value;

export function loadConstant<R extends number>(dst: R, value: bigint, alu32: boolean, pos: Pos): MInst<R> {
  const signed = BigInt.asIntN(64, value);
  if (fitsS32(signed)) return move<R>(dst, signed, pos);
  if (alu32 && signed >= 0n && signed < 1n << 32n) return move<R>(dst, BigInt.asIntN(32, signed), pos, 32);
  return loadImm64(dst, signed, pos);
}
