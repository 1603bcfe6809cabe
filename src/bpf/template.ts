/**
 * One instruction as text, from its row's text template; read.ts is the inverse.
 *
 *     `*(u32 *)(rD off) = imm`   prints   `*(u32 *)(r10 - 4) = 7`   and, in .mir,   `*(u32 *)(r10 + s0+8) = 7`
 *
 * Two dialects: `asm` is the kernel's and LLVM's notation; `mir` adds virtual registers `v12`/`w12`, frame references
 * and the kind of a symbol (`r1 = map hits ll`, where asm has `r1 = hits ll`). Calls, exits and parallel copies of
 * `mir` are in text.ts, since their operands are in no template.
 *
 * Invariant: every operand that the row has is in the text, so that what prints reads back to the same instruction.
 */

import { assert, must, unreachable } from '../base/assert.ts';
import { type IsaName, isaNames, isaRow } from './isa.ts';
import { nameText } from './lexer.ts';
import { type FrameRef, firstVirtual, type MInst, type SymRef } from './minst.ts';
import { rowOf } from './operands.ts';

export type Dialect = 'asm' | 'mir';

const words = [
  'rD',
  'wD',
  'rS',
  'wS',
  'rA',
  'wA',
  'rZ',
  'wZ',
  'off',
  'imm',
  'lo',
  'hi',
  'hi16',
  'lo16',
] as const;
const moreWords = ['target', 'index', 'disp', 'name', 'sym'] as const;
export type Word = (typeof words)[number] | (typeof moreWords)[number];
const allWords: readonly string[] = [...words, ...moreWords];
export const isWord = (text: string): text is Word => allWords.includes(text);

/** The symbol forms of wide loads; `sym` is the name with its offset. In asm the symbol's declaration tells its kind. */
const symbolKinds: Readonly<Record<SymRef['kind'], IsaName>> = {
  map: 'ld_map_fd',
  mapvalue: 'ld_map_value',
  global: 'ld_map_value',
  string: 'ld_map_value',
  func: 'ld_func',
  kfunc: 'call_kfunc',
  core: 'ld_imm64',
};

export const isSymbolKind = (text: string): text is SymRef['kind'] => Object.hasOwn(symbolKinds, text);

/** The op that loads the address of a symbol of this kind. */
export const symbolLoad = (kind: SymRef['kind']): IsaName => symbolKinds[kind];

/** Virtual registers are 11 and up; both widths have one number. */
export function registerText(reg: number, width: 32 | 64): string {
  return `${width === 32 ? 'w' : reg < firstVirtual ? 'r' : 'v'}${reg}`;
}

export function frameText(frame: FrameRef): string {
  return `s${frame.slot}${frame.offset < 0 ? '-' : '+'}${Math.abs(frame.offset)}`;
}

const signed = (value: bigint | number): string => (value < 0 ? `- ${-value}` : `+ ${value}`);

export function symbolText(sym: SymRef): string {
  const offset = sym.offset === 0 ? '' : sym.offset < 0 ? `${sym.offset}` : `+${sym.offset}`;
  return `${nameText(sym.name)}${offset}`;
}

/** Where a field of a kernel structure lies: what it is in `.mir`, the number that the loader replaces in asm. */
function fieldText(sym: SymRef, dialect: Dialect, sign: '' | '+ '): string {
  if (dialect === 'mir') return `${sign}${sym.kind} ${symbolText(sym)}`;
  return sign === '' ? String(sym.offset) : signed(sym.offset);
}

function wordText<R extends number>(
  word: Word,
  inst: MInst<R>,
  dialect: Dialect,
  target: (block: number) => string,
): string {
  const reg = (r: R | bigint | null | undefined, width: 32 | 64): string => {
    assert(typeof r === 'number', `${inst.op}: a register is missing`);
    return registerText(r, width);
  };
  switch (word) {
    case 'rD':
      return reg(inst.dst, 64);
    case 'wD':
      return reg(inst.dst, 32);
    case 'rS':
      return reg(inst.src, 64);
    case 'wS':
      return reg(inst.src, 32);
    case 'rA':
      return reg(inst.uses[0], 64);
    case 'wA':
      return reg(inst.uses[0], 32);
    case 'rZ':
      return reg(inst.defs[0], 64);
    case 'wZ':
      return reg(inst.defs[0], 32);
    case 'off':
      if (inst.sym !== null) return fieldText(inst.sym, dialect, '+ ');
      return inst.frame === null ? signed(inst.off) : `+ ${frameText(inst.frame)}`;
    case 'imm':
      if (inst.sym !== null && rowOf(inst)?.off !== 'mem') return fieldText(inst.sym, dialect, '');
      return inst.frame === null || rowOf(inst)?.off === 'mem' ? immediateText(inst) : frameText(inst.frame);
    case 'disp':
      return inst.imm === 0n ? '' : signed(inst.imm);
    case 'lo':
      return String(BigInt.asIntN(32, inst.imm));
    case 'hi':
      return String(inst.imm >> 32n);
    case 'lo16':
      return String(BigInt.asUintN(16, inst.imm));
    case 'hi16':
      return String(BigInt.asUintN(16, inst.imm >> 16n));
    case 'index':
      return String(inst.off);
    case 'target':
      return target(must(inst.target, `${inst.op}: no target`));
    case 'name':
    case 'sym':
      return symbolText(must(inst.sym, `${inst.op}: no symbol`));
    default:
      return unreachable('word of a text template', word);
  }
}

/** Wide constants that are no small numbers are read in hexadecimal. */
function immediateText<R>(inst: MInst<R>): string {
  return inst.op === 'ld_imm64' && inst.imm > 0xffffn ? `0x${inst.imm.toString(16)}` : String(inst.imm);
}

const pieces = new Map<IsaName, readonly string[]>(
  isaNames.map((name) => [name, isaRow(name).text.split(/\b([A-Za-z]\w*)\b/)]),
);

/** `target` names a block. In asm, symbols stand without their kind. */
export function instText<R extends number>(
  inst: MInst<R>,
  dialect: Dialect,
  target: (block: number) => string,
): string {
  assert(inst.op !== 'parcopy', 'a parallel copy has no assembly');
  const row = isaRow(inst.op);
  if (inst.sym !== null && row.kind === 'wide') {
    assert(symbolKinds[inst.sym.kind] === inst.op, `${inst.op} of a ${inst.sym.kind}`);
    const kind = dialect === 'mir' ? `${inst.sym.kind} ` : '';
    return `${wordText('rD', inst, dialect, target)} = ${kind}${symbolText(inst.sym)} ll`;
  }
  if (inst.sym !== null && row.kind === 'call') return `call ${symbolText(inst.sym)}`;
  if (row.kind === 'skb') assert(inst.uses[0] === row.fixedUses[0], `${inst.op}: the context is not in R6`);
  const parts = must(pieces.get(inst.op), inst.op);
  const text = parts.map((part) => (isWord(part) ? wordText(part, inst, dialect, target) : part)).join('');
  return text.replace(' ]', ']');
}
