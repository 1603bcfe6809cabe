/**
 * Laid-out machine code as text assembly in the kernel's and LLVM's notation; assembly-parse.ts reads it back.
 *
 *     main:
 *     # hello.go:5: if x == 7 {
 *     	if r1 == 7 goto LBB0_2
 *     	r0 = 1
 *     LBB0_2:
 *     	exit
 *
 * Invariant: labels stand where jumps lead after layout, so that the text assembles to the bytes of `assemble`.
 */

import type { Pos } from '../base/source.ts';
import { type Layout, layout } from './encode.ts';
import { helperName } from './text.ts';
import { nameText } from './lexer.ts';
import type { MFunc, PReg } from './minst.ts';
import { instText } from './template.ts';

/** Slots that jumps go to, with their labels: function number and a count within it. */
export function jumpLabels(
  places: Layout,
  label: (func: number, nth: number) => string,
): ReadonlyMap<number, string> {
  const targets = new Set<number>();
  for (const { inst, func } of places.placed)
    if (inst.target !== null) targets.add(places.blockSlot(func, inst.target));
  const labels = new Map<number, string>();
  places.funcs.forEach(({ start, slots }, index) => {
    let nth = 0;
    for (let slot = start; slot < start + slots; slot++)
      if (targets.has(slot)) labels.set(slot, label(index, nth++));
  });
  return labels;
}

/** A comment to print before the instruction at this position, or null. */
export type CommentOf = (pos: Pos) => string | null;

/**
 * The functions of one section, the entry first. `comment` speaks when the line changes; `first` is the number of
 * functions before them in the file, so that labels differ.
 */
export function printAssembly(
  funcs: readonly MFunc<PReg>[],
  comment: CommentOf = () => null,
  first = 0,
): string {
  const places = layout(funcs);
  const labels = jumpLabels(places, (func, nth) => `LBB${first + func}_${nth}`);
  const starts = new Map(places.funcs.map((f) => [f.start, f.name]));
  const lines: string[] = [];
  let last: Pos | null = null;
  for (const { inst, func, slot } of places.placed) {
    const name = starts.get(slot);
    const label = labels.get(slot);
    if (name !== undefined) {
      lines.push(`${nameText(name)}:`);
      last = null;
    }
    if (label !== undefined) lines.push(`${label}:`);
    const { pos } = inst;
    if (pos.line !== 0 && (last === null || pos.line !== last.line || pos.file !== last.file)) {
      const text = comment(pos);
      if (text !== null) lines.push(`# ${text}`);
      last = pos;
    }
    const target = (block: number): string => labels.get(places.blockSlot(func, block)) ?? '';
    const helper = inst.op === 'call_helper' ? helperName(Number(inst.imm)) : null;
    lines.push(`\t${instText(inst, 'asm', target)}${helper === null ? '' : `\t# ${helper}`}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}
