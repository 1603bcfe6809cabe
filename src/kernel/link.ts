/**
 * What loading an object and carrying out a plan have in common: how a program's row becomes flags, how descriptors and
 * offsets get into instructions, and how a data section's map gets its first value.
 *
 *     r1 = m ll   →   18 11 00 00 fd 00 00 00  00 …        the map's descriptor
 *     r1 = x ll   →   18 21 00 00 fd 00 00 00  00 … off    the address of a byte of its value
 */

import { must } from '../base/assert.ts';
import type { ProgramRow } from '../bpf/programs.ts';
import { freeze, update } from './map.ts';
import type { System } from './system.ts';

const sleepableFlag = 1 << 4;
const fragsFlag = 1 << 5;

/** prog_flags of BPF_PROG_LOAD. */
export const programFlags = (row: ProgramRow): number =>
  (row.sleepable ? sleepableFlag : 0) | (row.frags ? fragsFlag : 0);

/** Values of the src field: BPF_PSEUDO_MAP_FD, BPF_PSEUDO_MAP_VALUE. */
const pseudo = { map: 1, value: 2 } as const;

/** A wide load gets a map's descriptor; with an offset, the address of that byte of its value. */
export function linkMap(code: Uint8Array, slot: number, fd: number, offset: number | null): void {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const at = slot * 8;
  const registers = must(code[at + 1], `no slot ${slot}`) & 0x0f;
  code[at + 1] = registers | ((offset === null ? pseudo.map : pseudo.value) << 4);
  view.setInt32(at + 4, fd, true);
  view.setInt32(at + 12, offset ?? 0, true);
}

/** The first value of a data section's map; the verifier takes a frozen one's bytes for constants. */
export function fillData(system: System, fd: number, content: Uint8Array, readOnly: boolean): void {
  if (readOnly || content.some((byte) => byte !== 0)) update(system, fd, new Uint8Array(4), content);
  if (readOnly) freeze(system, fd);
}
