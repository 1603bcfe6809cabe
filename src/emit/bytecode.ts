/**
 * Raw bytecode: the instructions of one program as an object file's section holds them before it is linked.
 *
 *     r1 = hits ll      18 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00      and a note that slot 0 waits for map hits
 *
 * Invariant: the same bytes as `llvm-mc` makes of the text assembly.
 */

import type { Machine } from '../../passes/pass.ts';
import type { Diagnostics } from '../base/diagnostic.ts';
import type { SourceFile } from '../base/source.ts';
import { type Assembled, assembleProgram, type Endian } from '../bpf/encode.ts';
import { isaRow } from '../bpf/isa.ts';
import type { PReg } from '../bpf/minst.ts';
import { reachableFuncs } from '../bpf/encode.ts';
import { carriesAll, onlyProgram } from './carry.ts';

/** Linked code with its open references as an object has them: wide loads without a kind, whatever the symbol's. */
export function unlinkedBytes(code: Assembled, endian: Endian): Uint8Array {
  const bytes = code.bytes.slice();
  for (const { slot, op } of code.relocs) {
    if (isaRow(op).kind !== 'wide') continue;
    const at = slot * 8 + 1;
    bytes[at] = (bytes[at] ?? 0) & (endian === 'little' ? 0x0f : 0xf0);
  }
  return bytes;
}

/** Slots that wait for each symbol. */
export function openSlots(code: Assembled): ReadonlyMap<string, readonly number[]> {
  const open = new Map<string, number[]>();
  for (const { slot, sym } of code.relocs) open.set(sym.name, [...(open.get(sym.name) ?? []), slot]);
  return open;
}

export function emitBytecode(
  machine: Machine<PReg>,
  endian: Endian,
  files: readonly SourceFile[],
  diagnostics: Diagnostics,
): Uint8Array {
  const empty = new Uint8Array();
  const entry = onlyProgram(machine, diagnostics);
  if (entry === null || !carriesAll(reachableFuncs(machine, entry), files, diagnostics)) return empty;
  const code = assembleProgram(machine, entry, endian);
  for (const [map, slots] of openSlots(code))
    diagnostics.report('unresolved-map', null, { map, slots: slots.join(', ') });
  return unlinkedBytes(code, endian);
}
