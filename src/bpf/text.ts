/**
 * Machine code as `.mir` text, and its inverse.
 *
 *     func @main(1) program main next v14 b2 !6:1 {
 *       slot s0 16 align 8 "key"
 *     b0:
 *       parcopy v11, v12 = r1, 7              !6:10
 *       *(u32 *)(r10 + s0+8) = 7              !6:12
 *       r1 = map hits ll                      !7:2
 *       v13 = call map_lookup_elem#1(r1, v12) !7:2
 *       if v13 == 0 goto b1                   !7:5
 *     …
 *       exit v13
 *     }
 *
 * `!line:col` is the position in file 0, `!file:line:col` elsewhere, nothing for code without one. `frame N` follows
 * the name once the frame has been laid out. `;` begins a comment. Text before the first `func @` is the module's
 * (maps, globals, strings, programs), in the notation of the IR's printer, and is skipped here.
 *
 * Invariant: parseMCode(printMCode(x)) equals x, for virtual and physical registers.
 */

import { must } from '../base/assert.ts';
import { noPos, type Pos } from '../base/source.ts';
import { type HelperRow, helpers } from './helpers.ts';
import { nameText, quote } from './lexer.ts';
import type { MCode, MFunc, MInst } from './minst.ts';
import { rowOf } from './operands.ts';
import { instText, registerText, symbolText } from './template.ts';

const helperNames: ReadonlyMap<number, string> = new Map(
  Object.entries<HelperRow>(helpers).map(([name, row]) => [row.id, name]),
);

/** Name of a helper by its number, or null. */
export const helperName = (id: number): string | null => helperNames.get(id) ?? null;

const blockName = (id: number): string => `b${id}`;

function valueText<R extends number>(value: R | bigint): string {
  return typeof value === 'bigint' ? String(value) : registerText(value, 64);
}

const listText = <R extends number>(values: readonly (R | bigint)[]): string =>
  values.map(valueText).join(', ');

function calleeText<R extends number>(inst: MInst<R>): string {
  switch (inst.op) {
    case 'call_helper':
      return `call ${helperName(Number(inst.imm)) ?? ''}#${inst.imm}`;
    case 'call_func':
      return `call @${symbolText(must(inst.sym, 'call of nothing'))}`;
    case 'call_kfunc': {
      const place = inst.off === 0 ? '' : `:${inst.off}`;
      return `call kfunc ${inst.sym === null ? inst.imm : symbolText(inst.sym)}${place}`;
    }
    default:
      return `callx ${valueText(must(inst.dst, 'callx of no register'))}`;
  }
}

/** One instruction in `.mir` notation, without its position. */
export function minstText<R extends number>(inst: MInst<R>): string {
  const row = rowOf(inst);
  if (row === null) return `parcopy ${listText(inst.defs)} = ${listText(inst.uses)}`.replace(/ +/g, ' ');
  if (row.kind === 'exit') return inst.uses.length === 0 ? 'exit' : `exit ${listText(inst.uses)}`;
  if (row.kind !== 'call') return instText(inst, 'mir', blockName);
  const results = inst.defs.length === 0 ? '' : `${listText(inst.defs)} = `;
  return `${results}${calleeText(inst)}(${listText(inst.uses)})`;
}

/** ` !line:col`, or nothing. */
export function posText(pos: Pos): string {
  if (pos.file === noPos.file && pos.line === 0 && pos.col === 0) return '';
  return pos.file === 0 ? ` !${pos.line}:${pos.col}` : ` !${pos.file}:${pos.line}:${pos.col}`;
}

const instColumn = 40;

export function printMFunc<R extends number>(func: MFunc<R>): string {
  const program = func.program === null ? '' : ` program ${nameText(func.program)}`;
  const frame = func.frameSize === null ? '' : ` frame ${func.frameSize}`;
  const next = ` next v${func.nextReg} b${func.nextBlock}`;
  const lines = [
    `func @${nameText(func.name)}(${func.params})${program}${frame}${next}${posText(func.pos)} {`,
  ];
  for (const slot of func.slots)
    lines.push(`  slot s${slot.id} ${slot.size} align ${slot.align} ${quote(slot.name)}`);
  for (const block of func.blocks) {
    lines.push(`${blockName(block.id)}:`);
    for (const inst of block.body) {
      const text = `  ${minstText(inst)}`;
      const pos = posText(inst.pos);
      lines.push(pos === '' ? text : text.padEnd(instColumn) + pos);
    }
  }
  lines.push('}');
  return lines.map((line) => `${line}\n`).join('');
}

export function printMCode<R extends number>(code: MCode<R>): string {
  return code.funcs.map(printMFunc).join('\n');
}
