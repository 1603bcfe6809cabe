/**
 * Type information of a program without an object: one BTF function per function, and the records that say which
 * instructions are whose. The kernel wants it of programs with callbacks; of others it is not made.
 *
 *     entry (ctx), body (i, ctx)   →   FUNC entry(u64) static, FUNC body(u64, u64) static;  (0, id), (12, id)
 */

import type { AssembledFunc, Endian } from '../bpf/encode.ts';
import type { MFunc, PReg } from '../bpf/minst.ts';
import { BtfBuilder } from '../object/btf.ts';
import { ByteWriter } from '../object/bytes.ts';

export interface PlannedBtf {
  /** A whole `.BTF` section in hexadecimal. */
  readonly types: string;
  /** Records (first slot, type) of bpf_func_info, in hexadecimal. */
  readonly funcInfo: string;
}

/** Bytes of a record of bpf_func_info. */
export const funcInfoSize = 8;

/** Takes the address of a function: the verifier asks for its type. */
export function hasCallbacks(funcs: readonly MFunc<PReg>[]): boolean {
  return funcs.some((f) => f.blocks.some((b) => b.body.some((i) => i.op === 'ld_func')));
}

export function functionTypes(
  funcs: readonly MFunc<PReg>[],
  extents: readonly AssembledFunc[],
  endian: Endian,
  toHex: (bytes: Uint8Array) => string,
): PlannedBtf {
  const btf = new BtfBuilder();
  const info = new ByteWriter(endian);
  const u64 = btf.add({ kind: 'int', name: 'uint64', size: 8, encoding: 'unsigned', bits: 64, offset: 0 });
  const starts = new Map(extents.map((f) => [f.name, f.start]));
  for (const func of funcs) {
    const params = Array.from({ length: func.params }, (_, i) => ({ name: `a${i}`, type: u64 }));
    const type = btf.add({ kind: 'func-proto', result: u64, params });
    const name = func.name.replace(/[^A-Za-z0-9_]/g, '_');
    info.u32(starts.get(func.name) ?? 0).u32(btf.add({ kind: 'func', name, type, linkage: 'static' }));
  }
  return { types: toHex(btf.encode(endian)), funcInfo: toHex(info.bytes()) };
}
