/**
 * Bytes to machine code, with blocks at jump targets and functions at call targets.
 *
 *     15 01 01 00 07 00 00 00     b0: if r1 == 7 goto b2
 *     b7 00 00 00 01 00 00 00     b1: r0 = 1
 *     95 00 00 00 00 00 00 00     b2: exit
 *
 * Total: bytes that are no program become diagnostics, with the slot, and nothing throws. What decodes is what
 * `assemble` turns into the same bytes: reserved fields that are not zero are errors.
 */

import type { Diagnostics } from '../base/diagnostic.ts';
import { noPos, type Pos } from '../base/source.ts';
import { inst as build } from './build.ts';
import type { Endian } from './encode.ts';
import { type IsaName, type IsaRow, isaNames, isaRow } from './isa.ts';
import type { MCode, PReg } from './minst.ts';
import { type FlatInst, misplaced, splitFuncs } from './split.ts';

/** Rows by opcode; several where a fixed field tells them apart. */
const byOpcode = new Map<number, IsaName[]>();
for (const name of isaNames) {
  const { opcode } = isaRow(name);
  const rows = byOpcode.get(opcode);
  if (rows === undefined) byOpcode.set(opcode, [name]);
  else rows.push(name);
}

interface Slot {
  readonly opcode: number;
  readonly dst: number;
  readonly src: number;
  readonly off: number;
  readonly imm: number;
}

function readSlot(view: DataView, slot: number, little: boolean): Slot {
  const at = slot * 8;
  const regs = view.getUint8(at + 1);
  const [low, high] = [regs & 15, regs >> 4];
  return {
    opcode: view.getUint8(at),
    dst: little ? low : high,
    src: little ? high : low,
    off: view.getInt16(at + 2, little),
    imm: view.getInt32(at + 4, little),
  };
}

/** Why the fields are not this row's; null when they are. */
function mismatch(row: IsaRow, s: Slot): string | null {
  for (const field of ['dst', 'src'] as const) {
    const role = row[field];
    if (typeof role === 'number' ? s[field] !== role : s[field] > 10) return `${field} field is ${s[field]}`;
  }
  if (typeof row.off === 'number' && s.off !== row.off) return `off field is ${s.off}`;
  if (typeof row.imm === 'number' && s.imm !== row.imm) return `imm field is ${s.imm}`;
  if (row.imm === 'count' && (s.imm < 0 || s.imm >= row.width)) return `shift count is ${s.imm}`;
  return null;
}

/** The row, or why there is none. */
function findRow(s: Slot): IsaName | { readonly why: string } {
  const rows = byOpcode.get(s.opcode) ?? [];
  let why = `unknown opcode 0x${s.opcode.toString(16).padStart(2, '0')}`;
  for (const name of rows) {
    const wrong = mismatch(isaRow(name), s);
    if (wrong === null) return name;
    why =
      rows.length === 1
        ? `${name}: ${wrong}`
        : `opcode 0x${s.opcode.toString(16)}: no instruction has these fields`;
  }
  return { why };
}

const registers = (list: readonly number[]): readonly PReg[] => list as readonly PReg[];

function operands(name: IsaName, s: Slot, slot: number, high: number, pos: Pos): FlatInst {
  const row = isaRow(name);
  const dst = typeof row.dst === 'number' ? null : (s.dst as PReg);
  const src = typeof row.src === 'number' ? null : (s.src as PReg);
  const off = row.off === 'mem' || row.off === 'index' ? s.off : 0;
  const after = slot + 1;
  const jump = row.off === 'jump' ? after + s.off : row.imm === 'jump' ? after + s.imm : null;
  const func = row.imm === 'func' ? after + s.imm : null;
  const wide = row.imm === 's64' || row.imm === 'pair';
  const plain = typeof row.imm !== 'number' && jump === null && func === null;
  const hasImm = plain || row.imm === 's32';
  const imm = wide ? (BigInt(high) << 32n) | BigInt(s.imm >>> 0) : hasImm ? BigInt(s.imm) : 0n;
  const fields = { dst, src, off, imm, uses: registers(row.fixedUses), defs: registers(row.fixedDefs) };
  return { inst: build<PReg>(name, fields, pos), slot, jump, func };
}

/** Every instruction in order; null after an error. */
function decodeSlots(
  bytes: Uint8Array,
  endian: Endian,
  report: (slot: number, what: string) => void,
  lines: LineOf,
) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor(bytes.length / 8);
  const list: FlatInst[] = [];
  for (let slot = 0; slot < count; slot++) {
    const s = readSlot(view, slot, endian === 'little');
    const name = findRow(s);
    if (typeof name === 'object') {
      report(slot, name.why);
      continue;
    }
    const row = isaRow(name);
    if (row.kind !== 'wide') {
      list.push(operands(name, s, slot, 0, lines(slot)));
      continue;
    }
    const first = slot++;
    const second = slot < count ? readSlot(view, slot, endian === 'little') : null;
    if (second === null || second.opcode !== 0 || second.dst !== 0 || second.src !== 0 || second.off !== 0)
      report(first, 'the second half of a 64-bit load is missing');
    else if (second.imm !== 0 && row.imm !== 's64' && row.imm !== 'pair')
      report(slot, `${name}: imm field is ${second.imm}`);
    else list.push(operands(name, s, first, second.imm, lines(first)));
  }
  return list;
}

export type LineOf = (slot: number) => Pos;

export interface DecodeOptions {
  readonly endian: Endian;
  /** Names of functions by first slot; the entry is `main`, others `func_SLOT` where there is none. */
  readonly names?: ReadonlyMap<number, string>;
  /** Source positions by slot. */
  readonly lines?: LineOf;
}

/** The functions of linked bytecode; null when there were errors. */
export function decode(
  bytes: Uint8Array,
  options: DecodeOptions,
  diagnostics: Diagnostics,
): MCode<PReg> | null {
  const before = diagnostics.list.length;
  const report = (slot: number, what: string): void =>
    diagnostics.report('bad-bytecode', null, { slot, what });
  if (bytes.length % 8 !== 0) report(Math.floor(bytes.length / 8), 'the length is not a multiple of 8 bytes');
  if (bytes.length === 0) report(0, 'there are no instructions');
  const all = decodeSlots(bytes, options.endian, report, options.lines ?? (() => noPos));
  if (diagnostics.list.length > before) return null;

  const entries = [...new Set([0, ...(options.names?.keys() ?? []), ...all.flatMap((d) => d.func ?? [])])];
  const name = (slot: number): string => options.names?.get(slot) ?? (slot === 0 ? 'main' : `func_${slot}`);
  const starts = new Map(entries.sort((a, b) => a - b).map((slot) => [slot, name(slot)]));
  for (const { slot, what } of misplaced(all, starts)) report(slot, what);
  return diagnostics.list.length > before ? null : splitFuncs(all, starts);
}
