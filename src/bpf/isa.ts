/**
 * The instruction table: one row per eBPF instruction (RFC 9669 through cpu v4, and what the kernel added since).
 * Encoder, decoder, assembly printer and parser, the Cilium listing, operand roles, instruction-set level, clobbers,
 * and the meaning that the VM and the prover use are all columns of the row; adding an instruction is adding a row.
 *
 *     add32_imm: aluImm(0x04, 32, 'wD += imm', 'asm.Add.Imm32($d, $i)', add),
 *       bytes 04 d0 00 00 imm32 · text `w1 += 7` · Go `asm.Add.Imm32(asm.R1, 7)` · dst read and written
 *
 * A field column that is a number is the field's fixed value; rows of one opcode differ in such a field.
 *
 * Words of a text template that stand for operands; everything else is literal:
 *
 *     rD wD rS wS   the dst or src register, 64 or 32 bits wide     rA wA   the register in `uses[0]`, R0 once allocated
 *     rZ wZ         the register in `defs[0]`, R0 once allocated     off     ` + 4` or ` - 4`, or a frame reference
 *     imm           the immediate (or a frame reference)             lo hi   the lower, upper half of a 64-bit immediate
 *     hi16 lo16     the halves of a 32-bit immediate                 target  the block that a jump goes to
 *     index         the off field as a number                        name    a function
 *     disp          the immediate as ` + 4` or ` - 4`, nothing for 0
 *
 * Words of a Go template: $d $s registers, $i immediate, $lo $hi its halves, $o offset, $l quoted label, $n quoted
 * name of a reference, $f name of a helper's constant.
 */

import type { Algebra } from '../base/algebra.ts';
import { must } from '../base/assert.ts';

/** What an instruction does with a register field; a number: the field is no register but has this value. */
export type Role = 'def' | 'use' | 'both' | number;

/**
 * `s32` a signed number; `count` a shift count below the width; `jump` slots to jump; `helper` a helper's number;
 * `func` slots to a function, always symbolic here; `btf` a BTF id; `s64` both halves of a wide instruction; `lo` the lower half of one,
 * the upper being 0; `pair` two numbers, one per half; `spaces` two address spaces.
 */
export type ImmKind = 's32' | 'count' | 'jump' | 'helper' | 'func' | 'btf' | 's64' | 'lo' | 'pair' | 'spaces';

export type Level = 'v1' | 'v2' | 'v3' | 'v4';

/**
 * The value computed. Operands have `w` bits: x is dst, y is src or the immediate, sign-extended. alu: the new dst
 * (32 bits are zero-extended into the register). branch: 1 bit, whether it is taken. atomic: the new value in memory,
 * x being the old one. `big`: the machine is big-endian (le and be only).
 */
export type Sem = <V>(k: Algebra<V>, x: V, y: V, w: number, big: boolean) => V;

export interface IsaRow {
  readonly kind: 'alu' | 'load' | 'store' | 'atomic' | 'jump' | 'branch' | 'call' | 'exit' | 'wide' | 'skb';
  readonly opcode: number;
  readonly dst: Role;
  readonly src: Role;
  /** `mem`: a signed displacement; `jump`: slots to jump; `index`: of a file descriptor array. */
  readonly off: 'mem' | 'jump' | 'index' | number;
  readonly imm: ImmKind | number;
  /** Width of the operation in bits: 32-bit results are zero-extended. */
  readonly width: 32 | 64;
  readonly text: string;
  /** null: cilium/ebpf 0.22 cannot express it. */
  readonly go: string | null;
  readonly level: Level;
  /** First kernel that accepts it; null: none does. */
  readonly since: string | null;
  readonly sem: Sem | null;
  /** Memory access in bits. */
  readonly access: 8 | 16 | 32 | 64 | null;
  /** Of a load: sign-extended. */
  readonly signed: boolean;
  /** Where `uses[i]` and `defs[i]` of the instruction must be: operands that no field names. */
  readonly fixedUses: readonly number[];
  readonly fixedDefs: readonly number[];
  /** Registers that hold nothing afterwards. */
  readonly clobbers: readonly number[];
}

const defaults = {
  dst: 0,
  src: 0,
  off: 0,
  imm: 0,
  width: 64,
  level: 'v1',
  since: '3.18',
  sem: null,
  access: null,
  signed: false,
  fixedUses: [],
  fixedDefs: [],
  clobbers: [],
} as const satisfies Partial<IsaRow>;

type More = Partial<IsaRow>;
type Width = 32 | 64;
type Access = 8 | 16 | 32 | 64;

const v2: More = { level: 'v2', since: '4.14' };
const v3: More = { level: 'v3', since: '5.1' };
const fetching: More = { level: 'v3', since: '5.12' };
const v4: More = { level: 'v4', since: '6.6' };
const ordered: More = { level: 'v4', since: '6.15' };
const argumentRegisters = [1, 2, 3, 4, 5] as const;

const row = (kind: IsaRow['kind'], opcode: number, text: string, go: string | null, more: More): IsaRow => ({
  ...defaults,
  kind,
  opcode,
  text,
  go,
  ...more,
});

const aluReg = (
  opcode: number,
  width: Width,
  text: string,
  go: string | null,
  sem: Sem | null,
  more: More = {},
) => row('alu', opcode, text, go, { dst: 'both', src: 'use', width, sem, ...more });
const aluImm = (opcode: number, width: Width, text: string, go: string, sem: Sem, more: More = {}) =>
  row('alu', opcode, text, go, { dst: 'both', imm: 's32', width, sem, ...more });
const shiftImm = (opcode: number, width: Width, text: string, go: string, sem: Sem) =>
  aluImm(opcode, width, text, go, sem, { imm: 'count' });
const aluOne = (
  opcode: number,
  width: Width,
  imm: number,
  text: string,
  go: string,
  sem: Sem,
  more: More = {},
) => row('alu', opcode, text, go, { dst: 'both', imm, width, sem, ...more });

const load = (opcode: number, access: Access, text: string, go: string, more: More = {}) =>
  row('load', opcode, text, go, { dst: 'def', src: 'use', off: 'mem', access, ...more });
const store = (opcode: number, access: Access, text: string, go: string) =>
  row('store', opcode, text, go, { dst: 'use', src: 'use', off: 'mem', access });
const storeImm = (opcode: number, access: Access, text: string, go: string) =>
  row('store', opcode, text, go, { dst: 'use', off: 'mem', imm: 's32', access });
const atomic = (
  opcode: number,
  width: Width,
  imm: number,
  text: string,
  go: string,
  sem: Sem | null,
  more: More = {},
) =>
  row('atomic', opcode, text, go, {
    dst: 'use',
    src: 'use',
    off: 'mem',
    imm,
    width,
    access: width,
    sem,
    ...more,
  });
const fetch = (opcode: number, width: Width, imm: number, text: string, go: string, sem: Sem) =>
  atomic(opcode, width, imm, text, go, sem, { src: 'both', ...fetching });
const exchange = (opcode: number, width: Width, text: string, go: string) =>
  atomic(opcode, width, 0xf1, text, go, null, { fixedUses: [0], fixedDefs: [0], ...fetching });
const acquire = (opcode: number, access: Access, text: string, go: string) =>
  load(opcode, access, text, go, { imm: 0x100, ...ordered });
const release = (opcode: number, access: Access, text: string, go: string) =>
  row('store', opcode, text, go, { dst: 'use', src: 'use', off: 'mem', imm: 0x110, access, ...ordered });

const branchReg = (opcode: number, width: Width, text: string, go: string, sem: Sem, more: More = {}) =>
  row('branch', opcode, text, go, { dst: 'use', src: 'use', off: 'jump', width, sem, ...more });
const branchImm = (opcode: number, width: Width, text: string, go: string, sem: Sem, more: More = {}) =>
  row('branch', opcode, text, go, { dst: 'use', imm: 's32', off: 'jump', width, sem, ...more });
const call = (opcode: number, text: string, go: string, more: More) =>
  row('call', opcode, text, go, {
    fixedUses: argumentRegisters,
    fixedDefs: [0],
    clobbers: argumentRegisters,
    ...more,
  });
const wide = (src: number, imm: ImmKind, since: string, text: string, go: string) =>
  row('wide', 0x18, text, go, { dst: 'def', src, imm, since });
const skb = (opcode: number, access: Access, text: string, go: string, more: More = {}) =>
  row('skb', opcode, text, go, {
    imm: 's32',
    access,
    fixedUses: [6],
    fixedDefs: [0],
    clobbers: argumentRegisters,
    ...more,
  });

const add: Sem = (k, x, y, w) => k.add(x, y, w);
const sub: Sem = (k, x, y, w) => k.sub(x, y, w);
const mul: Sem = (k, x, y, w) => k.mul(x, y, w);
const div: Sem = (k, x, y, w) => k.udiv(x, y, w);
const sdiv: Sem = (k, x, y, w) => k.sdiv(x, y, w);
const mod: Sem = (k, x, y, w) => k.urem(x, y, w);
const smod: Sem = (k, x, y, w) => k.srem(x, y, w);
const or: Sem = (k, x, y, w) => k.or(x, y, w);
const and: Sem = (k, x, y, w) => k.and(x, y, w);
const xor: Sem = (k, x, y, w) => k.xor(x, y, w);
const lsh: Sem = (k, x, y, w) => k.shl(x, y, w);
const rsh: Sem = (k, x, y, w) => k.lshr(x, y, w);
const arsh: Sem = (k, x, y, w) => k.ashr(x, y, w);
const neg: Sem = (k, x, _y, w) => k.sub(k.constant(0n, w), x, w);
const mov: Sem = (_k, _x, y) => y;
const movsx =
  (from: number): Sem =>
  (k, _x, y, w) =>
    k.sext(k.trunc(y, w, from), from, w);
/** Keeps the low n bits, in the machine's order or with their bytes reversed. */
const ends =
  (n: number, reverse: (big: boolean) => boolean): Sem =>
  (k, x, _y, w, big) => {
    const low = n === w ? x : k.trunc(x, w, n);
    const turned = reverse(big) ? k.bswap(low, n) : low;
    return n === w ? turned : k.zext(turned, n, w);
  };
const le = (n: number) => ends(n, (big) => big);
const be = (n: number) => ends(n, (big) => !big);
const bswap = (n: number) => ends(n, () => true);

const jeq: Sem = (k, x, y, w) => k.eq(x, y, w);
const jne: Sem = (k, x, y, w) => k.not(k.eq(x, y, w));
const jgt: Sem = (k, x, y, w) => k.ult(y, x, w);
const jge: Sem = (k, x, y, w) => k.ule(y, x, w);
const jlt: Sem = (k, x, y, w) => k.ult(x, y, w);
const jle: Sem = (k, x, y, w) => k.ule(x, y, w);
const jsgt: Sem = (k, x, y, w) => k.slt(y, x, w);
const jsge: Sem = (k, x, y, w) => k.sle(y, x, w);
const jslt: Sem = (k, x, y, w) => k.slt(x, y, w);
const jsle: Sem = (k, x, y, w) => k.sle(x, y, w);
const jset: Sem = (k, x, y, w) => k.not(k.eq(k.and(x, y, w), k.constant(0n, w), w));

export const isa = {
  add64_reg: aluReg(0x0f, 64, 'rD += rS', 'asm.Add.Reg($d, $s)', add),
  add64_imm: aluImm(0x07, 64, 'rD += imm', 'asm.Add.Imm($d, $i)', add),
  add32_reg: aluReg(0x0c, 32, 'wD += wS', 'asm.Add.Reg32($d, $s)', add),
  add32_imm: aluImm(0x04, 32, 'wD += imm', 'asm.Add.Imm32($d, $i)', add),
  sub64_reg: aluReg(0x1f, 64, 'rD -= rS', 'asm.Sub.Reg($d, $s)', sub),
  sub64_imm: aluImm(0x17, 64, 'rD -= imm', 'asm.Sub.Imm($d, $i)', sub),
  sub32_reg: aluReg(0x1c, 32, 'wD -= wS', 'asm.Sub.Reg32($d, $s)', sub),
  sub32_imm: aluImm(0x14, 32, 'wD -= imm', 'asm.Sub.Imm32($d, $i)', sub),
  mul64_reg: aluReg(0x2f, 64, 'rD *= rS', 'asm.Mul.Reg($d, $s)', mul),
  mul64_imm: aluImm(0x27, 64, 'rD *= imm', 'asm.Mul.Imm($d, $i)', mul),
  mul32_reg: aluReg(0x2c, 32, 'wD *= wS', 'asm.Mul.Reg32($d, $s)', mul),
  mul32_imm: aluImm(0x24, 32, 'wD *= imm', 'asm.Mul.Imm32($d, $i)', mul),
  div64_reg: aluReg(0x3f, 64, 'rD /= rS', 'asm.Div.Reg($d, $s)', div),
  div64_imm: aluImm(0x37, 64, 'rD /= imm', 'asm.Div.Imm($d, $i)', div),
  div32_reg: aluReg(0x3c, 32, 'wD /= wS', 'asm.Div.Reg32($d, $s)', div),
  div32_imm: aluImm(0x34, 32, 'wD /= imm', 'asm.Div.Imm32($d, $i)', div),
  or64_reg: aluReg(0x4f, 64, 'rD |= rS', 'asm.Or.Reg($d, $s)', or),
  or64_imm: aluImm(0x47, 64, 'rD |= imm', 'asm.Or.Imm($d, $i)', or),
  or32_reg: aluReg(0x4c, 32, 'wD |= wS', 'asm.Or.Reg32($d, $s)', or),
  or32_imm: aluImm(0x44, 32, 'wD |= imm', 'asm.Or.Imm32($d, $i)', or),
  and64_reg: aluReg(0x5f, 64, 'rD &= rS', 'asm.And.Reg($d, $s)', and),
  and64_imm: aluImm(0x57, 64, 'rD &= imm', 'asm.And.Imm($d, $i)', and),
  and32_reg: aluReg(0x5c, 32, 'wD &= wS', 'asm.And.Reg32($d, $s)', and),
  and32_imm: aluImm(0x54, 32, 'wD &= imm', 'asm.And.Imm32($d, $i)', and),
  lsh64_reg: aluReg(0x6f, 64, 'rD <<= rS', 'asm.LSh.Reg($d, $s)', lsh),
  lsh64_imm: shiftImm(0x67, 64, 'rD <<= imm', 'asm.LSh.Imm($d, $i)', lsh),
  lsh32_reg: aluReg(0x6c, 32, 'wD <<= wS', 'asm.LSh.Reg32($d, $s)', lsh),
  lsh32_imm: shiftImm(0x64, 32, 'wD <<= imm', 'asm.LSh.Imm32($d, $i)', lsh),
  rsh64_reg: aluReg(0x7f, 64, 'rD >>= rS', 'asm.RSh.Reg($d, $s)', rsh),
  rsh64_imm: shiftImm(0x77, 64, 'rD >>= imm', 'asm.RSh.Imm($d, $i)', rsh),
  rsh32_reg: aluReg(0x7c, 32, 'wD >>= wS', 'asm.RSh.Reg32($d, $s)', rsh),
  rsh32_imm: shiftImm(0x74, 32, 'wD >>= imm', 'asm.RSh.Imm32($d, $i)', rsh),
  mod64_reg: aluReg(0x9f, 64, 'rD %= rS', 'asm.Mod.Reg($d, $s)', mod),
  mod64_imm: aluImm(0x97, 64, 'rD %= imm', 'asm.Mod.Imm($d, $i)', mod),
  mod32_reg: aluReg(0x9c, 32, 'wD %= wS', 'asm.Mod.Reg32($d, $s)', mod),
  mod32_imm: aluImm(0x94, 32, 'wD %= imm', 'asm.Mod.Imm32($d, $i)', mod),
  xor64_reg: aluReg(0xaf, 64, 'rD ^= rS', 'asm.Xor.Reg($d, $s)', xor),
  xor64_imm: aluImm(0xa7, 64, 'rD ^= imm', 'asm.Xor.Imm($d, $i)', xor),
  xor32_reg: aluReg(0xac, 32, 'wD ^= wS', 'asm.Xor.Reg32($d, $s)', xor),
  xor32_imm: aluImm(0xa4, 32, 'wD ^= imm', 'asm.Xor.Imm32($d, $i)', xor),
  arsh64_reg: aluReg(0xcf, 64, 'rD s>>= rS', 'asm.ArSh.Reg($d, $s)', arsh),
  arsh64_imm: shiftImm(0xc7, 64, 'rD s>>= imm', 'asm.ArSh.Imm($d, $i)', arsh),
  arsh32_reg: aluReg(0xcc, 32, 'wD s>>= wS', 'asm.ArSh.Reg32($d, $s)', arsh),
  arsh32_imm: shiftImm(0xc4, 32, 'wD s>>= imm', 'asm.ArSh.Imm32($d, $i)', arsh),
  mov64_reg: aluReg(0xbf, 64, 'rD = rS', 'asm.Mov.Reg($d, $s)', mov, { dst: 'def' }),
  mov64_imm: aluImm(0xb7, 64, 'rD = imm', 'asm.Mov.Imm($d, $i)', mov, { dst: 'def' }),
  mov32_reg: aluReg(0xbc, 32, 'wD = wS', 'asm.Mov.Reg32($d, $s)', mov, { dst: 'def' }),
  mov32_imm: aluImm(0xb4, 32, 'wD = imm', 'asm.Mov.Imm32($d, $i)', mov, { dst: 'def' }),
  neg64: aluOne(0x87, 64, 0, 'rD = -rD', 'asm.Neg.Imm($d, 0)', neg),
  neg32: aluOne(0x84, 32, 0, 'wD = -wD', 'asm.Neg.Imm32($d, 0)', neg),

  sdiv64_reg: aluReg(0x3f, 64, 'rD s/= rS', 'asm.SDiv.Reg($d, $s)', sdiv, { off: 1, ...v4 }),
  sdiv64_imm: aluImm(0x37, 64, 'rD s/= imm', 'asm.SDiv.Imm($d, $i)', sdiv, { off: 1, ...v4 }),
  sdiv32_reg: aluReg(0x3c, 32, 'wD s/= wS', 'asm.SDiv.Reg32($d, $s)', sdiv, { off: 1, ...v4 }),
  sdiv32_imm: aluImm(0x34, 32, 'wD s/= imm', 'asm.SDiv.Imm32($d, $i)', sdiv, { off: 1, ...v4 }),
  smod64_reg: aluReg(0x9f, 64, 'rD s%= rS', 'asm.SMod.Reg($d, $s)', smod, { off: 1, ...v4 }),
  smod64_imm: aluImm(0x97, 64, 'rD s%= imm', 'asm.SMod.Imm($d, $i)', smod, { off: 1, ...v4 }),
  smod32_reg: aluReg(0x9c, 32, 'wD s%= wS', 'asm.SMod.Reg32($d, $s)', smod, { off: 1, ...v4 }),
  smod32_imm: aluImm(0x94, 32, 'wD s%= imm', 'asm.SMod.Imm32($d, $i)', smod, { off: 1, ...v4 }),
  movsx8_64: aluReg(0xbf, 64, 'rD = (s8)rS', 'asm.MovSX8.Reg($d, $s)', movsx(8), {
    dst: 'def',
    off: 8,
    ...v4,
  }),
  movsx16_64: aluReg(0xbf, 64, 'rD = (s16)rS', 'asm.MovSX16.Reg($d, $s)', movsx(16), {
    dst: 'def',
    off: 16,
    ...v4,
  }),
  movsx32_64: aluReg(0xbf, 64, 'rD = (s32)rS', 'asm.MovSX32.Reg($d, $s)', movsx(32), {
    dst: 'def',
    off: 32,
    ...v4,
  }),
  movsx8_32: aluReg(0xbc, 32, 'wD = (s8)wS', 'asm.MovSX8.Reg32($d, $s)', movsx(8), {
    dst: 'def',
    off: 8,
    ...v4,
  }),
  movsx16_32: aluReg(0xbc, 32, 'wD = (s16)wS', 'asm.MovSX16.Reg32($d, $s)', movsx(16), {
    dst: 'def',
    off: 16,
    ...v4,
  }),

  le16: aluOne(0xd4, 64, 16, 'rD = le16 rD', 'asm.HostTo(asm.LE, $d, asm.Half)', le(16)),
  le32: aluOne(0xd4, 64, 32, 'rD = le32 rD', 'asm.HostTo(asm.LE, $d, asm.Word)', le(32)),
  le64: aluOne(0xd4, 64, 64, 'rD = le64 rD', 'asm.HostTo(asm.LE, $d, asm.DWord)', le(64)),
  be16: aluOne(0xdc, 64, 16, 'rD = be16 rD', 'asm.HostTo(asm.BE, $d, asm.Half)', be(16)),
  be32: aluOne(0xdc, 64, 32, 'rD = be32 rD', 'asm.HostTo(asm.BE, $d, asm.Word)', be(32)),
  be64: aluOne(0xdc, 64, 64, 'rD = be64 rD', 'asm.HostTo(asm.BE, $d, asm.DWord)', be(64)),
  bswap16: aluOne(0xd7, 64, 16, 'rD = bswap16 rD', 'asm.BSwap($d, asm.Half)', bswap(16), v4),
  bswap32: aluOne(0xd7, 64, 32, 'rD = bswap32 rD', 'asm.BSwap($d, asm.Word)', bswap(32), v4),
  bswap64: aluOne(0xd7, 64, 64, 'rD = bswap64 rD', 'asm.BSwap($d, asm.DWord)', bswap(64), v4),
  /** Between address spaces of an arena; the kernel wants both numbers 0 or 1. */
  addr_space_cast: aluReg(0xbf, 64, 'rD = addr_space_cast(rS, hi16, lo16)', null, null, {
    dst: 'def',
    off: 1,
    imm: 'spaces',
    level: 'v4',
    since: '6.9',
  }),

  ldx_u8: load(0x71, 8, 'rD = *(u8 *)(rS off)', 'asm.LoadMem($d, $s, $o, asm.Byte)'),
  ldx_u16: load(0x69, 16, 'rD = *(u16 *)(rS off)', 'asm.LoadMem($d, $s, $o, asm.Half)'),
  ldx_u32: load(0x61, 32, 'rD = *(u32 *)(rS off)', 'asm.LoadMem($d, $s, $o, asm.Word)'),
  ldx_u64: load(0x79, 64, 'rD = *(u64 *)(rS off)', 'asm.LoadMem($d, $s, $o, asm.DWord)'),
  ldx_s8: load(0x91, 8, 'rD = *(s8 *)(rS off)', 'asm.LoadMemSX($d, $s, $o, asm.Byte)', {
    signed: true,
    ...v4,
  }),
  ldx_s16: load(0x89, 16, 'rD = *(s16 *)(rS off)', 'asm.LoadMemSX($d, $s, $o, asm.Half)', {
    signed: true,
    ...v4,
  }),
  ldx_s32: load(0x81, 32, 'rD = *(s32 *)(rS off)', 'asm.LoadMemSX($d, $s, $o, asm.Word)', {
    signed: true,
    ...v4,
  }),
  stx_8: store(0x73, 8, '*(u8 *)(rD off) = rS', 'asm.StoreMem($d, $o, $s, asm.Byte)'),
  stx_16: store(0x6b, 16, '*(u16 *)(rD off) = rS', 'asm.StoreMem($d, $o, $s, asm.Half)'),
  stx_32: store(0x63, 32, '*(u32 *)(rD off) = rS', 'asm.StoreMem($d, $o, $s, asm.Word)'),
  stx_64: store(0x7b, 64, '*(u64 *)(rD off) = rS', 'asm.StoreMem($d, $o, $s, asm.DWord)'),
  st_8: storeImm(0x72, 8, '*(u8 *)(rD off) = imm', 'asm.StoreImm($d, $o, $i, asm.Byte)'),
  st_16: storeImm(0x6a, 16, '*(u16 *)(rD off) = imm', 'asm.StoreImm($d, $o, $i, asm.Half)'),
  st_32: storeImm(0x62, 32, '*(u32 *)(rD off) = imm', 'asm.StoreImm($d, $o, $i, asm.Word)'),
  /** asm.StoreImm refuses DWord in 0.18 to 0.22. */
  st_64: storeImm(
    0x7a,
    64,
    '*(u64 *)(rD off) = imm',
    'asm.Instruction{OpCode: asm.StoreImmOp(asm.DWord), Dst: $d, Offset: $o, Constant: $i}',
  ),

  /** `.Mem` of all atomics but add loses its immediate in 0.19 to 0.22, so these are struct literals. */
  atomic_add_32: atomic(
    0xc3,
    32,
    0x00,
    'lock *(u32 *)(rD off) += wS',
    'asm.AddAtomic.Mem($d, $s, asm.Word, $o)',
    add,
  ),
  atomic_or_32: atomic(
    0xc3,
    32,
    0x40,
    'lock *(u32 *)(rD off) |= wS',
    'asm.Instruction{OpCode: asm.OrAtomic.OpCode(asm.Word), Dst: $d, Src: $s, Offset: $o, Constant: 0x40}',
    or,
    fetching,
  ),
  atomic_and_32: atomic(
    0xc3,
    32,
    0x50,
    'lock *(u32 *)(rD off) &= wS',
    'asm.Instruction{OpCode: asm.AndAtomic.OpCode(asm.Word), Dst: $d, Src: $s, Offset: $o, Constant: 0x50}',
    and,
    fetching,
  ),
  atomic_xor_32: atomic(
    0xc3,
    32,
    0xa0,
    'lock *(u32 *)(rD off) ^= wS',
    'asm.Instruction{OpCode: asm.XorAtomic.OpCode(asm.Word), Dst: $d, Src: $s, Offset: $o, Constant: 0xa0}',
    xor,
    fetching,
  ),
  atomic_fetch_add_32: fetch(
    0xc3,
    32,
    0x01,
    'wS = atomic_fetch_add((u32 *)(rD off), wS)',
    'asm.Instruction{OpCode: asm.FetchAdd.OpCode(asm.Word), Dst: $d, Src: $s, Offset: $o, Constant: 0x1}',
    add,
  ),
  atomic_fetch_or_32: fetch(
    0xc3,
    32,
    0x41,
    'wS = atomic_fetch_or((u32 *)(rD off), wS)',
    'asm.Instruction{OpCode: asm.FetchOr.OpCode(asm.Word), Dst: $d, Src: $s, Offset: $o, Constant: 0x41}',
    or,
  ),
  atomic_fetch_and_32: fetch(
    0xc3,
    32,
    0x51,
    'wS = atomic_fetch_and((u32 *)(rD off), wS)',
    'asm.Instruction{OpCode: asm.FetchAnd.OpCode(asm.Word), Dst: $d, Src: $s, Offset: $o, Constant: 0x51}',
    and,
  ),
  atomic_fetch_xor_32: fetch(
    0xc3,
    32,
    0xa1,
    'wS = atomic_fetch_xor((u32 *)(rD off), wS)',
    'asm.Instruction{OpCode: asm.FetchXor.OpCode(asm.Word), Dst: $d, Src: $s, Offset: $o, Constant: 0xa1}',
    xor,
  ),
  atomic_xchg_32: fetch(
    0xc3,
    32,
    0xe1,
    'wS = xchg32_32(rD off, wS)',
    'asm.Instruction{OpCode: asm.Xchg.OpCode(asm.Word), Dst: $d, Src: $s, Offset: $o, Constant: 0xe1}',
    mov,
  ),
  atomic_cmpxchg_32: exchange(
    0xc3,
    32,
    'wZ = cmpxchg32_32(rD off, wA, wS)',
    'asm.Instruction{OpCode: asm.CmpXchg.OpCode(asm.Word), Dst: $d, Src: $s, Offset: $o, Constant: 0xf1}',
  ),
  atomic_add_64: atomic(
    0xdb,
    64,
    0x00,
    'lock *(u64 *)(rD off) += rS',
    'asm.AddAtomic.Mem($d, $s, asm.DWord, $o)',
    add,
  ),
  atomic_or_64: atomic(
    0xdb,
    64,
    0x40,
    'lock *(u64 *)(rD off) |= rS',
    'asm.Instruction{OpCode: asm.OrAtomic.OpCode(asm.DWord), Dst: $d, Src: $s, Offset: $o, Constant: 0x40}',
    or,
    fetching,
  ),
  atomic_and_64: atomic(
    0xdb,
    64,
    0x50,
    'lock *(u64 *)(rD off) &= rS',
    'asm.Instruction{OpCode: asm.AndAtomic.OpCode(asm.DWord), Dst: $d, Src: $s, Offset: $o, Constant: 0x50}',
    and,
    fetching,
  ),
  atomic_xor_64: atomic(
    0xdb,
    64,
    0xa0,
    'lock *(u64 *)(rD off) ^= rS',
    'asm.Instruction{OpCode: asm.XorAtomic.OpCode(asm.DWord), Dst: $d, Src: $s, Offset: $o, Constant: 0xa0}',
    xor,
    fetching,
  ),
  atomic_fetch_add_64: fetch(
    0xdb,
    64,
    0x01,
    'rS = atomic_fetch_add((u64 *)(rD off), rS)',
    'asm.Instruction{OpCode: asm.FetchAdd.OpCode(asm.DWord), Dst: $d, Src: $s, Offset: $o, Constant: 0x1}',
    add,
  ),
  atomic_fetch_or_64: fetch(
    0xdb,
    64,
    0x41,
    'rS = atomic_fetch_or((u64 *)(rD off), rS)',
    'asm.Instruction{OpCode: asm.FetchOr.OpCode(asm.DWord), Dst: $d, Src: $s, Offset: $o, Constant: 0x41}',
    or,
  ),
  atomic_fetch_and_64: fetch(
    0xdb,
    64,
    0x51,
    'rS = atomic_fetch_and((u64 *)(rD off), rS)',
    'asm.Instruction{OpCode: asm.FetchAnd.OpCode(asm.DWord), Dst: $d, Src: $s, Offset: $o, Constant: 0x51}',
    and,
  ),
  atomic_fetch_xor_64: fetch(
    0xdb,
    64,
    0xa1,
    'rS = atomic_fetch_xor((u64 *)(rD off), rS)',
    'asm.Instruction{OpCode: asm.FetchXor.OpCode(asm.DWord), Dst: $d, Src: $s, Offset: $o, Constant: 0xa1}',
    xor,
  ),
  atomic_xchg_64: fetch(
    0xdb,
    64,
    0xe1,
    'rS = xchg_64(rD off, rS)',
    'asm.Instruction{OpCode: asm.Xchg.OpCode(asm.DWord), Dst: $d, Src: $s, Offset: $o, Constant: 0xe1}',
    mov,
  ),
  atomic_cmpxchg_64: exchange(
    0xdb,
    64,
    'rZ = cmpxchg_64(rD off, rA, rS)',
    'asm.Instruction{OpCode: asm.CmpXchg.OpCode(asm.DWord), Dst: $d, Src: $s, Offset: $o, Constant: 0xf1}',
  ),
  load_acquire_8: acquire(
    0xd3,
    8,
    'wD = load_acquire((u8 *)(rS off))',
    'asm.Instruction{OpCode: asm.OpCode(asm.StXClass).SetMode(asm.AtomicMode).SetSize(asm.Byte), Dst: $d, Src: $s, Offset: $o, Constant: 0x100}',
  ),
  load_acquire_16: acquire(
    0xcb,
    16,
    'wD = load_acquire((u16 *)(rS off))',
    'asm.Instruction{OpCode: asm.OpCode(asm.StXClass).SetMode(asm.AtomicMode).SetSize(asm.Half), Dst: $d, Src: $s, Offset: $o, Constant: 0x100}',
  ),
  load_acquire_32: acquire(
    0xc3,
    32,
    'wD = load_acquire((u32 *)(rS off))',
    'asm.Instruction{OpCode: asm.OpCode(asm.StXClass).SetMode(asm.AtomicMode).SetSize(asm.Word), Dst: $d, Src: $s, Offset: $o, Constant: 0x100}',
  ),
  load_acquire_64: acquire(
    0xdb,
    64,
    'rD = load_acquire((u64 *)(rS off))',
    'asm.Instruction{OpCode: asm.OpCode(asm.StXClass).SetMode(asm.AtomicMode).SetSize(asm.DWord), Dst: $d, Src: $s, Offset: $o, Constant: 0x100}',
  ),
  store_release_8: release(
    0xd3,
    8,
    'store_release((u8 *)(rD off), wS)',
    'asm.Instruction{OpCode: asm.OpCode(asm.StXClass).SetMode(asm.AtomicMode).SetSize(asm.Byte), Dst: $d, Src: $s, Offset: $o, Constant: 0x110}',
  ),
  store_release_16: release(
    0xcb,
    16,
    'store_release((u16 *)(rD off), wS)',
    'asm.Instruction{OpCode: asm.OpCode(asm.StXClass).SetMode(asm.AtomicMode).SetSize(asm.Half), Dst: $d, Src: $s, Offset: $o, Constant: 0x110}',
  ),
  store_release_32: release(
    0xc3,
    32,
    'store_release((u32 *)(rD off), wS)',
    'asm.Instruction{OpCode: asm.OpCode(asm.StXClass).SetMode(asm.AtomicMode).SetSize(asm.Word), Dst: $d, Src: $s, Offset: $o, Constant: 0x110}',
  ),
  store_release_64: release(
    0xdb,
    64,
    'store_release((u64 *)(rD off), rS)',
    'asm.Instruction{OpCode: asm.OpCode(asm.StXClass).SetMode(asm.AtomicMode).SetSize(asm.DWord), Dst: $d, Src: $s, Offset: $o, Constant: 0x110}',
  ),

  jeq64_reg: branchReg(0x1d, 64, 'if rD == rS goto target', 'asm.JEq.Reg($d, $s, $l)', jeq),
  jeq64_imm: branchImm(0x15, 64, 'if rD == imm goto target', 'asm.JEq.Imm($d, $i, $l)', jeq),
  jeq32_reg: branchReg(0x1e, 32, 'if wD == wS goto target', 'asm.JEq.Reg32($d, $s, $l)', jeq, v3),
  jeq32_imm: branchImm(0x16, 32, 'if wD == imm goto target', 'asm.JEq.Imm32($d, $i, $l)', jeq, v3),
  jne64_reg: branchReg(0x5d, 64, 'if rD != rS goto target', 'asm.JNE.Reg($d, $s, $l)', jne),
  jne64_imm: branchImm(0x55, 64, 'if rD != imm goto target', 'asm.JNE.Imm($d, $i, $l)', jne),
  jne32_reg: branchReg(0x5e, 32, 'if wD != wS goto target', 'asm.JNE.Reg32($d, $s, $l)', jne, v3),
  jne32_imm: branchImm(0x56, 32, 'if wD != imm goto target', 'asm.JNE.Imm32($d, $i, $l)', jne, v3),
  jgt64_reg: branchReg(0x2d, 64, 'if rD > rS goto target', 'asm.JGT.Reg($d, $s, $l)', jgt),
  jgt64_imm: branchImm(0x25, 64, 'if rD > imm goto target', 'asm.JGT.Imm($d, $i, $l)', jgt),
  jgt32_reg: branchReg(0x2e, 32, 'if wD > wS goto target', 'asm.JGT.Reg32($d, $s, $l)', jgt, v3),
  jgt32_imm: branchImm(0x26, 32, 'if wD > imm goto target', 'asm.JGT.Imm32($d, $i, $l)', jgt, v3),
  jge64_reg: branchReg(0x3d, 64, 'if rD >= rS goto target', 'asm.JGE.Reg($d, $s, $l)', jge),
  jge64_imm: branchImm(0x35, 64, 'if rD >= imm goto target', 'asm.JGE.Imm($d, $i, $l)', jge),
  jge32_reg: branchReg(0x3e, 32, 'if wD >= wS goto target', 'asm.JGE.Reg32($d, $s, $l)', jge, v3),
  jge32_imm: branchImm(0x36, 32, 'if wD >= imm goto target', 'asm.JGE.Imm32($d, $i, $l)', jge, v3),
  jlt64_reg: branchReg(0xad, 64, 'if rD < rS goto target', 'asm.JLT.Reg($d, $s, $l)', jlt, v2),
  jlt64_imm: branchImm(0xa5, 64, 'if rD < imm goto target', 'asm.JLT.Imm($d, $i, $l)', jlt, v2),
  jlt32_reg: branchReg(0xae, 32, 'if wD < wS goto target', 'asm.JLT.Reg32($d, $s, $l)', jlt, v3),
  jlt32_imm: branchImm(0xa6, 32, 'if wD < imm goto target', 'asm.JLT.Imm32($d, $i, $l)', jlt, v3),
  jle64_reg: branchReg(0xbd, 64, 'if rD <= rS goto target', 'asm.JLE.Reg($d, $s, $l)', jle, v2),
  jle64_imm: branchImm(0xb5, 64, 'if rD <= imm goto target', 'asm.JLE.Imm($d, $i, $l)', jle, v2),
  jle32_reg: branchReg(0xbe, 32, 'if wD <= wS goto target', 'asm.JLE.Reg32($d, $s, $l)', jle, v3),
  jle32_imm: branchImm(0xb6, 32, 'if wD <= imm goto target', 'asm.JLE.Imm32($d, $i, $l)', jle, v3),
  jset64_reg: branchReg(0x4d, 64, 'if rD & rS goto target', 'asm.JSet.Reg($d, $s, $l)', jset),
  jset64_imm: branchImm(0x45, 64, 'if rD & imm goto target', 'asm.JSet.Imm($d, $i, $l)', jset),
  jset32_reg: branchReg(0x4e, 32, 'if wD & wS goto target', 'asm.JSet.Reg32($d, $s, $l)', jset, v3),
  jset32_imm: branchImm(0x46, 32, 'if wD & imm goto target', 'asm.JSet.Imm32($d, $i, $l)', jset, v3),
  jsgt64_reg: branchReg(0x6d, 64, 'if rD s> rS goto target', 'asm.JSGT.Reg($d, $s, $l)', jsgt),
  jsgt64_imm: branchImm(0x65, 64, 'if rD s> imm goto target', 'asm.JSGT.Imm($d, $i, $l)', jsgt),
  jsgt32_reg: branchReg(0x6e, 32, 'if wD s> wS goto target', 'asm.JSGT.Reg32($d, $s, $l)', jsgt, v3),
  jsgt32_imm: branchImm(0x66, 32, 'if wD s> imm goto target', 'asm.JSGT.Imm32($d, $i, $l)', jsgt, v3),
  jsge64_reg: branchReg(0x7d, 64, 'if rD s>= rS goto target', 'asm.JSGE.Reg($d, $s, $l)', jsge),
  jsge64_imm: branchImm(0x75, 64, 'if rD s>= imm goto target', 'asm.JSGE.Imm($d, $i, $l)', jsge),
  jsge32_reg: branchReg(0x7e, 32, 'if wD s>= wS goto target', 'asm.JSGE.Reg32($d, $s, $l)', jsge, v3),
  jsge32_imm: branchImm(0x76, 32, 'if wD s>= imm goto target', 'asm.JSGE.Imm32($d, $i, $l)', jsge, v3),
  jslt64_reg: branchReg(0xcd, 64, 'if rD s< rS goto target', 'asm.JSLT.Reg($d, $s, $l)', jslt, v2),
  jslt64_imm: branchImm(0xc5, 64, 'if rD s< imm goto target', 'asm.JSLT.Imm($d, $i, $l)', jslt, v2),
  jslt32_reg: branchReg(0xce, 32, 'if wD s< wS goto target', 'asm.JSLT.Reg32($d, $s, $l)', jslt, v3),
  jslt32_imm: branchImm(0xc6, 32, 'if wD s< imm goto target', 'asm.JSLT.Imm32($d, $i, $l)', jslt, v3),
  jsle64_reg: branchReg(0xdd, 64, 'if rD s<= rS goto target', 'asm.JSLE.Reg($d, $s, $l)', jsle, v2),
  jsle64_imm: branchImm(0xd5, 64, 'if rD s<= imm goto target', 'asm.JSLE.Imm($d, $i, $l)', jsle, v2),
  jsle32_reg: branchReg(0xde, 32, 'if wD s<= wS goto target', 'asm.JSLE.Reg32($d, $s, $l)', jsle, v3),
  jsle32_imm: branchImm(0xd6, 32, 'if wD s<= imm goto target', 'asm.JSLE.Imm32($d, $i, $l)', jsle, v3),
  ja: row('jump', 0x05, 'goto target', 'asm.Ja.Label($l)', { off: 'jump' }),
  gotol: row('jump', 0x06, 'gotol target', 'asm.LongJump($l)', { imm: 'jump', ...v4 }),
  /** Taken when the program has run for too long; else falls through. */
  may_goto: row('branch', 0xe5, 'may_goto target', 'asm.JCOND.Label($l)', {
    off: 'jump',
    level: 'v4',
    since: '6.9',
  }),

  call_helper: call(0x85, 'call imm', 'asm.$f.Call()', { imm: 'helper' }),
  call_func: call(0x85, 'call name', 'asm.Call.Label($n)', { src: 1, imm: 'func', since: '4.16' }),
  call_kfunc: call(
    0x85,
    'call kfunc(imm, index)',
    'asm.Instruction{OpCode: asm.OpCode(asm.JumpClass).SetJumpOp(asm.Call), Src: asm.PseudoKfuncCall, Offset: $o, Constant: $i}',
    { src: 2, off: 'index', imm: 'btf', since: '5.13' },
  ),
  callx: call(0x8d, 'callx rD', 'asm.Instruction{OpCode: asm.Call.Op(asm.RegSource), Dst: $d}', {
    dst: 'use',
    since: null,
  }),
  exit: row('exit', 0x95, 'exit', 'asm.Return()', { fixedUses: [0] }),

  ld_imm64: wide(0, 's64', '3.18', 'rD = imm ll', 'asm.LoadImm($d, $i, asm.DWord)'),
  ld_map_fd: wide(1, 'lo', '3.18', 'rD = map_fd(lo) ll', 'asm.LoadMapPtr($d, $lo)'),
  ld_map_value: wide(2, 'pair', '5.2', 'rD = map_value(lo, hi) ll', 'asm.LoadMapValue($d, $lo, $hi)'),
  ld_btf_id: wide(
    3,
    'pair',
    '5.9',
    'rD = btf_id(lo, hi) ll',
    'asm.Instruction{OpCode: asm.LoadImmOp(asm.DWord), Dst: $d, Src: asm.Register(3), Constant: $i}',
  ),
  ld_func: wide(
    4,
    'func',
    '5.13',
    'rD = func(name) ll',
    'asm.Instruction{OpCode: asm.LoadImmOp(asm.DWord), Dst: $d, Src: asm.PseudoFunc, Constant: -1}.WithReference($n)',
  ),
  ld_map_idx: wide(
    5,
    'lo',
    '5.14',
    'rD = map_idx(lo) ll',
    'asm.Instruction{OpCode: asm.LoadImmOp(asm.DWord), Dst: $d, Src: asm.Register(5), Constant: $i}',
  ),
  ld_map_idx_value: wide(
    6,
    'pair',
    '5.14',
    'rD = map_idx_value(lo, hi) ll',
    'asm.Instruction{OpCode: asm.LoadImmOp(asm.DWord), Dst: $d, Src: asm.Register(6), Constant: $i}',
  ),

  ld_abs_8: skb(0x30, 8, 'rZ = *(u8 *)skb[imm]', 'asm.LoadAbs($i, asm.Byte)'),
  ld_abs_16: skb(0x28, 16, 'rZ = *(u16 *)skb[imm]', 'asm.LoadAbs($i, asm.Half)'),
  ld_abs_32: skb(0x20, 32, 'rZ = *(u32 *)skb[imm]', 'asm.LoadAbs($i, asm.Word)'),
  ld_ind_8: skb(0x50, 8, 'rZ = *(u8 *)skb[rS disp]', 'asm.LoadInd(asm.R0, $s, $i, asm.Byte)', { src: 'use' }),
  ld_ind_16: skb(0x48, 16, 'rZ = *(u16 *)skb[rS disp]', 'asm.LoadInd(asm.R0, $s, $i, asm.Half)', {
    src: 'use',
  }),
  ld_ind_32: skb(0x40, 32, 'rZ = *(u32 *)skb[rS disp]', 'asm.LoadInd(asm.R0, $s, $i, asm.Word)', {
    src: 'use',
  }),
} as const satisfies Record<string, IsaRow>;

export type IsaName = keyof typeof isa;

/** Rows with the same fields in the same order: what every pass looks at for every instruction is read fast. */
const rows: ReadonlyMap<string, IsaRow> = new Map(
  Object.entries(isa).map(([name, r]: [string, IsaRow]) => [
    name,
    {
      kind: r.kind,
      opcode: r.opcode,
      dst: r.dst,
      src: r.src,
      off: r.off,
      imm: r.imm,
      width: r.width,
      text: r.text,
      go: r.go,
      level: r.level,
      since: r.since,
      sem: r.sem,
      access: r.access,
      signed: r.signed,
      fixedUses: r.fixedUses,
      fixedDefs: r.fixedDefs,
      clobbers: r.clobbers,
    },
  ]),
);

export const isaRow = (name: IsaName): IsaRow => must(rows.get(name), name);

export const isaNames = Object.keys(isa) as readonly IsaName[];
