/**
 * Machine code to bytes. Jumps are resolved after layout, over the instructions that are really emitted; functions
 * follow each other, the entry first, and calls between them become relative.
 *
 *     b0: if r1 == 7 goto b2      15 01 01 00 07 00 00 00      slot 0, off = 2 - 0 - 1
 *     b1: r0 = 1                  b7 00 00 00 01 00 00 00
 *     b2: exit                    95 00 00 00 00 00 00 00
 *
 * Invariant: every field of every instruction is range-checked and agrees with its row; every jump goes to an emitted
 * instruction of its own function. What breaks it is a compiler bug and throws.
 */

import { assert, must } from '../base/assert.ts';
import type { Pos } from '../base/source.ts';
import { type IsaName, type IsaRow, isaRow } from './isa.ts';
import type { MCode, MFunc, MInst, PReg, SymRef } from './minst.ts';
import { slotsOf } from './operands.ts';

export type Endian = 'little' | 'big';

/** A symbol that only a loader can resolve; the slot's own immediate holds 0 (and the symbol's offset in the upper half). */
export interface Reloc {
  readonly slot: number;
  readonly op: IsaName;
  readonly sym: SymRef;
}

export interface AssembledFunc {
  readonly name: string;
  /** First slot and number of slots. */
  readonly start: number;
  readonly slots: number;
}

/** A linked program: slots of eight bytes. */
export interface Assembled {
  readonly bytes: Uint8Array;
  readonly funcs: readonly AssembledFunc[];
  readonly relocs: readonly Reloc[];
  /** Source position of each instruction, by its first slot. */
  readonly lines: readonly { readonly slot: number; readonly pos: Pos }[];
}

/** An instruction at its place: what encoding, listings and assembly text all start from. */
export interface Placed {
  readonly inst: MInst<PReg>;
  readonly func: MFunc<PReg>;
  readonly block: number;
  readonly slot: number;
}

export interface Layout {
  /**
   * `program`: calls among `funcs` become relative. `object`: every function stands alone, and a call or function
   * address is a relocation for the linker, its immediate -1 (call) or 0 (ELF objects).
   */
  readonly linking: 'program' | 'object';
  readonly placed: readonly Placed[];
  readonly funcs: readonly AssembledFunc[];
  readonly slots: number;
  /** Slot of a block's first emitted instruction: its own, or the next block's when it is empty. */
  readonly blockSlot: (func: MFunc<PReg>, block: number) => number;
  readonly funcSlot: (name: string) => number;
}

/** The entry and every function it reaches by calls and function addresses, in order of discovery. */
export function reachableFuncs<R>(code: MCode<R>, entry: string): readonly MFunc<R>[] {
  const byName = new Map(code.funcs.map((f) => [f.name, f]));
  const found = new Set<MFunc<R>>([must(byName.get(entry), `no function ${entry}`)]);
  for (const func of found)
    for (const block of func.blocks)
      for (const inst of block.body)
        if (inst.sym?.kind === 'func')
          found.add(must(byName.get(inst.sym.name), `no function ${inst.sym.name}`));
  return [...found];
}

/** Give every instruction its slot. */
export function layout(funcs: readonly MFunc<PReg>[], linking: Layout['linking'] = 'program'): Layout {
  const placed: Placed[] = [];
  const starts = new Map<MFunc<PReg>, Map<number, number>>();
  const extents: AssembledFunc[] = [];
  let slot = 0;
  for (const func of funcs) {
    const blocks = new Map<number, number>();
    const start = slot;
    for (const block of func.blocks) {
      assert(!blocks.has(block.id), `${func.name}: two blocks b${block.id}`);
      blocks.set(block.id, slot);
      for (const inst of block.body) {
        placed.push({ inst, func, block: block.id, slot });
        slot += slotsOf(inst);
      }
    }
    assert(slot > start, `${func.name} has no instructions`);
    starts.set(func, blocks);
    extents.push({ name: func.name, start, slots: slot - start });
  }
  const byName = new Map(extents.map((f) => [f.name, f]));
  assert(byName.size === extents.length, 'two functions have one name');
  const funcSlot = (name: string): number =>
    must(byName.get(name), `no function ${name} in this program`).start;
  const blockSlot = (func: MFunc<PReg>, block: number): number => {
    const at = must(starts.get(func)?.get(block), `${func.name}: no block b${block}`);
    const extent = must(byName.get(func.name), func.name);
    assert(at < extent.start + extent.slots, `${func.name}: nothing is emitted at or after b${block}`);
    return at;
  };
  return { linking, placed, funcs: extents, slots: slot, blockSlot, funcSlot };
}

/** The fields of one slot; a wide instruction has `high` for the immediate of its second slot. */
interface Fields {
  readonly dst: number;
  readonly src: number;
  readonly off: number;
  readonly imm: bigint;
  readonly high: bigint;
}

function registerField(role: IsaRow['dst'], reg: PReg | null, what: string): number {
  if (typeof role === 'number') {
    assert(reg === null, `${what}: the row has no such register`);
    return role;
  }
  assert(reg !== null && reg >= 0 && reg <= 10 && Number.isInteger(reg), `${what}: not R0–R10 but ${reg}`);
  return reg;
}

function distance(from: number, to: number): bigint {
  return BigInt(to - from - 1);
}

function offsetField(row: IsaRow, at: Placed, places: Layout, what: string): number {
  if (row.off === 'jump') {
    const to = places.blockSlot(at.func, must(at.inst.target, `${what}: no target`));
    const off = to - at.slot - 1;
    assert(off >= -0x8000 && off <= 0x7fff, `${what}: jump over ${off} slots, out of range`);
    return off;
  }
  if (typeof row.off === 'number') {
    assert(at.inst.off === 0, `${what}: the row has no offset, but ${at.inst.off} is given`);
    return row.off;
  }
  const off = at.inst.sym?.kind === 'core' ? at.inst.sym.offset : at.inst.off;
  assert(Number.isInteger(off) && off >= -0x8000 && off <= 0x7fff, `${what}: offset ${off} is out of range`);
  return off;
}

const fits32 = (value: bigint): boolean => BigInt.asIntN(32, value) === value;
const low32 = (value: bigint): bigint => BigInt.asIntN(32, value);

function immediateField(
  row: IsaRow,
  at: Placed,
  places: Layout,
  what: string,
): readonly [low: bigint, high: bigint] {
  const { inst, slot } = at;
  const { imm, sym } = inst;
  if (typeof row.imm === 'number') {
    assert(
      imm === 0n && (sym === null || row.off === 'mem'),
      `${what}: the row has no immediate, but ${imm} is given`,
    );
    return [BigInt(row.imm), 0n];
  }
  if (row.imm === 'jump') {
    const to = places.blockSlot(at.func, must(inst.target, `${what}: no target`));
    return [distance(slot, to), 0n];
  }
  if (row.imm === 'func') {
    assert(sym?.kind === 'func', `${what}: no function`);
    if (places.linking === 'object') return [slotsOf(inst) === 2 ? 0n : -1n, 0n];
    return [distance(slot, places.funcSlot(sym.name)), 0n];
  }
  if (sym !== null && row.off !== 'mem') {
    assert(
      imm === 0n && fits32(BigInt(sym.offset)),
      `${what}: a symbol and an immediate, or a symbol's offset out of range`,
    );
    return sym.kind === 'core' ? [BigInt(sym.offset), 0n] : [0n, BigInt(sym.offset)];
  }
  switch (row.imm) {
    case 's64':
    case 'pair':
      assert(BigInt.asIntN(64, imm) === imm, `${what}: immediate ${imm} is out of range`);
      return [low32(imm), imm >> 32n];
    case 'count':
      assert(imm >= 0n && imm < BigInt(row.width), `${what}: shift by ${imm}`);
      return [imm, 0n];
    case 's32':
    case 'helper':
    case 'btf':
    case 'lo':
    case 'spaces':
      assert(fits32(imm), `${what}: immediate ${imm} is out of range`);
      return [imm, 0n];
    default:
      row.imm satisfies never;
      return [0n, 0n];
  }
}

function fieldsOf(at: Placed, places: Layout): Fields {
  const { inst, func, slot } = at;
  const what = `${func.name}, slot ${slot}, ${inst.op}`;
  assert(inst.op !== 'parcopy', `${what}: a parallel copy is left`);
  assert(inst.frame === null, `${what}: a frame reference is left`);
  const row = isaRow(inst.op);
  const [imm, high] = immediateField(row, at, places, what);
  return {
    dst: registerField(row.dst, inst.dst, `${what}: dst`),
    src: registerField(row.src, inst.src, `${what}: src`),
    off: offsetField(row, at, places, what),
    imm,
    high,
  };
}

/** `funcs[0]` is the entry. */
export function assemble(
  funcs: readonly MFunc<PReg>[],
  endian: Endian,
  linking: Layout['linking'] = 'program',
): Assembled {
  const places = layout(funcs, linking);
  const bytes = new Uint8Array(places.slots * 8);
  const view = new DataView(bytes.buffer);
  const little = endian === 'little';
  const relocs: Reloc[] = [];
  for (const at of places.placed) {
    const { inst, slot } = at;
    const { dst, src, off, imm, high } = fieldsOf(at, places);
    assert(inst.op !== 'parcopy', 'a parallel copy is left');
    const start = slot * 8;
    bytes[start] = isaRow(inst.op).opcode;
    bytes[start + 1] = little ? (src << 4) | dst : (dst << 4) | src;
    view.setInt16(start + 2, off, little);
    view.setInt32(start + 4, Number(imm), little);
    if (slotsOf(inst) === 2) view.setInt32(start + 12, Number(high), little);
    if (inst.sym !== null && (inst.sym.kind !== 'func' || linking === 'object'))
      relocs.push({ slot, op: inst.op, sym: inst.sym });
  }
  const lines = places.placed.map(({ slot, inst }) => ({ slot, pos: inst.pos }));
  return { bytes, funcs: places.funcs, relocs, lines };
}

/** One program with the functions it calls. */
export function assembleProgram(code: MCode<PReg>, entry: string, endian: Endian): Assembled {
  return assemble(reachableFuncs(code, entry), endian);
}
