/**
 * Random machine code for round-trip tests, deterministic from a seed.
 *
 *     const next = random(7);
 *     randomProgram(next, 20)      functions of physical registers, laid out, that assemble
 *
 * Invariant: what it makes has exactly the fields that rows name, and only jumps that reach.
 */

import { must } from '../base/assert.ts';
import type { Pos } from '../base/source.ts';
import { inst as build } from './build.ts';
import { type IsaName, isaNames, isaRow } from './isa.ts';
import type { FrameRef, MBlock, MCode, MFunc, MInst, SymRef, VReg } from './minst.ts';

/** A number in [0, below). */
export type Random = (below: number) => number;

/** A 32-bit mixing generator (a counter through a finaliser). */
export function random(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x9e3779b9) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return Math.floor((((x ^ (x >>> 15)) >>> 0) / 0x100000000) * below);
  };
}

const pick = <T>(next: Random, list: readonly T[]): T => must(list[next(list.length)], 'empty list');

const interesting = [0n, 1n, -1n, 2n, 7n, 255n, 256n, 0x7fffn, 0x7fffffffn, -0x80000000n] as const;

function number32(next: Random): bigint {
  return next(2) === 0 ? pick(next, interesting) : BigInt.asIntN(32, BigInt(next(0x100000000)));
}

const number64 = (next: Random): bigint => (number32(next) << 32n) | BigInt.asUintN(32, number32(next));

interface Style {
  /** Registers below this one occur. */
  readonly registers: number;
  /** Frame references, symbols, parallel copies, positions and free operand lists, which only `.mir` has. */
  readonly mir: boolean;
  /** Functions that can be called. */
  readonly funcs: readonly string[];
}

function randomImmediate(next: Random, name: IsaName): bigint {
  const row = isaRow(name);
  switch (row.imm) {
    case 's32':
    case 'lo':
      return number32(next);
    case 'count':
      return BigInt(next(row.width));
    case 'helper':
      return BigInt(1 + next(211));
    case 'btf':
      return BigInt(1 + next(100_000));
    case 's64':
    case 'pair':
      return number64(next);
    case 'spaces':
      return BigInt(next(2) << 16) | BigInt(next(2));
    default:
      return 0n;
  }
}

const names = ['hits', 'x.y', 'a b', '"quoted"', '(*T).M', 'F[int]', 's0', 'r1', 'll', 'map'] as const;

const symbolKinds: Readonly<Partial<Record<IsaName, readonly SymRef['kind'][]>>> = {
  ld_map_fd: ['map'],
  ld_map_value: ['mapvalue', 'global', 'string'],
  ld_func: ['func'],
  call_kfunc: ['kfunc'],
  ld_imm64: ['core'],
  add64_imm: ['core'],
  ldx_u32: ['core'],
  st_64: ['core'],
};

function randomSymbol(next: Random, name: IsaName, style: Style): SymRef | null {
  if (name === 'call_func' || name === 'ld_func')
    return { kind: 'func', name: pick(next, style.funcs), offset: 0 };
  const kinds = symbolKinds[name];
  if (kinds === undefined || !style.mir || next(2) === 0) return null;
  return {
    kind: pick(next, kinds),
    name: pick(next, names),
    offset: name === 'ld_map_value' ? next(9) * 4 - 8 : 0,
  };
}

/** An instruction of any row. */
function randomInst(next: Random, blocks: number, style: Style): MInst<VReg> {
  const name = pick(next, isaNames);
  const row = isaRow(name);
  const reg = (): VReg => next(style.registers);
  const value = (): VReg | bigint => (style.mir && next(4) === 0 ? number64(next) : reg());
  const sym = randomSymbol(next, name, style);
  const frame: FrameRef | null =
    style.mir &&
    sym === null &&
    (row.off === 'mem' || (row.kind === 'alu' && row.imm === 's32')) &&
    next(3) === 0
      ? { kind: 'frame', slot: next(4), offset: next(20) - 4 }
      : null;
  const pos: Pos =
    style.mir && next(3) > 0
      ? { file: next(2), line: next(99), col: 1 + next(80) }
      : { file: 0, line: 0, col: 0 };
  const free = style.mir && (row.kind === 'call' || row.kind === 'exit');
  const exchange = row.kind === 'atomic' && row.fixedDefs.length > 0;
  const offsets = row.off === 'mem' ? next(0x10000) - 0x8000 : row.off === 'index' ? next(100) : 0;
  const hasOff = (frame === null && sym === null) || row.off !== 'mem';
  const hasImm = (sym === null || row.off === 'mem') && !(frame !== null && row.off !== 'mem');
  const fields: Partial<MInst<VReg>> = {
    dst: typeof row.dst === 'number' ? null : reg(),
    src: typeof row.src === 'number' ? null : reg(),
    off: hasOff ? offsets : 0,
    imm: hasImm ? randomImmediate(next, name) : 0n,
    frame,
    sym,
    target: row.off === 'jump' || row.imm === 'jump' ? next(blocks) : null,
    uses: free
      ? Array.from({ length: row.kind === 'exit' ? next(2) : next(6) }, value)
      : exchange && style.mir
        ? [reg()]
        : row.fixedUses,
    defs:
      row.kind === 'call' && style.mir
        ? next(2) === 0
          ? []
          : [reg()]
        : exchange && style.mir
          ? [reg()]
          : row.fixedDefs,
  };
  return build<VReg>(name, fields, pos);
}

function randomFunc(next: Random, name: string, size: number, style: Style): MFunc<VReg> {
  const blocks = 1 + next(5);
  const reg = (): VReg => next(style.registers);
  const block = (id: number): MBlock<VReg> => {
    const body = Array.from({ length: 1 + next(size) }, () => randomInst(next, blocks, style));
    if (style.mir && next(3) === 0) {
      const defs = Array.from({ length: next(4) }, reg);
      body.push(build<VReg>('parcopy', { defs, uses: defs.map(reg) }, { file: 0, line: 0, col: 0 }));
    }
    if (id === blocks - 1) body.push(build<VReg>('exit', { uses: [0] }, { file: 0, line: 0, col: 0 }));
    return { id, body };
  };
  return {
    name,
    blocks: Array.from({ length: blocks }, (_, id) => block(id)),
    params: next(6),
    slots: style.mir ? [{ id: 0, size: 16, align: 8, name: pick(next, names) }] : [],
    frameSize: style.mir && next(2) === 0 ? null : 8 * next(10),
    program: style.mir && next(2) === 0 ? pick(next, names) : null,
    nextReg: style.registers,
    nextBlock: blocks,
    pos: { file: 0, line: next(50), col: 0 },
  };
}

/** Functions of up to `size` instructions a block; with `registers` above 11, `.mir` of any shape. */
export function randomProgram(next: Random, size: number, registers = 11): MCode<VReg> {
  const funcs = ['main', 'sub', 'cb'].slice(0, 1 + next(3));
  const style: Style = { registers, mir: registers > 11, funcs };
  return { funcs: funcs.map((name) => randomFunc(next, name, size, style)) };
}
